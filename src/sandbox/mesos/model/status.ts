/** Task states and status updates as the simulated processes keep and send them. Data only. */

export const TASK_STATES = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_UNREACHABLE",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
  "TASK_UNKNOWN",
] as const;

export type TaskState = (typeof TASK_STATES)[number];

const TERMINAL: ReadonlySet<TaskState> = new Set<TaskState>([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

/** TASK_UNREACHABLE is not: such a task may come back. */
export function isTerminal(state: TaskState): boolean {
  return TERMINAL.has(state);
}

/** One status update. Times are seconds since 1970. */
export interface TaskStatus {
  readonly taskId: string;
  readonly state: TaskState;
  readonly source: "SOURCE_MASTER" | "SOURCE_AGENT" | "SOURCE_EXECUTOR";
  readonly timestamp: number;
  readonly message?: string;
  readonly reason?: string;
  readonly agentId?: string;
  readonly executorId?: string;
  /** base64 of 16 bytes; an update that has one must be acknowledged. */
  readonly uuid?: string;
  readonly healthy?: boolean;
  /** ContainerStatus as v1 shows it, with executor_pid. */
  readonly container?: object;
  readonly unreachableAt?: number;
}
