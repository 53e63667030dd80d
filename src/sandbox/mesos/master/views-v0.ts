/** The answers of the legacy reading endpoints: /state, /slaves, /frameworks, /tasks, /roles, /state-summary. Records to JSON. */
import { attributesWire } from "../model/attribute.js";
import type { Cluster } from "../model/cluster.js";
import type { Agent, Framework, RecoveredAgent, Task } from "../model/records.js";
import { accumulate, quantities, type Resources, reservedFor, sum } from "../model/resource.js";
import { quantitiesWire, roledResourceWire, sumsWire } from "../model/resource-json.js";
import { TASK_STATES, type TaskState, type TaskStatus } from "../model/status.js";
import { double, type Wire, type WireObject } from "../model/wire.js";
import { agentUsed, type Sight, usedBy } from "./views-v1.js";
import { drainInfoWire, frameworkInfoWire, passed } from "./wire-parts.js";

/** A slave as in /state; `/slaves` has the `_full` forms as well. */
export function slaveWire(agent: Agent): WireObject {
  return {
    id: agent.id,
    hostname: agent.info.hostname,
    port: agent.info.port,
    attributes: attributesWire(agent.info.attributes),
    ...(agent.info.domain === undefined ? {} : { domain: passed(agent.info.domain) }),
    pid: agent.pid,
    registered_time: double(agent.registeredTime),
    reregistered_time: agent.reregisteredTime === null ? undefined : double(agent.reregisteredTime),
    resources: sumsWire(agent.total),
    used_resources: sumsWire(agentUsed(agent)),
    offered_resources: sumsWire(agentOffered(agent)),
    reserved_resources: byReservation(agent.total, sumsWire),
    unreserved_resources: sumsWire(unreserved(agent.total)),
    active: agent.connected && !agent.deactivated,
    deactivated: agent.deactivated,
    version: agent.version,
    capabilities: agent.capabilities,
    ...(agent.drain === null ? {} : { drain_info: drainInfoWire(agent.drain) }),
    ...(agent.drainStarted === null
      ? {}
      : { estimated_drain_start_time_seconds: double(agent.drainStarted) }),
  };
}

export function fullSlaveWire(agent: Agent): WireObject {
  const list = (resources: Resources) => resources.map(roledResourceWire);
  return {
    ...slaveWire(agent),
    reserved_resources_full: byReservation(agent.total, list),
    unreserved_resources_full: list(unreserved(agent.total)),
    used_resources_full: list(agentUsed(agent)),
    offered_resources_full: list(agentOffered(agent)),
  };
}

export function agentOffered(agent: Agent): Resources {
  return sum([...agent.offers].map((offer) => offer.resources));
}

export function unreserved(resources: Resources): Resources {
  return resources.filter((part) => part.reservations.length === 0);
}

export function byReservation(resources: Resources, view: (resources: Resources) => Wire): WireObject {
  const roles = new Map<string, Resources>();
  for (const part of resources) {
    const role = reservedFor(part);
    if (role !== "*") roles.set(role, [...(roles.get(role) ?? []), part]);
  }
  return Object.fromEntries([...roles].map(([role, parts]) => [role, view(parts)]));
}

/** @param only an agent's id, of `?slave_id=` */
export function slavesView(cluster: Cluster, only: string | null): WireObject {
  const agents = [...cluster.agents.values()].reverse().filter(({ id }) => only === null || id === only);
  return { slaves: agents.map(fullSlaveWire), recovered_slaves: recoveredSlaves(cluster, only) };
}

export function recoveredSlaves(cluster: Cluster, only: string | null = null): WireObject[] {
  return [...cluster.recovered.values()]
    .filter(({ id }) => only === null || id === only)
    .map(({ id, info }: RecoveredAgent) => ({
      id,
      hostname: info.hostname,
      port: info.port,
      attributes: attributesWire(info.attributes),
      resources: sumsWire(info.resources),
    }));
}

function legacyStatus(status: TaskStatus): WireObject {
  const { container } = status;
  const { executor_pid: _, ...rest } = (container ?? {}) as { executor_pid?: number };
  return {
    state: status.state,
    timestamp: double(status.timestamp),
    container_status: container === undefined ? undefined : passed(rest),
    healthy: status.healthy,
  };
}

