/** The answers of an agent's reading endpoints, legacy and v1. Records to JSON. */
import type { JsonObject } from "../../../value/json.js";
import { attributesWire, attributeWire } from "../model/attribute.js";
import { AGENT_CAPABILITIES, stateHead } from "../model/build.js";
import { passed, statusWire } from "../model/message-wire.js";
import { allocate, type Resources, reservedFor, scalar, sum } from "../model/resource.js";
import { resourcesFromJson, resourceWire, roledResourceWire, sumsWire } from "../model/resource-json.js";
import { isTerminal, type TaskStatus } from "../model/status.js";
import { keptDetails } from "../model/task-details.js";
import { double, nanoseconds, timeInfo, type Wire, type WireObject } from "../model/wire.js";
import type { Agent, AgentOptions } from "./agent.js";
import { commandOf } from "./behaviour.js";
import type { DrainRecord, ExecutorRecord, FrameworkRecord, TaskRecord } from "./executor-record.js";

/** What Mesos' own command executor takes beside its task. */
const OVERHEAD: Resources = [scalar("cpus", 0.1), scalar("mem", 32)];

export interface AgentView {
  readonly agent: Agent;
  readonly options: AgentOptions;
  /** As /flags shows them. */
  readonly flags: ReadonlyMap<string, string>;
  /** Seconds since 1970. */
  readonly startTime: number;
}

function taskResources(executor: ExecutorRecord, task: TaskRecord): Resources {
  return allocate(resourcesFromJson(task.info["resources"]), executor.role);
}

function ownResources(executor: ExecutorRecord): Resources {
  const own = executor.custom === null ? OVERHEAD : resourcesFromJson(executor.custom["resources"]);
  return allocate(own, executor.role);
}

/** With those of its live tasks. */
export function executorResources(executor: ExecutorRecord): Resources {
  const live = executor.tasks.filter(({ state }) => !isTerminal(state));
  return sum([ownResources(executor), ...live.map((task) => taskResources(executor, task))]);
}

export function allocatedResources(agent: Agent): Resources {
  const all: Resources[] = [];
  for (const { executors } of agent.executors.frameworks.values()) {
    for (const executor of executors.values()) all.push(executorResources(executor));
  }
  return sum(all);
}

export function executorName(executor: ExecutorRecord): string {
  if (executor.custom !== null) return String(executor.custom["name"] ?? "");
  const [task] = [...executor.tasks, ...executor.completedTasks];
  const command = task === undefined ? "" : commandOf(task.info);
  const short = command.length > 15 ? `${command.slice(0, 12)}...` : command;
  return `Command Executor (Task: ${executor.id}) (Command: sh -c '${short}')`;
}

function legacyTask(
  framework: FrameworkRecord,
  executor: ExecutorRecord,
  task: TaskRecord,
  agentId: string,
): WireObject {
  return {
    id: task.id,
    name: String(task.info["name"] ?? ""),
    framework_id: framework.id,
    executor_id: executor.custom === null ? "" : executor.id,
    slave_id: agentId,
    state: task.state,
    resources: sumsWire(taskResources(executor, task)),
    role: executor.role,
    statuses: task.statuses.map(legacyStatus),
    ...labelsWire(task),
  };
}

function labelsWire(task: TaskRecord): WireObject {
  const { labels, ...rest } = keptDetails(task.info);
  const list = labels === undefined ? {} : { labels: passed((labels as JsonObject)["labels"] ?? []) };
  const { discovery, container } = rest;
  return {
    ...list,
    discovery: discovery === undefined ? undefined : passed(discovery),
    container: container === undefined ? undefined : passed(container),
  };
}

function legacyStatus(status: TaskStatus): WireObject {
  const { executor_pid: _, ...container } = (status.container ?? {}) as { executor_pid?: number };
  return {
    state: status.state,
    timestamp: double(status.timestamp),
    container_status: passed(container),
    healthy: status.healthy,
  };
}

