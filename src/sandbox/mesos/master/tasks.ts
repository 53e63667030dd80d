/**
 * The life of tasks as a master sees it: launched, updated, acknowledged, killed, reconciled, lost. It trusts what the agents
 * say and starts no process.
 */
import type { JsonObject } from "../../../value/json.js";
import type { TaskReport } from "../link/messages.js";
import type { Agent, Framework, Task } from "../model/records.js";
import { allocate, type Resources } from "../model/resource.js";
import { resourcesFromJson } from "../model/resource-json.js";
import { isTerminal, type TaskState, type TaskStatus } from "../model/status.js";
import { keptDetails } from "../model/task-details.js";
import type { Context } from "./context.js";
import { idWire, statusWire, taskWire } from "./wire-parts.js";

export class Tasks {
  /** Told when a task has left an agent: an agent that drains may be done. */
  onLeft: (agent: Agent) => void = () => {};

  constructor(private readonly context: Context) {}

  /** @param resources allocated to the role */
  launched(framework: Framework, agent: Agent, info: JsonObject, role: string, resources: Resources): Task {
    const executor = info["executor"] as { executor_id?: { value?: string } } | undefined;
    const task: Task = {
      id: (info["task_id"] as { value: string }).value,
      name: String(info["name"] ?? ""),
      framework,
      agentId: agent.id,
      agent,
      executorId: executor?.executor_id?.value ?? null,
      state: "TASK_STAGING",
      resources,
      role,
      statuses: [],
      updateState: null,
      updateUuid: null,
      released: false,
      details: keptDetails(info),
    };
    this.context.cluster.addTask(task, agent);
    this.context.publish({ type: "TASK_ADDED", task_added: { task: taskWire(task) } });
    return task;
  }

  /** A task that an agent reports when it re-registers. */
  reported(framework: Framework, agent: Agent, report: TaskReport): Task {
    const task: Task = {
      id: report.id,
      name: report.name,
      framework,
      agentId: agent.id,
      agent,
      executorId: report.executorId ?? null,
      state: report.state,
      resources: allocate(resourcesFromJson(report.resources), report.role),
      role: report.role,
      statuses: [...report.statuses],
      updateState: report.updateState ?? null,
      updateUuid: report.updateUuid ?? null,
      released: false,
      details: report.details,
    };
    this.context.cluster.addTask(task, agent);
    return task;
  }

  /** An update that came from the agent. */
  updated(agent: Agent, frameworkId: string, status: TaskStatus, latest: TaskState): void {
    const { cluster, counters, notify } = this.context;
    counters.up("master/messages_status_update");
    const framework = cluster.frameworks.get(frameworkId);
    if (framework === undefined) {
      counters.up("master/invalid_status_updates");
      return;
    }
    counters.up("master/valid_status_updates");
    notify(framework, { type: "UPDATE", update: { status: statusWire(status) } });
    const task = framework.tasks.get(status.taskId);
    if (task === undefined || task.agentId !== agent.id) return;
    const repeated = task.updateUuid === (status.uuid ?? null) && task.updateState === status.state;
    task.updateState = status.state;
    task.updateUuid = status.uuid ?? null;
    this.apply(task, status, latest, !repeated);
  }

  /** Changes the state, keeps the status, gives resources back at the end, tells the operators. */
  private apply(task: Task, status: TaskStatus, latest: TaskState, publish: boolean): void {
    const { cluster } = this.context;
    const before = task.state;
    const ended = isTerminal(before);
    if (!ended) task.state = latest;
    if (task.statuses.at(-1)?.state === status.state) task.statuses.pop();
    task.statuses.push(status);
    if (!ended && isTerminal(latest)) {
      cluster.releaseTask(task);
      this.countEnd(task, status);
    }
    if (publish) {
      this.context.publish({
        type: "TASK_UPDATED",
        task_updated: {
          framework_id: idWire(task.framework.id),
          status: statusWire(status),
          state: task.state,
        },
      });
    }
  }

