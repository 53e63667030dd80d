/**
 * In which order masters are made, changed and removed, so that the replicated log never loses what it has acknowledged. Pure.
 *
 * A quorum must be a majority of the members, and members must not be more than 2*quorum-1: else two quorums may have nobody in
 * common. So the quorum is raised before members are added and lowered after members are gone, one step at a time, and a
 * new (empty) replica starts alone and is awaited (two at once abort each other). Facts, section 2.
 */
import type { CurrentServer, WantedServer } from "../../deployed/steps.js";
import { mostMembers } from "./spec.js";

export type MasterStep =
  /** A set that has no log yet: all at once, because each must find all others empty. */
  | { readonly kind: "found"; readonly ids: readonly string[] }
  /** Were members before, and are down. */
  | { readonly kind: "start"; readonly ids: readonly string[] }
  /** A new, empty one: alone. */
  | { readonly kind: "add"; readonly id: string; readonly quorum: number }
  /** `quorum`: to be started with. Whoever leads when its turn comes goes last. */
  | { readonly kind: "change"; readonly id: string; readonly quorum: number }
  | { readonly kind: "adjust"; readonly id: string }
  | { readonly kind: "stop"; readonly id: string }
  | { readonly kind: "remove"; readonly id: string; readonly host: string };

export interface MasterPlanInput {
  readonly current: readonly CurrentServer[];
  readonly wanted: readonly WantedServer[];
  /** With which the current ones run. */
  readonly quorum: number;
  readonly wantedQuorum: number;
  /** Id of the leader; null when there is none. */
  readonly leader: string | null;
  /** None of those that run has ever had a log: a creation was cut off, or they never found ZooKeeper. */
  readonly unfounded: boolean;
}

export type MasterPlan =
  | { readonly kind: "steps"; readonly steps: readonly MasterStep[] }
  | { readonly kind: "refused"; readonly reason: string; readonly remedy: string };

export function masterSteps(input: MasterPlanInput): MasterPlan {
  if (input.current.length === 0 || input.unfounded) return founding(input);
  const problem = impossible(input);
  if (problem !== null) return problem;
  return new Course(input).plan();
}

function founding({ current, wanted, wantedQuorum }: MasterPlanInput): MasterPlan {
  const running = wanted.filter((server) => server.running);
  const needed = mostMembers(wantedQuorum);
  // Declared only, such as the other side of a migration: whoever starts them decides how their log begins.
  if (running.length > 0 && running.length !== needed) {
    return {
      kind: "refused",
      reason: `a new log begins only when all 2*quorum-1 = ${needed} masters are there and empty, and ${running.length} are to run`,
      remedy: `Create it with ${needed} running masters, or with the quorum that fits; change it afterwards.`,
    };
  }
  const gone = current.filter(({ id, host }) => !wanted.some((one) => one.id === id && one.host === host));
  const removals = gone.map(({ id, host }): MasterStep => ({ kind: "remove", id, host }));
  const found: MasterStep[] =
    running.length === 0 ? [] : [{ kind: "found", ids: running.map(({ id }) => id) }];
  return { kind: "steps", steps: [...removals, ...found] };
}

function impossible({ quorum, wantedQuorum, wanted }: MasterPlanInput): MasterPlan | null {
  if (quorum === 1 && wantedQuorum > 1) {
    return {
      kind: "refused",
      reason:
        "one master cannot become several: its replica votes already, and empty ones beside it are never let in, because two votes are needed for that and there is one",
      remedy:
        "Declare new masters under another name, and move the agents to them; or destroy these and create them anew (frameworks, agents and their tasks come back by themselves, quotas, weights and maintenance do not).",
    };
  }
  if (quorum > 1 && wantedQuorum === 1) {
    return {
      kind: "refused",
      reason: `several masters cannot become one: with a quorum of ${quorum} the one that is left may lack what the others have acknowledged`,
      remedy: "Keep three masters, or declare a new one under another name and move the agents to it.",
    };
  }
  const running = wanted.filter((server) => server.running).length;
  if (running < wantedQuorum) {
    return {
      kind: "refused",
      reason: `${running} masters are to run, which is less than the quorum of ${wantedQuorum}: none could lead`,
      remedy: "Let at least as many run as the quorum, or lower the quorum with the number of masters.",
    };
  }
  return null;
}

class Course {
  private readonly steps: MasterStep[] = [];
  private members: CurrentServer[];
  private readonly gone: CurrentServer[];
  private readonly added: WantedServer[];
  private quorum: number;
  /** Those that still have to be restarted for what they are to be. */
  private outdated: Set<string>;

  constructor(private readonly input: MasterPlanInput) {
    const { current, wanted, leader } = input;
    const isKept = ({ id, host }: CurrentServer): boolean =>
      wanted.some((one) => one.id === id && one.host === host);
    const leaderLast = (a: CurrentServer, b: CurrentServer): number =>
      Number(a.id === leader) - Number(b.id === leader);
    this.members = [...current];
    this.gone = current.filter((server) => !isKept(server)).sort(leaderLast);
    this.added = wanted.filter(
      ({ id, host, running }) => running && !current.some((one) => one.id === id && one.host === host),
    );
    this.quorum = input.quorum;
    this.outdated = new Set(
      current.filter((server) => isKept(server) && server.match === "different").map(({ id }) => id),
    );
  }