export function legacyTask(task: Task): WireObject {
  const { labels, discovery, container, health_check, user } = task.details;
  return {
    id: task.id,
    name: task.name,
    framework_id: task.framework.id,
    executor_id: task.executorId ?? "",
    slave_id: task.agentId,
    state: task.state,
    resources: sumsWire(task.resources),
    role: task.role,
    statuses: task.statuses.map(legacyStatus),
    user: user as string | undefined,
    labels: labels === undefined ? undefined : passed((labels as { labels?: unknown }).labels ?? []),
    discovery: discovery === undefined ? undefined : passed(discovery),
    container: container === undefined ? undefined : passed(container),
    health_check: health_check === undefined ? undefined : passed(health_check),
  };
}

function frameworkHead(framework: Framework): WireObject {
  const info = frameworkInfoWire(framework);
  return {
    id: framework.id,
    name: framework.name,
    ...(framework.principal === null ? {} : { principal: framework.principal }),
    used_resources: sumsWire(frameworkUsed(framework)),
    offered_resources: sumsWire(frameworkOffered(framework)),
    capabilities: [...framework.capabilities],
    hostname: info["hostname"] ?? "",
    webui_url: info["webui_url"] ?? "",
    active: framework.active,
    connected: framework.connected,
    recovered: framework.recovered,
  };
}

function frameworkUsed(framework: Framework): Resources {
  return usedBy([...framework.tasks.values(), ...framework.executors.values()]);
}

function frameworkOffered(framework: Framework): Resources {
  return sum([...framework.offers].map((offer) => offer.resources));
}

export function legacyFramework(framework: Framework, sight: Sight): WireObject {
  const tasks = (list: ReadonlyMap<string, Task>) => [...list.values()].filter(sight.task).map(legacyTask);
  const again = framework.reregisteredTime !== 0 && framework.reregisteredTime !== framework.registeredTime;
  return {
    ...frameworkHead(framework),
    user: framework.user,
    failover_timeout: double(framework.failoverTimeout),
    checkpoint: framework.checkpoint,
    registered_time: double(framework.registeredTime),
    unregistered_time: double(framework.unregisteredTime),
    resources: sumsWire(sum([frameworkUsed(framework), frameworkOffered(framework)])),
    reregistered_time: again ? double(framework.reregisteredTime) : undefined,
    ...(framework.capabilities.has("MULTI_ROLE")
      ? { roles: framework.roles }
      : { role: framework.roles[0] ?? "*" }),
    tasks: tasks(framework.tasks),
    unreachable_tasks: tasks(framework.unreachableTasks),
    completed_tasks: tasks(framework.completedTasks),
    offers: [...framework.offers].map((offer) => ({
      id: offer.id,
      framework_id: framework.id,
      allocation_info: { role: offer.role },
      slave_id: offer.agent.id,
      resources: sumsWire(offer.resources),
    })),
    executors: [...framework.executors.values()]
      .filter(() => sight.executor(framework))
      .map((executor) => ({
        executor_id: executor.id,
        name: String(executor.info["name"] ?? ""),
        framework_id: framework.id,
        command: passed(executor.info["command"] ?? {}),
        resources: sumsWire(executor.resources),
        role: framework.roles[0] ?? "*",
        slave_id: executor.agent.id,
      })),
    offer_constraints: {},
  };
}

export function frameworksView(cluster: Cluster, sight: Sight, only: string | null): WireObject {
  const shown = (list: ReadonlyMap<string, Framework>) =>
    [...list.values()]
      .filter((framework) => (only === null || framework.id === only) && sight.framework(framework))
      .map((framework) => legacyFramework(framework, sight));
  return {
    frameworks: shown(cluster.frameworks).reverse(),
    completed_frameworks: shown(cluster.completedFrameworks),
    unregistered_frameworks: [],
  };
}

/** The part of /state that does not depend on the process. */
export function stateLists(cluster: Cluster, sight: Sight): WireObject {
  const { frameworks, completed_frameworks } = frameworksView(cluster, sight, null);
  return {
    slaves: [...cluster.agents.values()].reverse().map(slaveWire),
    recovered_slaves: recoveredSlaves(cluster),
    frameworks,
    completed_frameworks,
    orphan_tasks: [],
    unregistered_frameworks: [],
  };
}