  private countEnd(task: Task, status: TaskStatus): void {
    const { counters } = this.context;
    const name = task.state.toLowerCase();
    counters.up(`master/tasks_${name.slice("task_".length)}`);
    if (status.reason !== undefined) {
      const reason = status.reason.toLowerCase().replace("agent", "slave");
      const source = status.source.toLowerCase().replace("agent", "slave");
      counters.up(`master/${name}/${source}/${reason}`);
    }
    counters.upOf(task.framework, `tasks/terminal/${name}`);
  }

  /** The framework has seen an update of the agent. */
  acknowledged(framework: Framework, agentId: string, taskId: string, uuid: string): void {
    const { cluster, counters, tell } = this.context;
    counters.up("master/messages_status_update_acknowledgement");
    const agent = cluster.agents.get(agentId);
    if (agent === undefined || !agent.connected) {
      counters.up("master/invalid_status_update_acknowledgements");
      return;
    }
    counters.up("master/valid_status_update_acknowledgements");
    const task = framework.tasks.get(taskId);
    if (
      task !== undefined &&
      task.updateUuid === uuid &&
      task.updateState !== null &&
      isTerminal(task.updateState)
    ) {
      this.complete(task);
    }
    tell(agent, { kind: "acknowledge", frameworkId: framework.id, taskId, uuid });
    this.onLeft(agent);
  }

  kill(framework: Framework, taskId: string, agentId: string | null, graceMs: number | null): void {
    this.context.counters.up("master/messages_kill_task");
    const task = framework.tasks.get(taskId);
    if (task === undefined) {
      this.reconcile(framework, [{ taskId, agentId }]);
      return;
    }
    if (task.agent !== null) {
      this.context.tell(task.agent, { kind: "kill", frameworkId: framework.id, taskId, graceMs });
    }
  }

  /** An update that the master makes itself; it has no uuid and is not acknowledged. */
  masterStatus(task: Task, state: TaskState, reason: string, message: string): TaskStatus {
    const now = this.context.clock.now();
    return {
      taskId: task.id,
      state,
      source: "SOURCE_MASTER",
      timestamp: now,
      message,
      reason,
      agentId: task.agentId,
    };
  }

  /** Ends a task that its agent will say no more of, and tells the framework. */
  lose(task: Task, state: TaskState, reason: string, message: string): void {
    const status = this.masterStatus(task, state, reason, message);
    this.apply(task, status, state, true);
    this.complete(task);
    this.context.notify(task.framework, { type: "UPDATE", update: { status: statusWire(status) } });
  }

  /** Its agent is unreachable: the task may live and come back. */
  unreachable(task: Task, at: number): void {
    const { cluster, flags, notify } = this.context;
    if (isTerminal(task.state)) {
      this.complete(task);
      return;
    }
    const aware = task.framework.capabilities.has("PARTITION_AWARE");
    const state = aware ? "TASK_UNREACHABLE" : "TASK_LOST";
    const made = this.masterStatus(task, state, "REASON_AGENT_REMOVED", "health check timed out");
    const status: TaskStatus = { ...made, unreachableAt: at };
    this.apply(task, status, state, true);
    cluster.removeTask(task);
    task.agent = null;
    keep(task.framework.unreachableTasks, task, flags.number("max_unreachable_tasks_per_framework"));
    notify(task.framework, { type: "UPDATE", update: { status: statusWire(status) } });
  }

  /** Moves it to the completed ones. */
  complete(task: Task): void {
    const { agent, framework } = task;
    this.context.cluster.removeTask(task);
    task.agent = null;
    keep(framework.completedTasks, task, this.context.flags.number("max_completed_tasks_per_framework"));
    if (agent !== null) this.onLeft(agent);
  }