  plan(): MasterPlan {
    const { wanted, wantedQuorum, current } = this.input;
    this.startDead();
    for (let done = false; !done; ) done = !this.advance();
    const left = this.gone.length + this.added.length;
    if (left > 0 || this.quorum !== wantedQuorum) return this.stuck();
    this.round(this.quorum, (id) => this.outdated.has(id));
    const stopped = current.filter(
      ({ id, running }) => running && wanted.some((one) => one.id === id && !one.running),
    );
    const adjusted = current.filter(({ match, running }) => match === "restart-policy" && running);
    this.steps.push(
      ...adjusted.map(({ id }): MasterStep => ({ kind: "adjust", id })),
      ...stopped.map(({ id }): MasterStep => ({ kind: "stop", id })),
    );
    return { kind: "steps", steps: this.steps };
  }

  private wantsToRun(id: string): boolean {
    return this.input.wanted.some((one) => one.id === id && one.running);
  }

  private startDead(): void {
    const dead = this.input.current.filter(
      ({ id, running }) => !running && this.wantsToRun(id) && !this.isGone(id),
    );
    if (dead.length === 0) return;
    this.steps.push({ kind: "start", ids: dead.map(({ id }) => id) });
    // They come up as they are to be, unless the quorum has to be changed on the way.
    if (this.quorum === this.input.wantedQuorum) for (const { id } of dead) this.outdated.delete(id);
  }

  private isGone(id: string): boolean {
    return this.gone.some((server) => server.id === id);
  }

  /** One step nearer; false when nothing more can be done here. */
  private advance(): boolean {
    const { wantedQuorum } = this.input;
    const { members, quorum } = this;
    if (quorum > wantedQuorum && members.length <= mostMembers(quorum - 1)) return this.turn(quorum - 1);
    const room = members.length + 1 <= mostMembers(quorum);
    if (this.added.length > 0 && room && !this.isGone(this.added[0]?.id ?? "")) return this.add();
    if (this.gone.length > 0 && members.length - 1 >= quorum) return this.remove();
    if (quorum < wantedQuorum && members.length >= quorum + 1) return this.turn(quorum + 1);
    return false;
  }

  /** All members get the new quorum, one after another, and with it everything else that they are to have. */
  private turn(quorum: number): boolean {
    const { current, wantedQuorum } = this.input;
    // A change that was cut off has given it to some of them.
    const isDone = (id: string): boolean =>
      quorum === wantedQuorum && current.some((server) => server.id === id && server.match === "same");
    this.round(quorum, (id) => !isDone(id));
    this.quorum = quorum;
    this.outdated = new Set();
    return true;
  }

  private round(quorum: number, which: (id: string) => boolean): void {
    const { leader } = this.input;
    const servers = this.members.filter(({ id }) => which(id) && (this.wantsToRun(id) || this.isGone(id)));
    const leaderLast = [...servers].sort((a, b) => Number(a.id === leader) - Number(b.id === leader));
    this.steps.push(...leaderLast.map(({ id }): MasterStep => ({ kind: "change", id, quorum })));
  }

  private add(): boolean {
    const server = this.added.shift();
    if (server === undefined) return false;
    this.steps.push({ kind: "add", id: server.id, quorum: this.quorum });
    this.members.push({ ...server, match: "same" });
    return true;
  }

  private remove(): boolean {
    const server = this.gone.shift();
    if (server === undefined) return false;
    this.steps.push({ kind: "remove", id: server.id, host: server.host });
    this.members = this.members.filter(({ id, host }) => id !== server.id || host !== server.host);
    return true;
  }

  private stuck(): MasterPlan {
    const { wantedQuorum, wanted } = this.input;
    const most = mostMembers(wantedQuorum);
    return {
      kind: "refused",
      reason: `there is no safe way from ${this.input.current.length} masters with quorum ${this.input.quorum} to ${wanted.length} with quorum ${wantedQuorum}: each step must keep a quorum and at most 2*quorum-1 members`,
      remedy: `Declare at most ${most} masters for quorum ${wantedQuorum}, and change their number in smaller steps.`,
    };
  }
}

/** A step in words, for reviewers. */
export function masterStepText(step: MasterStep, leader: string | null = null): string {
  const whole = "its replica votes, one master leads and all agents are back";
  switch (step.kind) {
    case "found":
      return `start masters ${step.ids.join(", ")} together (their logs are empty), wait until all replicas vote and one leads`;
    case "start":
      return `start master ${step.ids.join(", ")} again, wait until ${whole}`;
    case "add":
      return `deploy master ${step.id} with quorum ${step.quorum}, alone, wait until ${whole}`;
    case "change":
      return `restart master ${step.id}${step.id === leader ? " (the leader, last)" : ""} with quorum ${step.quorum}, wait until ${whole}`;
    case "adjust":
      return `set the restart policy of master ${step.id}, without a restart`;
    case "stop":
      return `stop master ${step.id}, leave it deployed`;
    case "remove":
      return `stop master ${step.id} and remove it from ${step.host}, wait until the others do not count it any more`;
  }
}