/** Order of /tasks' parameters: limit, offset, order (asc|des by time of the first status), framework_id, task_id. */
export function tasksView(cluster: Cluster, sight: Sight, query: URLSearchParams): WireObject {
  const framework = query.get("framework_id");
  const id = query.get("task_id");
  const found: Task[] = [];
  const lists = [...cluster.frameworks.values(), ...cluster.completedFrameworks.values()];
  for (const each of lists.filter(sight.framework)) {
    if (framework !== null && each.id !== framework) continue;
    for (const task of [
      ...each.tasks.values(),
      ...each.unreachableTasks.values(),
      ...each.completedTasks.values(),
    ]) {
      if ((id === null || task.id === id) && sight.task(task)) found.push(task);
    }
  }
  const begun = (task: Task) => task.statuses[0]?.timestamp ?? 0;
  const sign = query.get("order") === "asc" ? 1 : -1;
  found.sort((a, b) => sign * (begun(a) - begun(b)));
  const offset = Number(query.get("offset") ?? 0);
  const limit = Number(query.get("limit") ?? 100);
  return { tasks: found.slice(offset, offset + limit).map(legacyTask) };
}

export function rolesView(cluster: Cluster, sight: Sight): WireObject {
  return {
    roles: cluster
      .knownRoles()
      .filter(sight.role)
      .map((role) => legacyRole(cluster, role)),
  };
}

function legacyRole(cluster: Cluster, role: string): WireObject {
  const held = cluster.byRole.get(role) ?? new Map<string, number>();
  const offered = new Map<string, number>();
  for (const offer of cluster.offers.values()) {
    if (offer.role === role || offer.role.startsWith(`${role}/`))
      accumulate(offered, quantities(offer.resources));
  }
  const allocated = new Map(held);
  accumulate(allocated, offered, -1);
  const quota = cluster.quotas.get(role);
  return {
    name: role,
    weight: double(cluster.weightOf(role)),
    quota: {
      role,
      guarantee: quantitiesWire(quota?.guarantees ?? new Map()),
      limit: quantitiesWire(quota?.limits ?? new Map()),
      consumed: quantitiesWire(cluster.consumed(role)),
    },
    resources: quantitiesWire(held),
    allocated: quantitiesWire(allocated),
    offered: quantitiesWire(offered),
    reserved: quantitiesWire(cluster.reservedByRole.get(role) ?? new Map()),
    frameworks: [...cluster.frameworks.values()]
      .filter(({ roles }) => roles.includes(role))
      .map(({ id }) => id),
  };
}

const SUMMARY_STATES: readonly TaskState[] = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_KILLED",
  "TASK_FAILED",
  "TASK_LOST",
  "TASK_ERROR",
  "TASK_UNREACHABLE",
];

/** /state-summary after `hostname` and `cluster`. */
export function summaryLists(cluster: Cluster, sight: Sight): WireObject {
  const frameworksOf = new Map<string, Set<string>>();
  const agentsOf = new Map<string, Set<string>>();
  for (const framework of [...cluster.frameworks.values()].filter(sight.framework)) {
    for (const task of allTasks(framework)) {
      into(frameworksOf, task.agentId, framework.id);
      into(agentsOf, framework.id, task.agentId);
    }
  }
  return {
    slaves: [...cluster.agents.values()].reverse().map((agent) => ({
      ...slaveWire(agent),
      ...counts(agent.tasks.values(), agent.counts),
      framework_ids: [...(frameworksOf.get(agent.id) ?? [])],
    })),
    frameworks: [...cluster.frameworks.values()]
      .reverse()
      .filter(sight.framework)
      .map((framework) => ({
        ...frameworkHead(framework),
        ...counts(allTasks(framework), new Map()),
        slave_ids: [...(agentsOf.get(framework.id) ?? [])],
      })),
  };
}

function* allTasks(framework: Framework): Iterable<Task> {
  yield* framework.tasks.values();
  yield* framework.unreachableTasks.values();
  yield* framework.completedTasks.values();
}

function counts(tasks: Iterable<Task>, past: ReadonlyMap<TaskState, number>): WireObject {
  const found = new Map<TaskState, number>(TASK_STATES.map((state) => [state, past.get(state) ?? 0]));
  for (const { state } of tasks) found.set(state, (found.get(state) ?? 0) + 1);
  return Object.fromEntries(SUMMARY_STATES.map((state) => [state, found.get(state) ?? 0]));
}

function into(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
