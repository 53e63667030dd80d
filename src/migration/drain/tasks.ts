/**
 * Accounts for the tasks that were on the agents to be emptied, one by one: moved, ended by itself, still there, failed by us, failed by
 * itself, or nobody knows. Pure: it compares what was seen before with what is seen now.
 */
import type { Task } from "../../mesos/workloads.js";

export type Fate =
  /** It still runs (or is about to) on an agent that is to be emptied. */
  | "there"
  /** It was ended because we asked for it, and its framework has as many running elsewhere as before. */
  | "moved"
  /** TASK_FINISHED: its work was done. */
  | "finished"
  /** Ended because we asked for it, and nothing runs in its place. */
  | "missing"
  /** It ended by what the migration did: lost, gone, unreachable, killed by nobody's wish. */
  | "failed-by-us"
  /** Its own program failed; that would have happened anyway. */
  | "failed-by-itself"
  /** Mesos no longer knows it, and it is not replaced. */
  | "unknown";

export interface TaskFate {
  readonly id: string;
  readonly name: string;
  readonly frameworkId: string;
  readonly fate: Fate;
  /** In words, for what failed. */
  readonly reason: string;
}

const ALIVE: ReadonlySet<string> = new Set(["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING"]);
/** Ended because somebody asked for it: our drain, a rolling restart, a kill by the framework. */
const ASKED: ReadonlySet<string> = new Set(["TASK_KILLED", "TASK_GONE_BY_OPERATOR"]);
/** Reasons of TASK_FAILED and TASK_ERROR that tell of the program, its image or its limits, not of agents and masters (facts section 4). */
const OWN_FAULT =
  /^REASON_(COMMAND_EXECUTOR_FAILED|EXECUTOR_TERMINATED|CONTAINER_LIMITATION(_[A-Z]+)?|CONTAINER_LAUNCH_FAILED|IO_SWITCHBOARD_EXITED|TASK_HEALTH_CHECK_STATUS_UPDATED|TASK_INVALID|MAX_COMPLETION_TIME_REACHED)$/;

/**
 * @param before tasks that lived on the agents when it began, with those that came since
 * @param now all tasks that Mesos knows now, ended ones too
 * @param emptied ids of the agents to be emptied
 */
export function fatesOf(
  before: readonly Task[],
  now: readonly Task[],
  emptied: ReadonlySet<string>,
): TaskFate[] {
  const present = new Map(now.map((task) => [keyOf(task), task]));
  const spare = new Spare(before, now, emptied);
  return [...before].sort(byKey).map((task) => {
    const seen = present.get(keyOf(task));
    const { fate, reason } = fateOf(task, seen, spare);
    return { id: task.id, name: task.name, frameworkId: task.frameworkId, fate, reason };
  });
}

function fateOf(
  task: Task,
  seen: Task | undefined,
  spare: Spare,
): { readonly fate: Fate; readonly reason: string } {
  if (seen === undefined) {
    // Mesos keeps only so many ended tasks: one that is replaced was moved, of another nobody can tell.
    if (spare.take(task)) return { fate: "moved", reason: "" };
    return { fate: "unknown", reason: "Mesos does not know it any more" };
  }
  if (seen.place === "unreachable") return { fate: "failed-by-us", reason: "its agent is unreachable" };
  if (ALIVE.has(seen.state)) return { fate: "there", reason: "" };
  if (seen.state === "TASK_FINISHED") return { fate: "finished", reason: "" };
  if (ASKED.has(seen.state)) {
    return spare.take(task)
      ? { fate: "moved", reason: "" }
      : { fate: "missing", reason: `${seen.state}, and nothing runs in its place` };
  }
  return { fate: isOwnFault(seen) ? "failed-by-itself" : "failed-by-us", reason: reasonOf(seen) };
}

function isOwnFault({ state, status }: Task): boolean {
  return (
    (state === "TASK_FAILED" || state === "TASK_ERROR") &&
    OWN_FAULT.test(status?.reason ?? "REASON_COMMAND_EXECUTOR_FAILED")
  );
}

function reasonOf({ state, status }: Task): string {
  const parts = [state, status?.reason, status?.message].filter(
    (part) => part !== undefined && part !== null && part !== "",
  );
  return parts.join(", ");
}

/** Running tasks elsewhere that may stand in for one that was ended: of the same framework and name, each once. */
class Spare {
  private readonly counts = new Map<string, number>();

  constructor(before: readonly Task[], now: readonly Task[], emptied: ReadonlySet<string>) {
    const old = new Set(before.map(keyOf));
    for (const task of now) {
      if (task.state !== "TASK_RUNNING" || task.place !== "current") continue;
      if (emptied.has(task.agentId) || old.has(keyOf(task))) continue;
      const kind = kindOf(task);
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    }
  }

  take(task: Task): boolean {
    const left = this.counts.get(kindOf(task)) ?? 0;
    this.counts.set(kindOf(task), left - 1);
    return left > 0;
  }
}

function kindOf({ frameworkId, name }: Task): string {
  return `${frameworkId} ${name}`;
}

/** Ids are unique within a framework only. */
function keyOf({ frameworkId, id }: Task): string {
  return `${frameworkId} ${id}`;
}

function byKey(one: Task, other: Task): number {
  return keyOf(one) < keyOf(other) ? -1 : 1;
}

export type FateCounts = Readonly<Record<Fate, number>>;

export function countFates(fates: readonly TaskFate[]): FateCounts {
  const counts: Record<Fate, number> = {
    there: 0,
    moved: 0,
    finished: 0,
    missing: 0,
    "failed-by-us": 0,
    "failed-by-itself": 0,
    unknown: 0,
  };
  for (const { fate } of fates) counts[fate]++;
  return counts;
}
