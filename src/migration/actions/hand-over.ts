/**
 * Leadership moves from one side to the other: the leader is stopped, its election znode is removed at once, and the lowest
 * candidate of the other side leads. This is the cut-over, and it is measured. Cut off at any point, it goes on from what is seen.
 */
import { agreedLeader, leadersInWords } from "../coordination/election.js";
import { unsafe } from "../coordination/refusal.js";
import type { ActionOutcome } from "../model/ports.js";
import type { SideName } from "../model/spec.js";
import {
  isMember,
  lookSettledWith,
  proveStopped,
  refuseBelowQuorum,
  removeZnodes,
  settledWith,
  stopMaster,
} from "./master-steps.js";
import { expectedOf, lookReturned, noteOf, type Registered, registeredAt } from "./returning.js";
import { notYet, once, type Scope, seen, until } from "./scope.js";
import type { Server } from "./servers.js";
import { allNames, lookSettled, type Settled, serverOf, settled, standing } from "./settled.js";
import { done, NOT_DONE, type StepHandler, type StepOf, seconds } from "./step.js";

type Step = StepOf<"hand-over">;

/** Milliseconds between two looks: what is measured is to be exact. */
const QUICK_MS = 50;

export const handOver: StepHandler<"hand-over"> = {
  async run(scope, step) {
    const quick = { ...scope, lookMs: Math.min(scope.lookMs, QUICK_MS) };
    const where = await whereItStands(quick, step.from);
    switch (where.kind) {
      case "before":
        return handOverNow(quick, step);
      case "leader-stopped":
        return goOn(quick, step, where.leader);
      case "after":
        return goOn(quick, step, null);
    }
  },

  async probe(scope, step) {
    const look = await once(scope, () => lookSettled(scope));
    if (look.kind === "not-yet" || look.value.leader.side !== other(step.from)) return NOT_DONE;
    const { leader } = look.value;
    const back = await once(scope, () =>
      lookReturned(scope, leader.server.ref.address, expectedOf(scope.facts, scope.action.id)),
    );
    if (back.kind === "not-yet") return NOT_DONE;
    const isWhole = step.then.kind === "stop" || missingOf(scope, step.from, look.value).length === 0;
    const isDone = isWhole && strayOf(scope, step, look.value) === null;
    return isDone ? done(standing(look.value), { leaderAfter: leader.server.ref.name }) : NOT_DONE;
  },
};

function other(side: SideName): SideName {
  return side === "a" ? "b" : "a";
}

type Where =
  | { readonly kind: "before" }
  /** It has ended, and nobody has taken over yet. */
  | { readonly kind: "leader-stopped"; readonly leader: Server }
  | { readonly kind: "after" };

/** Waits for a moment in which the lowest candidate tells. */
function whereItStands(scope: Scope, from: SideName): Promise<Where> {
  return until(scope, "the election to tell who leads", async () => {
    const election = await scope.coordination.election();
    const leading = agreedLeader(election);
    if (leading?.side === other(from)) return seen<Where>({ kind: "after" });
    const [lowest] = election[from].candidates;
    if (lowest === undefined || lowest.origin !== "own") return notYet(leadersInWords(election));
    const leader = await serverOf(scope, lowest);
    if (leader === null) return notYet(`${lowest.path} is of no master that this migration knows`);
    const { running } = await scope.control.status(leader, {}, scope);
    return seen<Where>(running ? { kind: "before" } : { kind: "leader-stopped", leader });
  });
}

async function handOverNow(scope: Scope, step: Step): Promise<ActionOutcome> {
  const before = await ready(scope, step.from);
  const old = before.leader.server;
  const expected = await registeredAt(scope, old.ref.address);
  const names = before.leader.addresses;
  scope.report(`stop ${old.ref.name}, which leads; ${next(before).ref.name} is to lead`);
  // Cut off from here on, the next attempt waits for these, and not for who was there when the migration began.
  await scope.note(noteOf(expected));
  const begun = scope.now();
  await scope.control.stop(old, scope);
  const stoppedMs = scope.now() - begun;
  await removeZnodes(scope, old, names);
  const taken = await takenOver(scope, step.from, expected, begun);
  await afterwards(scope, step, old);
  return outcomeOf({ ...taken, stoppedMs }, old, expected);
}

