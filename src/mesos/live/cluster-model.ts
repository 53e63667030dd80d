/**
 * Agents, frameworks and tasks as a stream of events and now and then a read make them. Pure: it knows no time and no connection,
 * and says when an event does not fit what it knows, so that its owner can read all anew.
 */
import type { Agent, RecoveredAgent } from "../answers.js";
import type { Fleet } from "../state/fleet.js";
import type { Framework, Task } from "../workloads.js";
import type { MesosEvent, Subscribed, TaskUpdated } from "./event.js";

/** `gap`: something must have been missed. */
export type Fit = "fits" | "gap";

/** As many as a master keeps for a framework by default. */
const COMPLETED_KEPT = 1000;

const TERMINAL: ReadonlySet<string> = new Set([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

/** Task ids are unique within their framework only. */
export function taskKey(frameworkId: string, taskId: string): string {
  return `${frameworkId}/${taskId}`;
}

export class ClusterModel {
  readonly agents = new Map<string, Agent>();
  readonly recoveredAgents = new Map<string, RecoveredAgent>();
  /** Completed ones too. */
  readonly frameworks = new Map<string, Framework>();
  /** By taskKey; completed ones too, as many as a master keeps. */
  readonly tasks = new Map<string, Task>();
  /** By framework, keys of completed tasks, the oldest first. */
  private completed = new Map<string, string[]>();
  /** Ids of agents and frameworks that events told of since the last mark: an answer that was under way may be older. */
  private touched = new Set<string>();

  replace({ agents, recoveredAgents, frameworks, tasks }: Fleet): void {
    fill(this.agents, agents);
    fill(this.recoveredAgents, recoveredAgents);
    fill(this.frameworks, frameworks);
    this.tasks.clear();
    this.completed = new Map();
    for (const task of tasks) this.set(task);
  }

  /** Before a read whose answer is given to one of the two that follow. */
  mark(): void {
    this.touched = new Set();
  }

  /** Those that are gone without an event, and what no event tells: drains, connections. */
  replaceAgents(agents: readonly Agent[], recovered: readonly RecoveredAgent[]): void {
    merge(this.agents, agents, this.touched);
    fill(
      this.recoveredAgents,
      recovered.filter(({ id }) => !this.agents.has(id)),
    );
  }

  replaceFrameworks(frameworks: readonly Framework[]): void {
    merge(this.frameworks, frameworks, this.touched);
  }

  apply(event: Exclude<MesosEvent, Subscribed>): Fit {
    switch (event.kind) {
      case "heartbeat":
      case "other":
        return "fits";
      case "task-added":
        this.set(event.task);
        return "fits";
      case "task-updated":
        return this.update(event);
      case "agent-added":
        this.touched.add(event.agent.id);
        this.agents.set(event.agent.id, event.agent);
        this.recoveredAgents.delete(event.agent.id);
        return "fits";
      case "agent-removed":
        this.removeAgent(event.id);
        return "fits";
      case "framework-added":
      case "framework-updated":
        this.touched.add(event.framework.id);
        this.frameworks.set(event.framework.id, event.framework);
        return "fits";
      case "framework-removed":
        this.removeFramework(event.framework);
        return "fits";
    }
  }

  private update({ frameworkId, taskId, state, status }: TaskUpdated): Fit {
    const task = this.tasks.get(taskKey(frameworkId, taskId));
    // One that ended and was dropped since.
    if (task === undefined) return TERMINAL.has(state) ? "fits" : "gap";
    const runs = task.runningSinceMs === null && status.state === "TASK_RUNNING";
    this.set({
      ...task,
      state,
      status,
      runningSinceMs: runs ? status.atMs : task.runningSinceMs,
      place: placeAfter(state, status.reason),
    });
    return "fits";
  }

  private set(task: Task): void {
    const key = taskKey(task.frameworkId, task.id);
    if (task.place === "completed" && this.tasks.get(key)?.place !== "completed") this.remember(task, key);
    this.tasks.set(key, task);
  }

  private remember({ frameworkId }: Task, key: string): void {
    const keys = this.completed.get(frameworkId) ?? [];
    if (keys.length === 0) this.completed.set(frameworkId, keys);
    keys.push(key);
    if (keys.length <= COMPLETED_KEPT) return;
    const oldest = keys.shift();
    // A task may run again under its old id.
    if (oldest !== undefined && this.tasks.get(oldest)?.place === "completed") this.tasks.delete(oldest);
  }

  /** Told only when it is certain that it will not come back as it was: what is still held to be unreachable there has ended. */
  private removeAgent(id: string): void {
    this.touched.add(id);
    this.agents.delete(id);
    for (const task of this.tasks.values()) {
      const lost = task.place === "unreachable" && TERMINAL.has(task.state);
      if (lost && task.agentId === id) this.set({ ...task, place: "completed" });
    }
  }

  private removeFramework(framework: Framework): void {
    this.touched.add(framework.id);
    const known = this.frameworks.get(framework.id) ?? framework;
    const over = { ...known, active: false, connected: false, recovered: false, completed: true };
    this.frameworks.set(framework.id, over);
  }
}

/** A task that ended stays with its agent until its framework has acknowledged that; no event tells, so it counts as completed. */
function placeAfter(state: string, reason: string | null): Task["place"] {
  if (state === "TASK_UNREACHABLE") return "unreachable";
  // So frameworks without PARTITION_AWARE are told that the agent is unreachable.
  if (state === "TASK_LOST" && reason === "REASON_AGENT_REMOVED") return "unreachable";
  return TERMINAL.has(state) ? "completed" : "current";
}

function fill<T extends { readonly id: string }>(into: Map<string, T>, all: readonly T[]): void {
  into.clear();
  for (const each of all) into.set(each.id, each);
}

function merge<T extends { readonly id: string }>(
  into: Map<string, T>,
  all: readonly T[],
  untouchable: ReadonlySet<string>,
): void {
  const ids = new Set(all.map(({ id }) => id));
  for (const id of into.keys()) if (!ids.has(id) && !untouchable.has(id)) into.delete(id);
  for (const each of all) if (!untouchable.has(each.id)) into.set(each.id, each);
}
