/**
 * Agents, frameworks and tasks as the leader knows them, against the baseline: who is missing, what failed by what the migration did, what is
 * left on the agents of A, whether agents come and go.
 */
import type { Agent } from "../../mesos/answers.js";
import type { Framework, Task } from "../../mesos/workloads.js";
import { agentsAt, isAgentAt } from "../drain/agents-at.js";
import { fatesOf } from "../drain/tasks.js";
import type { Measurement } from "../model/observation.js";
import type { ServerRef, SideName } from "../model/spec.js";
import { known, of } from "./measure.js";
import type { ObserverMemory } from "./memory.js";
import type { Probe } from "./probe.js";

/** As it was before the migration began. */
export interface Baseline {
  /** Ids of frameworks that were connected. */
  readonly frameworks: readonly string[];
  /** Kinds (kindOf) of tasks that were unhealthy then. */
  readonly unhealthy: readonly string[];
}

/** What a look is judged by. */
export interface Judging {
  /** Null before it was taken. */
  readonly baseline: Baseline | null;
  /** Failures from then on count, milliseconds since the epoch: the stage began, or was resumed. */
  readonly sinceMs: number;
}

export interface WorkloadSight {
  readonly agents: readonly Agent[];
  /** That the leader knows, and that do not answer. */
  readonly absent?: readonly Agent[];
  readonly frameworks: readonly Framework[];
  readonly tasks: readonly Task[];
}

export interface AgentsOf {
  readonly a: readonly ServerRef[];
  readonly b: readonly ServerRef[];
}

const SIDES = ["a", "b"] as const;
const ALIVE: ReadonlySet<string> = new Set(["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING"]);
export function workloadProbe(
  see: (signal: AbortSignal) => Promise<WorkloadSight>,
  servers: AgentsOf,
  judging: () => Judging,
  memory: ObserverMemory,
  now: () => number,
): Probe {
  return {
    measures: [
      ...SIDES.flatMap((side) => [
        of("agents-registered", side),
        of("tasks-left", side),
        of("agents-drained", side),
        of("agents-offered", side),
      ]),
      of("agents-flapping"),
      of("frameworks-connected"),
      of("frameworks-missing"),
      of("tasks-running"),
      of("tasks-unhealthy"),
      of("tasks-failed-by-us"),
    ],
    deadlineMs: 15_000,
    look: async (signal) => judgeWorkload(await see(signal), servers, judging(), memory, now()),
  };
}

export function judgeWorkload(
  sight: WorkloadSight,
  servers: AgentsOf,
  judging: Judging,
  memory: ObserverMemory,
  atMs: number,
): Measurement[] {
  const flapping = memory.flapping(sight.agents, atMs);
  return [
    ...SIDES.flatMap((side) => judgeAgents(sight, side, servers[side], atMs)),
    known(of("agents-flapping"), atMs, flapping.length, flapping),
    ...judgeFrameworks(sight, judging, atMs),
    ...judgeTasks(sight, judging, memory, atMs),
  ];
}

function judgeAgents(
  { agents, absent, tasks }: WorkloadSight,
  side: SideName,
  servers: readonly ServerRef[],
  atMs: number,
): Measurement[] {
  const named = agentsAt(agents, servers);
  const here = named.filter(({ active, deactivated }) => active || deactivated);
  const away = servers.filter((server) => !here.some((agent) => isAgentAt(agent, server)));
  // On one that is cut off they most likely run on.
  const ids = new Set([...named, ...agentsAt(absent ?? [], servers)].map(({ id }) => id));
  const left = tasks.filter(
    (task) => ids.has(task.agentId) && task.place !== "completed" && ALIVE.has(task.state),
  );
  const undrained = here.filter(({ drain, active }) => active || drain?.state === "DRAINING");
  const offered = here.filter(({ active }) => active);
  return [
    known(
      of("agents-registered", side),
      atMs,
      here.length,
      away.map(({ name }) => `${name} is not registered`),
    ),
    known(
      of("tasks-left", side),
      atMs,
      left.length,
      left.map(({ id }) => id),
    ),
    known(
      of("agents-drained", side),
      atMs,
      undrained.length === 0,
      undrained.map(({ hostname }) => hostname),
    ),
    known(of("agents-offered", side), atMs, offered.length),
  ];
}

function judgeFrameworks({ frameworks }: WorkloadSight, { baseline }: Judging, atMs: number): Measurement[] {
  const living = frameworks.filter(({ completed }) => !completed);
  const connected = living.filter((one) => one.connected && one.active);
  const there = new Set(connected.map(({ id }) => id));
  const expected = baseline?.frameworks ?? living.map(({ id }) => id);
  const missing = expected.filter((id) => !there.has(id));
  return [
    known(
      of("frameworks-connected"),
      atMs,
      connected.length,
      connected.map(({ name }) => name),
    ),
    known(
      of("frameworks-missing"),
      atMs,
      missing.length,
      missing.map((id) => living.find((one) => one.id === id)?.name ?? id),
    ),
  ];
}

function judgeTasks(
  { tasks }: WorkloadSight,
  { baseline, sinceMs }: Judging,
  memory: ObserverMemory,
  atMs: number,
): Measurement[] {
  const running = tasks.filter(({ state, place }) => place === "current" && state === "TASK_RUNNING");
  const before = new Set(baseline?.unhealthy);
  const sick = running.filter((task) => isSick(task) && !before.has(kindOf(task))).map(({ id }) => id);
  remember(tasks, sinceMs, memory);
  const failed = [...memory.failedByUs.values()];
  return [
    known(of("tasks-running"), atMs, running.length),
    known(of("tasks-unhealthy"), atMs, sick.length, sick),
    known(of("tasks-failed-by-us"), atMs, failed.length, failed),
  ];
}

export function isSick({ status }: Task): boolean {
  return status?.healthy === false;
}

/** The replacement of a task has another id, and the same name. */
export function kindOf({ frameworkId, name }: Task): string {
  return `${frameworkId} ${name}`;
}

/** Mesos forgets ended tasks after a while; what was seen once stays counted. */
function remember(tasks: readonly Task[], sinceMs: number, memory: ObserverMemory): void {
  const since = tasks.filter(
    ({ status, place }) => (status?.atMs ?? 0) >= sinceMs || place === "unreachable",
  );
  for (const fate of fatesOf(since, tasks, new Set())) {
    if (fate.fate !== "failed-by-us") continue;
    memory.failedByUs.set(`${fate.frameworkId} ${fate.id}`, `${fate.id}: ${fate.reason}`);
  }
}