/** All that must hold before the leader goes. */
async function ready(scope: Scope, from: SideName): Promise<Settled> {
  return until(scope, "everything to be ready for the hand-over", async () => {
    const sync = await scope.coordination.sync.seen();
    if (!sync.live) return notYet(`the synchronisation is not live in both directions: ${sync.problem}`);
    if (!sync.level) return notYet("changes wait to be brought to the other side");
    const look = await lookSettled(scope);
    if (look.kind === "not-yet") return look;
    if (look.value.leader.side !== from) return notYet("the leader is on the other side already");
    const second = secondOf(look.value);
    if (second === undefined) throw nobodyElse(look.value);
    if (second.side === from) throw outranked(look.value, second.server);
    return look;
  });
}

function secondOf({ masters, leader }: Settled) {
  const others = masters.filter((master) => master !== leader);
  return others.toSorted((one, two) => one.candidacy.number - two.candidacy.number)[0];
}

function next(before: Settled): Server {
  return (secondOf(before) ?? before.leader).server;
}

function nobodyElse({ leader }: Settled): Error {
  return unsafe(`${leader.server.ref.name} leads, and there is no other master`, {
    detail: "Nobody could take over. Nothing was touched.",
    remedy: "Start a master on the other side first: plan the migration anew from where it stands.",
  });
}

function outranked({ leader }: Settled, second: Server): Error {
  return unsafe(`after ${leader.server.ref.name}, ${second.ref.name} would lead, which is on the same side`, {
    detail: "Leadership would not move to the other side. Nothing was touched.",
    remedy: `Stop ${second.ref.name}, or restart it onto the other side; then resume the migration.`,
  });
}

/** From a point at which an earlier attempt was cut off. */
async function goOn(scope: Scope, step: Step, stopped: Server | null): Promise<ActionOutcome> {
  const begun = scope.now();
  if (stopped !== null) {
    scope.report(`${stopped.ref.name} has stopped already: going on from there`);
    await scope.control.stop(stopped, scope);
    await removeZnodes(scope, stopped, await allNames(stopped, await scope.coordination.election()));
  }
  const expected = expectedOf(scope.facts, scope.action.id);
  const taken = await takenOver(scope, step.from, expected, begun);
  const old = stopped ?? (await backOnOldSide(scope, step)) ?? (await missingOne(scope, step));
  if (old !== null) await afterwards(scope, step, old);
  else if (step.then.kind === "stop") await removeStopped(scope, step.from);
  const { text, facts } = outcomeOf(taken, old, expected);
  // The time of the cut-over was lost with the process that had begun it.
  const { cutoverMs, ...rest } = facts;
  return { text: `${text} (after it was cut off)`, facts: { ...rest, resumedMs: cutoverMs ?? 0 } };
}

interface Taken {
  readonly leader: Server;
  readonly electedMs: number;
  readonly cutoverMs: number;
}

/** The other side leads, its registry is read, and all that were registered are back. */
async function takenOver(scope: Scope, from: SideName, expected: Registered, begun: number): Promise<Taken> {
  const leader = await until(scope, "the other side to lead", async () => {
    const election = await scope.coordination.election();
    const leading = agreedLeader(election);
    if (leading?.side !== other(from)) return notYet(leadersInWords(election));
    const server = await serverOf(scope, leading.member);
    if (server === null) return notYet(`${leading.member.path} is of no master that this migration knows`);
    const { address } = server.ref;
    // Answered only once its registry is recovered.
    await scope.mesos.at(address).master(scope.signal);
    return seen(server);
  });
  const electedMs = scope.now() - begun;
  scope.report(`${leader.ref.name} leads after ${seconds(electedMs)}`);
  await until(scope, "all agents and frameworks to be back", () =>
    lookReturned(scope, leader.ref.address, expected),
  );
  return { leader, electedMs, cutoverMs: scope.now() - begun };
}

