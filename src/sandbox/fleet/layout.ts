/**
 * What a fleet of a given size consists of: its agents, its frameworks, and the tasks that each agent has when it is started.
 * The same size and time give the same fleet, so that one that is started again is known to the masters. Pure.
 */
import type { JsonObject } from "../../value/json.js";
import { LABELS } from "../mesos/agent/behaviour.js";
import type { Recovered } from "../mesos/agent/checkpoint.js";
import type { ExecutorRecord, TaskRecord } from "../mesos/agent/executor-record.js";
import type { FrameworkReport } from "../mesos/link/messages.js";
import type { TaskState, TaskStatus } from "../mesos/model/status.js";

export interface FleetSize {
  readonly agents: number;
  readonly tasks: number;
  readonly frameworks: number;
  /** Tasks that end in a second. */
  readonly rate: number;
}

/** Of every task. */
const CPUS = 0.1;
const MEM = 64;
const PORT = 5051;
const ROLES = 10;
/** Ids begin with that of the master that first admitted them: of one that never was. */
const FIRST_MASTER = "f1ee7000-0000-4000-8000-000000000000";

export interface AgentLayout {
  readonly id: string;
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
  /** Enough for its tasks and nothing more: what a task frees is offered at once, and nothing else ever is. */
  readonly resources: readonly JsonObject[];
  readonly rack: string;
}

export interface FrameworkLayout {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

export function agentLayout(size: FleetSize, at: number): AgentLayout {
  const tasks = tasksOf(size, at);
  const scalar = (name: string, value: number): JsonObject => ({ name, type: "SCALAR", scalar: { value } });
  return {
    id: `${FIRST_MASTER}-S${at}`,
    hostname: `agent-${String(at).padStart(5, "0")}.fleet.example`,
    ip: `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
    port: PORT,
    resources: [
      scalar("cpus", Math.max(1, tasks) * CPUS),
      scalar("mem", Math.max(1, tasks) * MEM),
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
    ],
    rack: `r${at % 40}`,
  };
}

/** Tasks of one agent: all alike, but for a remainder. */
function tasksOf({ agents, tasks }: FleetSize, at: number): number {
  return Math.floor(tasks / agents) + (at < tasks % agents ? 1 : 0);
}

export function frameworkLayout(at: number): FrameworkLayout {
  const number = String(at).padStart(4, "0");
  return { id: `${FIRST_MASTER}-${number}`, name: `fleet-${number}`, role: `team-${at % ROLES}` };
}

export function frameworkInfo({ id, name, role }: FrameworkLayout): JsonObject {
  return {
    user: "fleet",
    name,
    id: { value: id },
    roles: [role],
    failover_timeout: 604_800,
    checkpoint: true,
    hostname: "localhost",
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
  };
}

/** How many tasks fit into what is offered. */
export function placesIn(cpus: number, mem: number): number {
  // Thousandths, as Mesos counts.
  return Math.min(Math.floor(Math.round(cpus * 1000) / (CPUS * 1000)), Math.floor(mem / MEM));
}

/** TaskInfo. All tasks run for so long that as many end in a second as are to. */
export function taskInfo(size: FleetSize, id: string, agentId: string): JsonObject {
  const { rate, tasks } = size;
  const labels = [{ key: "fleet", value: "true" }];
  if (rate > 0) labels.push({ key: LABELS.finishAfter, value: `${Math.round((tasks / rate) * 1000)}ms` });
  return {
    name: id.split(".")[0] ?? id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: CPUS } },
      { name: "mem", type: "SCALAR", scalar: { value: MEM } },
    ],
    command: { value: "./serve", shell: true },
    labels: { labels },
  };
}

/** @param now seconds since 1970. What the agent finds when it is started: tasks that have run for a while, each for another time. */
export function recovered(size: FleetSize, at: number, now: number): Recovered {
  const agent = agentLayout(size, at);
  const frameworks = new Map<string, FrameworkReport>();
  const executors: ExecutorRecord[] = [];
  for (let slot = 0; slot < tasksOf(size, at); slot += 1) {
    const number = at + slot * size.agents;
    const framework = frameworkLayout(number % size.frameworks);
    frameworks.set(framework.id, { id: framework.id, info: frameworkInfo(framework) });
    executors.push(executorRecord(size, agent, framework, number, now));
  }
  const { id, hostname, port, resources } = agent;
  return {
    agent: { id, hostname, port, resources, attributes: attributesOf(agent) },
    frameworks: [...frameworks.values()],
    executors,
    total: null,
    drain: null,
  };
}

export function attributesOf({ rack }: AgentLayout): readonly { name: string; kind: "TEXT"; text: string }[] {
  return [{ name: "rack", kind: "TEXT", text: rack }];
}

function executorRecord(
  size: FleetSize,
  agent: AgentLayout,
  framework: FrameworkLayout,
  number: number,
  now: number,
): ExecutorRecord {
  const name = `service-${framework.name}-${number % 200}`;
  const id = `${name}.${hexOf(number)}`;
  const lasts = size.rate > 0 ? size.tasks / size.rate : 86_400;
  // Spread over the time that tasks run, in an order that has nothing to do with their agents.
  const age = lasts * (((number * 7919) % size.tasks) / size.tasks);
  const container = `${hexOf(number)}-0000-4000-8000-000000000000`;
  const pid = 20_000 + (number % 10_000);
  const task: TaskRecord = {
    id,
    info: taskInfo(size, id, agent.id),
    state: "TASK_RUNNING",
    statuses: (["TASK_STARTING", "TASK_RUNNING"] as const).map((state, step) =>
      statusOf(state, { id, agent, container, pid, uuid: `${hexOf(number)}${step}`, at: now - age }),
    ),
    updates: [],
    launchedAt: now - age,
    runningAt: now - age,
    healthy: null,
    kill: null,
  };
  return {
    id,
    frameworkId: framework.id,
    containerId: container,
    pid,
    custom: null,
    role: framework.role,
    tasks: [task],
    completedTasks: [],
  };
}

interface StatusParts {
  readonly id: string;
  readonly agent: AgentLayout;
  readonly container: string;
  readonly pid: number;
  readonly uuid: string;
  readonly at: number;
}

/** As an agent of the sandbox makes it. */
function statusOf(state: TaskState, { id, agent, container, pid, uuid, at }: StatusParts): TaskStatus {
  return {
    taskId: id,
    state,
    source: "SOURCE_EXECUTOR",
    timestamp: Math.round(at * 1e6) / 1e6,
    agentId: agent.id,
    executorId: id,
    uuid: Buffer.from(uuid.padEnd(16, "0")).toString("base64"),
    container: {
      container_id: { value: container },
      network_infos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: agent.ip }] }],
      executor_pid: pid,
    },
  };
}

function hexOf(number: number): string {
  return number.toString(16).padStart(8, "0");
}