function legacyExecutor(view: AgentView, framework: FrameworkRecord, executor: ExecutorRecord): WireObject {
  const { agent } = view;
  const workDir = view.flags.get("work_dir") ?? "";
  const path = `slaves/${agent.id}/frameworks/${framework.id}/executors/${executor.id}/runs/${executor.containerId}`;
  const wire = (task: TaskRecord) => legacyTask(framework, executor, task, agent.id ?? "");
  const [live, over] = split(executor);
  return {
    id: executor.id,
    name: executorName(executor),
    source: String(executor.custom?.["source"] ?? executor.id),
    container: executor.containerId,
    directory: `${workDir}/${path}`,
    resources: sumsWire(executorResources(executor)),
    role: executor.role,
    ...(executor.custom === null ? {} : { labels: [], type: String(executor.custom["type"] ?? "CUSTOM") }),
    tasks: live.map(wire),
    queued_tasks: [],
    completed_tasks: [...executor.completedTasks, ...over].map(wire),
  };
}

/** Live tasks, and those that ended but were not acknowledged. */
function split(executor: ExecutorRecord): [live: TaskRecord[], over: TaskRecord[]] {
  const over = executor.tasks.filter(({ state }) => isTerminal(state));
  return [executor.tasks.filter(({ state }) => !isTerminal(state)), over];
}

function legacyFramework(view: AgentView, framework: FrameworkRecord): WireObject {
  const { info } = framework;
  const wire = (executor: ExecutorRecord) => legacyExecutor(view, framework, executor);
  return {
    id: framework.id,
    name: String(info["name"] ?? ""),
    user: String(info["user"] ?? ""),
    failover_timeout: double(Number(info["failover_timeout"] ?? 0)),
    checkpoint: info["checkpoint"] === true,
    hostname: String(info["hostname"] ?? ""),
    ...(Array.isArray(info["roles"])
      ? { roles: passed(info["roles"]) }
      : { role: String(info["role"] ?? "*") }),
    executors: [...framework.executors.values()].map(wire),
    completed_executors: framework.completedExecutors.map(wire),
  };
}

function drainWire(drain: DrainRecord): WireObject {
  const { maxGrace, markGone } = drain;
  return {
    ...(maxGrace === null ? {} : { max_grace_period: { nanoseconds: nanoseconds(maxGrace) } }),
    mark_gone: markGone,
  };
}

/** /state. */
export function agentState(view: AgentView): WireObject {
  const { agent, options, flags, startTime } = view;
  const total = resourcesFromJson(agent.total);
  const used = allocatedResources(agent);
  const { drain, executors } = agent;
  return {
    ...stateHead(),
    start_time: double(startTime),
    id: agent.id ?? "",
    pid: agent.pid,
    hostname: options.hostname,
    capabilities: AGENT_CAPABILITIES,
    ...(options.domain === null ? {} : { domain: passed(options.domain) }),
    ...(drain === null
      ? {}
      : { drain_config: drainWire(drain), estimated_drain_start_time_seconds: drain.startedAt }),
    resources: sumsWire(total),
    reserved_resources: reserved(total, sumsWire),
    unreserved_resources: sumsWire(unreserved(total)),
    reserved_resources_full: reserved(total, (parts) => parts.map(roledResourceWire)),
    unreserved_resources_full: unreserved(total).map(roledResourceWire),
    reserved_resources_allocated: reserved(used, sumsWire),
    unreserved_resources_allocated: sumsWire(unreserved(used)),
    resource_providers: [],
    attributes: attributesWire(options.attributes),
    ...(agent.masterHostname === null ? {} : { master_hostname: agent.masterHostname }),
    flags: Object.fromEntries(flags),
    frameworks: [...executors.frameworks.values()].map((framework) => legacyFramework(view, framework)),
    completed_frameworks: [...executors.completedFrameworks.values()].map((each) =>
      legacyFramework(view, each),
    ),
  };
}

function unreserved(resources: Resources): Resources {
  return resources.filter((part) => part.reservations.length === 0);
}

function reserved(resources: Resources, wire: (parts: Resources) => Wire): WireObject {
  const roles = new Set(resources.map(reservedFor).filter((role) => role !== "*"));
  return Object.fromEntries(
    [...roles].map((role) => [role, wire(resources.filter((part) => reservedFor(part) === role))]),
  );
}

/** GET_AGENT. */
export function getAgent({ agent, options }: AgentView): WireObject {
  const { drain } = agent;
  const { attributes } = options;
  return {
    agent_info: {
      hostname: options.hostname,
      port: options.port,
      resources: resourcesFromJson(options.resources).map(resourceWire),
      ...(attributes.length === 0 ? {} : { attributes: attributes.map(attributeWire) }),
      ...(agent.id === null ? {} : { id: { value: agent.id } }),
      ...(options.domain === null ? {} : { domain: passed(options.domain) }),
    },
    ...(drain === null
      ? {}
      : { drain_config: drainWire(drain), estimated_drain_start_time: timeInfo(drain.startedAt) }),
  };
}

