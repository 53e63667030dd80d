/** /metrics/snapshot of an agent. Facts, section 9; the names are those of the recording. */
import { systemMetrics } from "../http/system-stats.js";
import { quantities } from "../model/resource.js";
import { resourcesFromJson } from "../model/resource-json.js";
import type { TaskState } from "../model/status.js";
import type { Agent } from "./agent.js";
import { allocatedResources } from "./agent-views.js";

/** Of parts that a simulated agent does not have. */
const ZERO = [
  "containerizer/fetcher/cache_size_used_bytes",
  "containerizer/fetcher/task_fetches_failed",
  "containerizer/mesos/container_destroy_errors",
  "containerizer/mesos/provisioner/bind/remove_rootfs_errors",
  "containerizer/mesos/provisioner/remove_container_errors",
  "gc/path_removals_failed",
  "gc/path_removals_pending",
  "gc/path_removals_succeeded",
  "resource_provider_manager/events/disconnect",
  "resource_provider_manager/events/subscribe",
  "resource_provider_manager/subscribed",
  "slave/container_launch_errors",
  "slave/executors_preempted",
  "slave/executors_registering",
  "slave/executors_terminating",
  "slave/invalid_framework_messages",
  "slave/invalid_status_updates",
  "slave/recovery_errors",
  "slave/valid_framework_messages",
];

/** @param uptime seconds. Sorted by name. */
export function agentMetrics(agent: Agent, uptime: number, keptSeconds: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>(ZERO.map((name) => [name, 0]));
  const put = (name: string, value: number) => void found.set(name, value);
  for (const [name, value] of systemMetrics()) put(name, value);
  put("slave/registered", agent.registered ? 1 : 0);
  put("slave/uptime_secs", uptime);
  put("slave/recovery_time_secs", agent.recoverySeconds);
  put("slave/executor_directory_max_allowed_age_secs", keptSeconds);
  put("containerizer/fetcher/cache_size_total_bytes", 2 ** 31);
  put("slave/frameworks_active", agent.executors.frameworks.size);
  put("slave/executors_running", agent.executors.liveExecutors);
  putTasks(agent, put);
  putResources(agent, put);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Put = (name: string, value: number) => void;

function putTasks({ executors }: Agent, put: Put): void {
  const now = new Map<TaskState, number>();
  for (const { task } of executors.tasks()) now.set(task.state, (now.get(task.state) ?? 0) + 1);
  for (const name of ["running", "staging", "starting", "killing"] as const) {
    put(`slave/tasks_${name}`, now.get(`TASK_${name.toUpperCase()}` as TaskState) ?? 0);
  }
  for (const name of ["failed", "finished", "gone", "killed", "lost"]) {
    put(`slave/tasks_${name}`, executors.counts.get(`TASK_${name.toUpperCase()}`) ?? 0);
  }
  const ended = [...executors.frameworks.values(), ...executors.completedFrameworks.values()];
  put(
    "slave/executors_terminated",
    ended.reduce((all, each) => all + each.completedExecutors.length, 0),
  );
  put("containerizer/fetcher/task_fetches_succeeded", [...executors.tasks()].length);
  put(
    "slave/valid_status_updates",
    [...executors.counts.values()].reduce((all, each) => all + each, 0),
  );
}

function putResources(agent: Agent, put: Put): void {
  const total = quantities(resourcesFromJson(agent.total));
  const used = quantities(allocatedResources(agent));
  for (const name of ["cpus", "mem", "disk", "gpus"]) {
    const all = total.get(name) ?? 0;
    const part = used.get(name) ?? 0;
    put(`slave/${name}_total`, all / 1000);
    put(`slave/${name}_used`, part / 1000);
    put(`slave/${name}_percent`, all === 0 ? 0 : part / all);
    for (const kind of ["total", "used", "percent"]) put(`slave/${name}_revocable_${kind}`, 0);
  }
}
