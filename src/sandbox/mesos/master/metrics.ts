/** /metrics/snapshot of a master: counters, and gauges counted from the cluster when asked. Facts, section 9. */
import { systemMetrics } from "../http/system-stats.js";
import { dominantShare } from "../model/allocator.js";
import type { Framework, Task } from "../model/records.js";
import { accumulate, quantities } from "../model/resource.js";
import type { TaskState } from "../model/status.js";
import type { Master } from "./master.js";
import { ACTIVE_STATES, FRAMEWORK_COUNTERS, MASTER_COUNTERS } from "./metric-names.js";
import type { Timer } from "./timer.js";

export interface MetricSources {
  readonly master: Master;
  readonly elected: boolean;
  /** Seconds. */
  readonly uptime: number;
  /** `registrar/...`, from the coordination. */
  readonly registrar: Readonly<Record<string, number>>;
  readonly runTimer: Timer;
  readonly latencyTimer: Timer;
}

/** Sorted by name. */
export function masterMetrics(sources: MetricSources): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const name of MASTER_COUNTERS) found.set(name, 0);
  for (const [name, value] of sources.master.context.counters.entries()) found.set(name, value);
  const put = (name: string, value: number) => void found.set(name, value);
  for (const [name, value] of systemMetrics()) put(name, value);
  for (const [name, value] of Object.entries(sources.registrar)) put(name, value);
  put("master/elected", sources.elected ? 1 : 0);
  put("master/uptime_secs", sources.uptime);
  put("master/operator_event_stream_subscribers", sources.master.subscribers.count);
  putAgents(sources.master, put);
  putTasks(sources.master, put);
  putResources(sources.master, put);
  putAllocator(sources, put);
  if (sources.master.context.flags.bool("publish_per_framework_metrics")) {
    for (const framework of sources.master.context.cluster.frameworks.values()) putFramework(framework, put);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Put = (name: string, value: number) => void;

function putAgents({ context: { cluster } }: Master, put: Put): void {
  let connected = 0;
  let active = 0;
  for (const agent of cluster.agents.values()) {
    if (agent.connected) connected += 1;
    if (agent.connected && !agent.deactivated) active += 1;
  }
  put("master/slaves_active", active);
  put("master/slaves_inactive", cluster.agents.size - active);
  put("master/slaves_connected", connected);
  put("master/slaves_disconnected", cluster.agents.size - connected);
  put("master/slaves_unreachable", cluster.unreachable.size);
  const frameworks = [...cluster.frameworks.values()];
  const count = (test: (framework: Framework) => boolean) => frameworks.filter(test).length;
  put(
    "master/frameworks_active",
    count(({ active: on }) => on),
  );
  put(
    "master/frameworks_inactive",
    count(({ active: on }) => !on),
  );
  put(
    "master/frameworks_connected",
    count(({ connected: on }) => on),
  );
  put(
    "master/frameworks_disconnected",
    count(({ connected: on }) => !on),
  );
  put("master/outstanding_offers", cluster.offers.size);
}

function putTasks({ context: { cluster } }: Master, put: Put): void {
  const counts = new Map<TaskState, number>();
  let unreachable = 0;
  for (const framework of cluster.frameworks.values()) {
    for (const { state } of framework.tasks.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    unreachable += framework.unreachableTasks.size;
  }
  put("master/tasks_staging", counts.get("TASK_STAGING") ?? 0);
  put("master/tasks_starting", counts.get("TASK_STARTING") ?? 0);
  put("master/tasks_running", counts.get("TASK_RUNNING") ?? 0);
  put("master/tasks_killing", counts.get("TASK_KILLING") ?? 0);
  put("master/tasks_unreachable", unreachable);
}

function putResources({ context: { cluster } }: Master, put: Put): void {
  const used = new Map<string, number>();
  for (const agent of cluster.agents.values()) {
    accumulate(used, quantities(agent.allocated));
    for (const offer of agent.offers) accumulate(used, quantities(offer.resources), -1);
  }
  for (const name of ["cpus", "mem", "disk", "gpus"]) {
    const total = cluster.total.get(name) ?? 0;
    const part = used.get(name) ?? 0;
    put(`master/${name}_total`, total / 1000);
    put(`master/${name}_used`, part / 1000);
    put(`master/${name}_percent`, total === 0 ? 0 : part / total);
    for (const kind of ["total", "used", "percent"]) put(`master/${name}_revocable_${kind}`, 0);
  }
}

function putAllocator({ master, runTimer, latencyTimer }: MetricSources, put: Put): void {
  const { cluster, clock, filters } = master.context;
  put("allocator/event_queue_dispatches", 0);
  put("allocator/mesos/event_queue_dispatches", 0);
  put("allocator/mesos/allocation_runs", master.offers.runs);
  for (const [name, value] of Object.entries(runTimer.metrics("allocator/mesos/allocation_run_ms")))
    put(name, value);
  for (const [name, value] of Object.entries(
    latencyTimer.metrics("allocator/mesos/allocation_run_latency_ms"),
  ))
    put(name, value);
  const held = new Map<string, number>();
  for (const agent of cluster.agents.values()) accumulate(held, quantities(agent.allocated));
  for (const name of new Set(["cpus", "disk", "mem", ...cluster.total.keys()])) {
    put(`allocator/mesos/resources/${name}/total`, (cluster.total.get(name) ?? 0) / 1000);
    put(`allocator/mesos/resources/${name}/offered_or_allocated`, (held.get(name) ?? 0) / 1000);
  }
  const active = filters.active(clock.now());
  const subscribed = new Set([...cluster.frameworks.values()].flatMap(({ roles }) => roles));
  for (const role of new Set([...subscribed, ...cluster.weights.keys()])) {
    put(`allocator/mesos/offer_filters/roles/${role}/active`, active.get(role) ?? 0);
  }
  for (const role of subscribed) {
    const share = dominantShare(cluster.byRole.get(role), cluster.total) / cluster.weightOf(role);
    put(`allocator/mesos/roles/${role}/shares/dominant`, share);
  }
  putQuota(master, put);
}

function putQuota({ context: { cluster } }: Master, put: Put): void {
  const prefix = (role: string, name: string) => `allocator/mesos/quota/roles/${role}/resources/${name}`;
  const all = new Map<string, number>();
  for (const role of cluster.knownRoles()) {
    const consumed = cluster.consumed(role);
    if (!role.includes("/")) accumulate(all, consumed);
    for (const [name, milli] of consumed) put(`${prefix(role, name)}/consumed`, milli / 1000);
  }
  // The tree of roles has a root without a name.
  for (const [name, milli] of all) put(`${prefix("", name)}/consumed`, milli / 1000);
  for (const { role, guarantees, limits } of cluster.quotas.values()) {
    const held = cluster.byRole.get(role);
    for (const [name, milli] of guarantees) {
      put(`${prefix(role, name)}/guarantee`, milli / 1000);
      put(`${prefix(role, name)}/offered_or_allocated`, (held?.get(name) ?? 0) / 1000);
    }
    for (const [name, milli] of limits) put(`${prefix(role, name)}/limit`, milli / 1000);
  }
}

function putFramework(framework: Framework, put: Put): void {
  const prefix = `master/frameworks/${encodeURIComponent(framework.name)}/${framework.id}`;
  for (const name of FRAMEWORK_COUNTERS) put(`${prefix}/${name}`, framework.counters.get(name) ?? 0);
  put(`${prefix}/subscribed`, framework.active ? 1 : 0);
  for (const role of framework.roles) {
    put(`${prefix}/roles/${role}/suppressed`, framework.suppressed.has(role) ? 1 : 0);
  }
  const counts = activeCounts(framework);
  for (const state of ACTIVE_STATES) put(`${prefix}/tasks/active/${state}`, counts.get(state) ?? 0);
}

function activeCounts(framework: Framework): Map<string, number> {
  const counts = new Map<string, number>();
  const add = ({ state }: Task) =>
    counts.set(state.toLowerCase(), (counts.get(state.toLowerCase()) ?? 0) + 1);
  for (const task of framework.tasks.values()) add(task);
  for (const task of framework.unreachableTasks.values()) add(task);
  return counts;
}