/** Masters of the old side that do not take part. */
function missingOf(scope: Scope, from: SideName, standing: Settled): readonly Server[] {
  const { source, target } = scope.spec;
  return scope.servers
    .mastersOf(from === "a" ? source : target)
    .filter((server) => !isMember(standing, server));
}

/** The former leader, when it is back as a standby of its old side; null otherwise. */
function strayOf(scope: Scope, { leader, from }: Step, { masters }: Settled): Server | null {
  if (leader === undefined) return null;
  const server = scope.servers.named(leader);
  return masters.some((master) => master.server === server && master.side === from) ? server : null;
}

/** One that ended by itself, so that leadership moved, and that its supervisor has started again: stopped as a standby. */
async function backOnOldSide(scope: Scope, step: Step): Promise<Server | null> {
  const now = await settled(scope);
  const server = strayOf(scope, step, now);
  if (server === null) return null;
  await refuseBelowQuorum(scope, now, server);
  scope.report(`stop ${server.ref.name}, which led and is a standby now`);
  await stopMaster(scope, server);
  return server;
}

/** The one that was stopped by an attempt that was cut off; null when it is back, or is not to come back. */
async function missingOne(scope: Scope, step: Step): Promise<Server | null> {
  if (step.then.kind === "stop") return null;
  const missing = missingOf(scope, step.from, await settled(scope));
  const [first, ...others] = missing;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  throw unsafe(`several masters do not run: ${missing.map(({ ref }) => ref.name).join(", ")}`, {
    detail:
      "One of them was to be restarted by this step, and it cannot be told which. Leadership has moved.",
    remedy: "Start those that belong to the other side by hand, then resume the migration.",
  });
}

/** Which one it was cannot be told any more; all of the old side that do not take part have been stopped for good. */
async function removeStopped(scope: Scope, from: SideName): Promise<void> {
  for (const server of missingOf(scope, from, await settled(scope))) {
    const { running } = await scope.control.status(server, {}, scope);
    if (!running) await scope.control.remove(server, { purgeData: true }, scope);
  }
}

async function afterwards(scope: Scope, { then }: Step, old: Server): Promise<void> {
  if (then.kind === "stop") {
    await proveStopped(scope, old);
    // As of every master that is stopped for good: its log must never vote again.
    await scope.control.remove(old, { purgeData: true }, scope);
    return;
  }
  const { quorum, zookeeper } = then;
  const look = await once(scope, () => lookSettledWith(scope, old, zookeeper));
  if (look.kind === "seen") return;
  await settled(scope);
  scope.report(`start ${old.ref.name} with its log and quorum ${quorum}`);
  await scope.control.start(old, { quorum, zookeeper }, scope);
  await settledWith(scope, old, zookeeper);
}

function outcomeOf(
  taken: Taken & { readonly stoppedMs?: number },
  old: Server | null,
  expected: Registered,
): ActionOutcome {
  const { leader, electedMs, cutoverMs, stoppedMs } = taken;
  const { agents, frameworks } = expected;
  const all = `${agents.length} agents and ${frameworks.length} frameworks`;
  return {
    text: `${leader.ref.name} leads after ${seconds(electedMs)}, ${all} are back after ${seconds(cutoverMs)}`,
    facts: {
      cutoverMs,
      electedMs,
      ...(stoppedMs === undefined ? {} : { stoppedMs }),
      leaderAfter: leader.ref.name,
      ...(old === null ? {} : { leaderBefore: old.ref.name }),
      agents: agents.length,
      frameworks: frameworks.length,
    },
  };
}