  /** A task that never got to an agent. */
  refused(framework: Framework, info: JsonObject, state: TaskState, reason: string, message: string): void {
    const agentId = (info["agent_id"] as { value?: string } | undefined)?.value;
    const status: TaskStatus = {
      taskId: (info["task_id"] as { value: string }).value,
      state,
      source: "SOURCE_MASTER",
      timestamp: this.context.clock.now(),
      message,
      reason,
      ...(agentId === undefined ? {} : { agentId }),
    };
    this.context.counters.up(`master/tasks_${state.toLowerCase().slice("task_".length)}`);
    this.context.notify(framework, { type: "UPDATE", update: { status: statusWire(status) } });
  }

  /** Tells the latest states; no tasks = of all that are known and not on an unreachable agent. */
  reconcile(
    framework: Framework,
    asked: readonly { readonly taskId: string; readonly agentId: string | null }[],
  ): void {
    if (asked.length === 0) {
      for (const task of framework.tasks.values()) this.tellLatest(task);
      return;
    }
    for (const { taskId, agentId } of asked) {
      const task = framework.tasks.get(taskId) ?? framework.unreachableTasks.get(taskId);
      if (task !== undefined) this.tellLatest(task);
      else this.tellUnknown(framework, taskId, agentId);
    }
  }

  private tellLatest(task: Task): void {
    const state = task.updateState !== null && task.agent !== null ? task.updateState : task.state;
    const status = this.masterStatus(
      task,
      state,
      "REASON_RECONCILIATION",
      "Reconciliation: Latest task state",
    );
    const last = task.statuses.at(-1);
    this.context.notify(task.framework, {
      type: "UPDATE",
      update: { status: statusWire(withHealth(status, last)) },
    });
  }

  private tellUnknown(framework: Framework, taskId: string, agentId: string | null): void {
    const { cluster, clock, notify } = this.context;
    if (agentId !== null && cluster.recovered.has(agentId)) return; // it may come back with the task
    const { state, message } = this.unknownState(framework, agentId);
    const status: TaskStatus = {
      taskId,
      state,
      source: "SOURCE_MASTER",
      timestamp: clock.now(),
      message: `Reconciliation: ${message}`,
      reason: "REASON_RECONCILIATION",
      ...(agentId === null ? {} : { agentId }),
    };
    notify(framework, { type: "UPDATE", update: { status: statusWire(status) } });
  }

  private unknownState(framework: Framework, agentId: string | null): { state: TaskState; message: string } {
    const { cluster } = this.context;
    const aware = framework.capabilities.has("PARTITION_AWARE");
    const either = (state: TaskState) => (aware ? state : "TASK_LOST");
    if (agentId !== null && cluster.agents.has(agentId)) {
      return { state: either("TASK_GONE"), message: "Task is unknown to the agent" };
    }
    if (agentId !== null && cluster.unreachable.has(agentId)) {
      return { state: either("TASK_UNREACHABLE"), message: "Task is unreachable" };
    }
    if (agentId !== null && cluster.gone.has(agentId)) {
      return { state: either("TASK_GONE_BY_OPERATOR"), message: "Task is gone" };
    }
    return { state: either("TASK_UNKNOWN"), message: "Task is unknown" };
  }

  /** The agent came back with a task that was given up. */
  returned(task: Task): void {
    const status = this.masterStatus(
      task,
      task.state,
      "REASON_AGENT_REREGISTERED",
      "Unreachable agent re-reregistered",
    );
    const last = task.statuses.at(-1);
    this.context.notify(task.framework, {
      type: "UPDATE",
      update: { status: statusWire(withHealth(status, last)) },
    });
  }
}

/** The container and the health that the executor told last belong to the latest state too. */
function withHealth(status: TaskStatus, last: TaskStatus | undefined): TaskStatus {
  return {
    ...status,
    ...(last?.container === undefined ? {} : { container: last.container }),
    ...(last?.healthy === undefined ? {} : { healthy: last.healthy }),
  };
}

/** Adds it and drops the oldest beyond the number. */
function keep(map: Map<string, Task>, task: Task, most: number): void {
  map.delete(task.id);
  map.set(task.id, task);
  for (const id of map.keys()) {
    if (map.size <= most) return;
    map.delete(id);
  }
}
