/** What an observer of a migration looks at: each probe given what it asks. Only wires things together. */

import type { MesosClient } from "../../mesos/client.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isListening, namesOf } from "../actions/addresses.js";
import type { MesosAt } from "../actions/mesos-at.js";
import type { Coordination } from "../coordination/coordination.js";
import type { MigrationSpec, ServerRef, SideName } from "../model/spec.js";
import { clientsProbe } from "../observe/clients-probe.js";
import { clockProbe } from "../observe/clock-probe.js";
import { ensembleProbe } from "../observe/ensemble-probe.js";
import {
  type ElectionSight,
  type MasterSight,
  type MastersSight,
  mastersProbe,
} from "../observe/masters-probe.js";
import type { ObserverMemory } from "../observe/memory.js";
import type { Probe } from "../observe/probe.js";
import { comparisonProbe, syncProbe } from "../observe/sync-probe.js";
import { type Judging, workloadProbe } from "../observe/workload-probe.js";
import type { Survey } from "../plan/survey.js";
import { surveyProbe } from "../survey/survey-probe.js";

export interface Sights {
  readonly spec: MigrationSpec;
  readonly coordination: Coordination;
  readonly mesos: MesosAt;
  /** Follows the leader. */
  readonly leader: MesosClient;
  readonly survey: (signal: AbortSignal) => Promise<Survey>;
  readonly memory: ObserverMemory;
  readonly judging: () => Judging;
  /** Those that take part now. */
  readonly sides: () => readonly SideName[];
  readonly now: () => number;
}

/** Share of the age at which an observation is too old: what asks much is asked so seldom. */
const SELDOM = 1 / 3;
/** Milliseconds to wait for a session with a side that may not be there. */
const SESSION_MS = 1_500;

export function probesOf(sights: Sights): readonly Probe[] {
  const { spec, coordination, survey, memory, judging, now } = sights;
  const seldomMs = spec.limits.observationSeconds * 1_000 * SELDOM;
  const { source, target } = spec;
  const both = () => sights.sides().length === 2;
  const agents = {
    a: source.agents.servers,
    b: spec.modes.agents === "repoint" ? [] : target.agents.servers,
  };
  return [
    ensembleProbe("a", source.zookeeper, now),
    ensembleProbe("b", target.zookeeper, now),
    clientsProbe("a", source.zookeeper, now),
    clientsProbe("b", target.zookeeper, now),
    syncProbe(async () => syncSight(coordination), both, now),
    clockProbe(
      () => skewTold(sights),
      () => sessions(coordination),
      now,
    ),
    comparisonProbe((signal) => compared(coordination, signal), both, seldomMs, now),
    mastersProbe((signal) => mastersSight(sights, signal), memory, now),
    workloadProbe((signal) => workloadSight(sights, signal), agents, judging, memory, now),
    surveyProbe(spec, survey, seldomMs, now),
  ];
}

async function syncSight(coordination: Coordination) {
  const { live, lagMs, held, problem, writtenMs } = await coordination.sync.seen();
  return { live, lagMs, held, problem, writtenMs };
}

/** Null while only one side takes part, or the synchronisation has not seen enough. */
async function skewTold({ coordination, sides }: Sights): Promise<number | null> {
  if (sides().length < 2) return null;
  const { status, live } = await coordination.sync.seen();
  return live ? (status?.clockSkew?.ms ?? null) : null;
}

/** Sessions of the sides that answer now. */
async function sessions(coordination: Coordination): Promise<ZooKeeperClient[]> {
  const found = await Promise.all(
    (["a", "b"] as const).map((side) => soon(coordination.client(side), SESSION_MS).catch(() => null)),
  );
  return found.flatMap((client) => (client === null ? [] : [client]));
}

async function soon<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function compared(coordination: Coordination, signal: AbortSignal) {
  const { result, report } = await coordination.compare(null, signal);
  const { counts, differences } = report;
  const reason = `${counts.moving} znodes never stood still, ${counts.unreadable} could not be read`;
  return { result, different: differences.map(({ path }) => path), differences: counts.differing, reason };
}

async function mastersSight(sights: Sights, signal: AbortSignal) {
  const { spec, mesos } = sights;
  const election = await electionSight(sights, signal);
  const { source, target, modes } = spec;
  const wanted: readonly (readonly [SideName, ServerRef])[] = [
    ...source.masters.servers.map((server) => ["a", server] as const),
    ...(modes.masters === "replace" ? target.masters.servers.map((server) => ["b", server] as const) : []),
  ];
  const masters = await Promise.all(
    wanted.map(async ([side, server]): Promise<MasterSight> => {
      const client = mesos.at(server.address);
      const state = await client.stateOf(server.address, signal).catch(() => null);
      const at = "reason" in election ? null : await registeredOn(election, server);
      return { server, side: at ?? side, state };
    }),
  );
  return { election, masters };
}

/** Of the sides that take part. Rejects with the reason of the signal only. */
async function electionSight(
  { coordination, sides }: Sights,
  signal: AbortSignal,
): Promise<MastersSight["election"]> {
  const on = async (side: SideName) =>
    sides().includes(side) ? (await coordination.electionOn(side)).candidates : null;
  try {
    const [a, b] = await Promise.all([on("a"), on("b")]);
    return { a, b };
  } catch (error) {
    signal.throwIfAborted();
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Null: it stands for election nowhere. */
async function registeredOn({ a, b }: ElectionSight, { address }: ServerRef): Promise<SideName | null> {
  const names = await namesOf(address);
  const isOwn = (view: ElectionSight["a"]) =>
    view?.some(({ origin, addresses }) => origin === "own" && addresses.some((one) => names.includes(one)));
  return isOwn(a) === true ? "a" : isOwn(b) === true ? "b" : null;
}

async function workloadSight({ leader }: Sights, signal: AbortSignal) {
  const [listed, frameworks, tasks] = await Promise.all([
    leader.agents(signal),
    leader.frameworks(signal),
    leader.tasks(signal),
  ]);
  // The masters do not tell of a deactivated agent whether it is connected, and remember one that is gone for over a minute.
  const there = await Promise.all(listed.map((agent) => agent.active || isListening(agent.address)));
  const absent = listed.filter((_, at) => !there[at]);
  return { agents: listed.filter((_, at) => there[at]), absent, frameworks, tasks };
}
