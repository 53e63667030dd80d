/**
 * Creates, changes and deletes masters: decides the steps from what is there now and does them one at a time, each only while a
 * quorum stays, each awaited until the log, the leader and the agents are back.
 */
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { applying, currentServers, removeAll, workFor } from "../../deployed/apply.js";
import { refusal } from "../../deployed/failures.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import { hostsOf, type Observed } from "../../deployed/read.js";
import { wantedServers } from "../../deployed/steps.js";
import { serversOf } from "../../deployed/unit.js";
import type { ServerWork } from "../../deployed/work.js";
import type { ApplyResult, ChangeRequest, Progress } from "../../provider.js";
import {
  activeAgents,
  isFounded,
  leaderOf,
  MasterWatch,
  notWhole,
  observed,
  type Sight,
  seenOf,
  votes,
} from "./observe.js";
import { initialisesItself, MASTERS, quorumOf } from "./spec.js";
import { type MasterStep, masterSteps, masterStepText } from "./steps.js";

type Report = (progress: Progress) => void;

/** Never rejects: what went wrong is part of the result. Safe to repeat after any crash. */
export async function applyMasters(
  fleet: Fleet,
  change: ChangeRequest,
  report: Report,
): Promise<ApplyResult> {
  const act = async (): Promise<undefined> => {
    if (change.action === "delete") return removeAll(fleet, change, report);
    const before = change.action === "create" ? {} : change.before;
    const hosts = hostsOf(fleet, change.after, before, change.identity);
    const watch = await MasterWatch.open(fleet, change.after);
    try {
      const founded = isFounded(change.identity);
      await new MasterRollout({ fleet, after: change.after, hosts, founded, watch, report }).run();
    } finally {
      await watch.close();
    }
    return undefined;
  };
  return applying(fleet, change, act, (deployed) =>
    observeMasters(
      fleet,
      change.action === "delete" ? change.before : change.after,
      deployed,
      change.identity,
    ),
  );
}

/** What they say of themselves now. */
export async function observeMasters(
  fleet: Fleet,
  spec: JsonObject,
  deployed: readonly DeployedServer[],
  identity: Json,
): Promise<Observed> {
  const watch = await MasterWatch.open(fleet, spec);
  try {
    return observed(fleet.address, deployed, await watch.look(deployed), identity);
  } finally {
    await watch.close();
  }
}

interface RolloutInput {
  readonly fleet: Fleet;
  readonly after: JsonObject;
  readonly hosts: readonly string[];
  /** Whether their log was ever seen to work. */
  readonly founded: boolean;
  readonly watch: MasterWatch;
  readonly report: Report;
}

class MasterRollout {
  /** Agents that were active before anything was touched. */
  private agents = 0;

  private readonly fleet: Fleet;
  private readonly after: JsonObject;
  private readonly hosts: readonly string[];
  private readonly founded: boolean;
  private readonly watch: MasterWatch;
  private readonly report: Report;

  constructor(given: RolloutInput) {
    this.fleet = given.fleet;
    this.after = given.after;
    this.hosts = given.hosts;
    this.founded = given.founded;
    this.watch = given.watch;
    this.report = given.report;
  }

  async run(): Promise<void> {
    const deployed = await this.fleet.deployed(this.hosts);
    const sight = await this.watch.look(deployed);
    this.agents = activeAgents(sight);
    const queue = [...(await this.planned(deployed, sight))];
    const work = workFor(this.fleet, this.after, deployed, {
      mayTakeDown: (ids) => this.mayTakeDown(ids),
      notBack: (ids) => this.notBack(ids),
    });
    const steps = queue.length;
    for (let at = 1; ; at += 1) {
      this.fleet.signal.throwIfAborted();
      const leader = await this.leader();
      const step = next(queue, leader);
      if (step === undefined) return;
      this.report({ message: masterStepText(step, leader), step: at, steps });
      await this.take(step, work, deployed, queue);
    }
  }

  private async planned(deployed: readonly DeployedServer[], sight: Sight): Promise<readonly MasterStep[]> {
    const { fleet, after } = this;
    const wantedQuorum = quorumOf(after);
    const quorum = deployedQuorum(deployed, wantedQuorum);
    const current = await currentServers(fleet, after, deployed);
    const wanted = wantedServers(MASTERS, after);
    const unfounded = !this.founded && isUnfounded(deployed, sight);
    const plan = masterSteps({ current, wanted, quorum, wantedQuorum, leader: leaderOf(sight), unfounded });
    if (plan.kind === "refused") {
      throw refusal("mesos-masters-change", fleet.address, plan.reason, {
        detail: "Nothing was touched.",
        remedy: plan.remedy,
      });
    }
    const founds = plan.steps.some(({ kind }) => kind === "found");
    if (founds && !initialisesItself(after)) throw withoutInitialisation(fleet.address);
    return plan.steps;
  }

