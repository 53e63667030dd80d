/**
 * The course of a simulated task: which change of state is due next and when. A function of the record alone, so it is the same
 * whether the agent watched or was dead meanwhile.
 */
import type { TaskStatus } from "../model/status.js";
import { isTerminal } from "../model/status.js";
import { behaviourOf } from "./behaviour.js";
import type { TaskRecord } from "./executor-record.js";

/** Milliseconds from TASK_STARTING to TASK_RUNNING, and from SIGTERM to the end of one who heeds it; as recorded. */
const STARTED_MS = 30;
const TERMINATED_MS = 100;

export interface Change {
  /** Seconds since 1970. */
  readonly at: number;
  readonly status: Pick<TaskStatus, "state" | "message" | "reason" | "healthy">;
}

/** Null: it goes on like that until somebody does something. */
export function nextChange(task: TaskRecord): Change | null {
  if (isTerminal(task.state)) return null;
  const own = ownChange(task);
  const death = deathBy(task);
  if (own === null || death === null) return own ?? death;
  return own.at <= death.at ? own : death;
}

function ownChange(task: TaskRecord): Change | null {
  const behaviour = behaviourOf(task.info);
  const started = task.launchedAt + behaviour.startMs / 1000;
  if (task.state === "TASK_STAGING") return { at: started, status: { state: "TASK_STARTING" } };
  if (task.runningAt === null) return { at: started + STARTED_MS / 1000, status: { state: "TASK_RUNNING" } };
  const after = (ms: number | null) => (ms === null ? null : (task.runningAt ?? 0) + ms / 1000);
  const checked = { reason: "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED", state: task.state };
  const candidates: (Change | null)[] = [
    change(after(task.healthy === null ? behaviour.healthyMs : null), { ...checked, healthy: true }),
    change(after(task.healthy === false ? null : behaviour.unhealthyMs), { ...checked, healthy: false }),
    change(after(behaviour.runMs), {
      state: behaviour.exitStatus === 0 ? "TASK_FINISHED" : "TASK_FAILED",
      message: `Command exited with status ${behaviour.exitStatus}`,
    }),
  ];
  return candidates.reduce(
    (first, each) => (each !== null && (first === null || each.at < first.at) ? each : first),
    null,
  );
}

function change(at: number | null, status: Change["status"]): Change | null {
  return at === null ? null : { at, status };
}

function deathBy(task: TaskRecord): Change | null {
  const { kill } = task;
  if (kill === null) return null;
  const { ignoresTerm } = behaviourOf(task.info);
  const wait = ignoresTerm ? kill.graceMs : Math.min(TERMINATED_MS, kill.graceMs);
  const gone = kill.why === "draining-gone";
  return {
    at: kill.at + wait / 1000,
    status: {
      state: gone ? "TASK_GONE_BY_OPERATOR" : "TASK_KILLED",
      message: `Command terminated with signal ${ignoresTerm ? "Killed" : "Terminated"}`,
      ...(kill.why === "asked" ? {} : { reason: "REASON_AGENT_DRAINING" }),
    },
  };
}