function taskWire(
  agent: Agent,
  framework: FrameworkRecord,
  executor: ExecutorRecord,
  task: TaskRecord,
): WireObject {
  const last = agent.executors.forwarded.get(task);
  return {
    name: String(task.info["name"] ?? ""),
    task_id: { value: task.id },
    framework_id: { value: framework.id },
    ...(executor.custom === null ? {} : { executor_id: { value: executor.id } }),
    agent_id: { value: agent.id ?? "" },
    state: task.state,
    resources: taskResources(executor, task).map(resourceWire),
    ...(task.statuses.length === 0 ? {} : { statuses: task.statuses.map(statusWire) }),
    ...(last === undefined ? {} : { status_update_state: last.state, status_update_uuid: last.uuid }),
    ...(passed(keptDetails(task.info)) as WireObject),
  };
}

export function getTasks({ agent }: AgentView): WireObject {
  const launched: Wire[] = [];
  const terminated: Wire[] = [];
  const completed: Wire[] = [];
  const { frameworks, completedFrameworks } = agent.executors;
  for (const framework of [...frameworks.values(), ...completedFrameworks.values()]) {
    for (const executor of [...framework.executors.values(), ...framework.completedExecutors]) {
      const wire = (task: TaskRecord) => taskWire(agent, framework, executor, task);
      const [live, over] = split(executor);
      launched.push(...live.map(wire));
      terminated.push(...over.map(wire));
      completed.push(...executor.completedTasks.map(wire));
    }
  }
  return {
    pending_tasks: [],
    queued_tasks: [],
    launched_tasks: launched,
    terminated_tasks: terminated,
    completed_tasks: completed,
  };
}

function executorInfoWire(view: AgentView, framework: FrameworkRecord, executor: ExecutorRecord): WireObject {
  const launcher = view.flags.get("launcher_dir") ?? "";
  const ids = { executor_id: { value: executor.id }, framework_id: { value: framework.id } };
  if (executor.custom !== null) return { ...(passed(executor.custom) as WireObject), ...ids };
  return {
    ...ids,
    command: {
      shell: false,
      value: `${launcher}/mesos-executor`,
      arguments: ["mesos-executor", `--launcher_dir=${launcher}`],
    },
    resources: ownResources(executor).map(resourceWire),
    name: executorName(executor),
    source: executor.id,
  };
}

export function getExecutors(view: AgentView): WireObject {
  const executors: Wire[] = [];
  const completed: Wire[] = [];
  const { frameworks, completedFrameworks } = view.agent.executors;
  for (const framework of [...frameworks.values(), ...completedFrameworks.values()]) {
    const wire = (executor: ExecutorRecord) => ({
      executor_info: executorInfoWire(view, framework, executor),
    });
    executors.push(...[...framework.executors.values()].map(wire));
    completed.push(...framework.completedExecutors.map(wire));
  }
  return { executors, completed_executors: completed };
}

export function getFrameworks({ agent }: AgentView): WireObject {
  const wire = ({ id, info }: FrameworkRecord) => ({ framework_info: frameworkInfoWire(id, info) });
  return {
    frameworks: [...agent.executors.frameworks.values()].map(wire),
    completed_frameworks: [...agent.executors.completedFrameworks.values()].map(wire),
  };
}

function frameworkInfoWire(id: string, info: JsonObject): WireObject {
  const { user, name, failover_timeout, checkpoint, id: _, ...rest } = passed(info) as WireObject;
  return {
    user,
    name,
    id: { value: id },
    failover_timeout: failover_timeout ?? double(0),
    checkpoint: checkpoint ?? false,
    ...rest,
  };
}

/** The numbers of one container; a simulated one uses half of its memory and no processor. */
export function statisticsWire(executor: ExecutorRecord, now: number): WireObject {
  const limits = sumsWire(executorResources(executor)) as { cpus: { value: number }; mem: { value: number } };
  const bytes = limits.mem.value * 1024 * 1024;
  return {
    cpus_soft_limit: limits.cpus,
    cpus_system_time_secs: double(0),
    cpus_user_time_secs: double(0),
    mem_limit_bytes: bytes,
    mem_rss_bytes: Math.round(bytes / 2),
    mem_soft_limit_bytes: bytes,
    timestamp: double(now),
  };
}