  private async take(
    step: MasterStep,
    work: ServerWork,
    deployed: readonly DeployedServer[],
    rest: readonly MasterStep[],
  ): Promise<void> {
    switch (step.kind) {
      case "found":
      case "start":
        return work.start(this.after, step.ids);
      case "add":
        // A session of one that was removed may still count as a member, which would be one too many.
        await this.settle(work, step.id);
        return work.start(this.specFor(step.quorum, deployed, rest), [step.id]);
      case "change":
        return work.change(this.specFor(step.quorum, deployed, rest), [step.id]);
      case "adjust":
      case "stop":
        return work.take(step, this.after);
      case "remove":
        await work.take(step, this.after);
        return this.settle(work, step.id);
    }
  }

  /** Waits until those that run are whole and count nobody else. */
  private async settle(work: ServerWork, id: string): Promise<void> {
    const reason = await work.waitFor(() => this.notBack([]));
    if (reason === null) return;
    throw refusal("servers-not-whole", this.fleet.address, `nothing is done after master ${id}: ${reason}`, {
      detail: "What was done before stays.",
      remedy:
        "Look at `ferry show` for the state of each master, repair it, and apply again: it goes on from here.",
    });
  }

  /** The wanted spec with another quorum on the way, and with those that are still to be removed. */
  private specFor(
    quorum: number,
    deployed: readonly DeployedServer[],
    rest: readonly MasterStep[],
  ): JsonObject {
    const leaving = rest.flatMap((step) => (step.kind === "remove" ? [step] : []));
    const entries = leaving.flatMap(({ id, host }) => {
      const found = deployed.find((server) => server.id === id && server.host === host);
      return found?.record == null ? [] : [found.record.server];
    });
    const gone = new Set(leaving.map(({ id }) => id));
    const servers = serversOf(MASTERS, this.after).filter((server) => !gone.has(String(server["id"])));
    return { ...this.after, quorum, servers: [...servers, ...entries] };
  }

  private async leader(): Promise<string | null> {
    return leaderOf(await this.watch.look(await this.fleet.deployed(this.hosts)));
  }

  private async mayTakeDown(ids: readonly string[]): Promise<string | null> {
    const deployed = await this.fleet.deployed(this.hosts);
    // The only one there is: without it there is no Mesos, and there is no other way.
    if (deployed.length === 1) return null;
    const sight = await this.watch.look(deployed);
    const leader = leaderOf(sight);
    if (leader === null) return "no single master leads";
    const others = deployed.filter(({ id }) => !ids.includes(id));
    const waiting = others.find(({ id, unit }) => {
      const seen = seenOf(sight, id);
      return unit.running && (seen === null || !votes(seen));
    });
    if (waiting !== undefined) return `the replica of master ${waiting.id} does not vote`;
    const voting = others.filter(({ unit }) => unit.running).length;
    const led = deployed.find(({ id }) => id === leader)?.record?.sections ?? {};
    const quorum = Math.min(quorumOf(led) || quorumOf(this.after), quorumOf(this.after));
    if (voting >= quorum) return null;
    return `without it ${voting} would be left, which is less than the quorum of ${quorum}`;
  }

  private async notBack(ids: readonly string[]): Promise<string | null> {
    const deployed = await this.fleet.deployed(this.hosts);
    const down = deployed.find(({ id, unit }) => ids.includes(id) && !unit.running);
    if (down !== undefined) return `it does not run (${down.unit.exit ?? "it was never started"})`;
    const running = deployed.filter(({ unit }) => unit.running).map(({ id }) => id);
    if (running.length === 0) return null;
    const sight = await this.watch.look(deployed);
    const reason = notWhole(sight, running, running.length);
    if (reason !== null) return reason;
    const active = activeAgents(sight);
    return active >= this.agents ? null : `${active} of ${this.agents} agents are back`;
  }
}

/** Leadership moves while masters restart: whoever leads now is put off to the end of its round. */
function next(queue: MasterStep[], leader: string | null): MasterStep | undefined {
  const step = queue.shift();
  if (step?.kind !== "change" || step.id !== leader) return step;
  const end = queue.findIndex((other) => other.kind !== "change" || other.quorum !== step.quorum);
  const round = end < 0 ? queue.length : end;
  if (round === 0) return step;
  queue.splice(round, 0, step);
  return queue.shift();
}

/** With which they run; where a change was cut off, that of those it has not reached. */
function deployedQuorum(deployed: readonly DeployedServer[], wanted: number): number {
  const quorums = deployed.flatMap(({ record }) => {
    const quorum = quorumOf(isObject(record?.sections) ? record.sections : {});
    return quorum === 0 ? [] : [quorum];
  });
  const furthest = [...quorums].sort((a, b) => Math.abs(b - wanted) - Math.abs(a - wanted));
  return furthest[0] ?? wanted;
}

/** All that are deployed run and answer, and none has a log: they never were a set. */
function isUnfounded(deployed: readonly DeployedServer[], sight: Sight): boolean {
  return deployed.every(({ id, unit }) => unit.running && seenOf(sight, id)?.logRecovered === false);
}

function withoutInitialisation(address: string) {
  return refusal("mesos-masters-change", address, "new masters could not begin their log", {
    detail: "flags.log_auto_initialize is off, so that all of them would wait for ever. Nothing was started.",
    remedy: "Leave log_auto_initialize on for the creation; it may be taken off afterwards.",
  });
}
