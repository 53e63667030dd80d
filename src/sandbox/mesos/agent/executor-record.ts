/** An executor and its tasks as an agent keeps them in memory and on disk. Data only; times are seconds since 1970. */
import type { JsonObject } from "../../../value/json.js";
import type { FrameworkReport } from "../link/messages.js";
import type { TaskState, TaskStatus } from "../model/status.js";

export interface ExecutorRecord {
  /** The task's id for a command task. */
  readonly id: string;
  readonly frameworkId: string;
  /** Of the run: a new one at each start. */
  readonly containerId: string;
  /** Made up: no process runs. */
  readonly pid: number;
  /** ExecutorInfo of a custom executor; null = Mesos' own command executor. */
  readonly custom: JsonObject | null;
  readonly role: string;
  tasks: TaskRecord[];
  /** Ended and acknowledged. */
  completedTasks: TaskRecord[];
}

export interface TaskRecord {
  readonly id: string;
  /** TaskInfo. */
  readonly info: JsonObject;
  state: TaskState;
  statuses: TaskStatus[];
  /** Not acknowledged yet, oldest first. */
  updates: TaskStatus[];
  readonly launchedAt: number;
  runningAt: number | null;
  healthy: boolean | null;
  /** Set once somebody wants it dead. */
  kill: KillRecord | null;
}

export interface KillRecord {
  readonly at: number;
  readonly graceMs: number;
  /** An agent that drains says so in the last status; `gone` changes its state too. */
  readonly why: "asked" | "draining" | "draining-gone";
}

export interface FrameworkRecord extends FrameworkReport {
  readonly executors: Map<string, ExecutorRecord>;
  completedExecutors: ExecutorRecord[];
}

/** SlaveInfo and id, as they were at registration. */
export interface AgentRecord {
  readonly id: string;
  readonly hostname: string;
  readonly port: number;
  readonly resources: readonly object[];
  readonly attributes: readonly object[];
  readonly domain?: object;
}

export interface DrainRecord {
  /** Seconds. */
  readonly maxGrace: number | null;
  readonly markGone: boolean;
  readonly startedAt: number;
}
