/** Mesos' task states as conditions of a task, and those of several tasks as one of the instance (facts 5). Pure. */
import type { TaskStatus } from "../../framework/cluster.js";
import type { Condition } from "./instance.js";

const BY_STATE: Readonly<Record<string, Condition>> = {
  TASK_STAGING: "Staging",
  TASK_STARTING: "Starting",
  TASK_RUNNING: "Running",
  TASK_KILLING: "Killing",
  TASK_KILLED: "Killed",
  TASK_FINISHED: "Finished",
  TASK_FAILED: "Failed",
  TASK_ERROR: "Error",
  TASK_DROPPED: "Dropped",
  TASK_GONE: "Gone",
  TASK_GONE_BY_OPERATOR: "Gone",
  TASK_UNKNOWN: "Unknown",
  TASK_UNREACHABLE: "Unreachable",
};

const MAY_COME_BACK = [
  "REASON_SLAVE_DISCONNECTED",
  "REASON_AGENT_DISCONNECTED",
  "REASON_SLAVE_REMOVED",
  "REASON_AGENT_REMOVED",
  "REASON_RECONCILIATION",
];
const UNHEARD_OF = ["REASON_SLAVE_UNKNOWN", "REASON_AGENT_UNKNOWN", "REASON_TASK_UNKNOWN"];

/** TASK_LOST means different things for different reasons. */
export function conditionOf(status: Pick<TaskStatus, "state" | "reason">): Condition {
  if (status.state !== "TASK_LOST") return BY_STATE[status.state] ?? "Unknown";
  const reason = status.reason ?? "";
  if (MAY_COME_BACK.includes(reason)) return "Unreachable";
  return UNHEARD_OF.includes(reason) ? "Unknown" : "Gone";
}

/** The first that any task has is the instance's; an instance all of whose tasks finished has finished. */
const PRECEDENCE: readonly Condition[] = [
  "Error",
  "Failed",
  "Gone",
  "Dropped",
  "Unreachable",
  "Killing",
  "Staging",
  "Starting",
  "Unknown",
  "Running",
  "Killed",
  "Finished",
];

export function combined(conditions: readonly Condition[]): Condition {
  return PRECEDENCE.find((condition) => conditions.includes(condition)) ?? "Provisioned";
}

/** After these a spec is held back for longer and longer. */
const GROWING: readonly Condition[] = ["Dropped", "Error", "Failed", "Gone", "Finished"];

export function growsBackoff(condition: Condition): boolean {
  return GROWING.includes(condition);
}
