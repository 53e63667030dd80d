/** A plan in numbers. */
import type { Action, Plan } from "./plan.js";

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly forget: number;
  readonly unchanged: number;
  /** New addresses of resources that are recorded. */
  readonly moved: number;
  /** Not covered by the selection. */
  readonly excluded: number;
  /** For which nothing could be planned. */
  readonly held: number;
  readonly drifted: number;
}

type Counter = { -readonly [K in keyof PlanSummary]: PlanSummary[K] };

const COUNTED: Readonly<Record<Action, keyof PlanSummary>> = {
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  forget: "forget",
  "no-op": "unchanged",
};

export function summarise(plan: Plan): PlanSummary {
  const counts: Counter = {
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    forget: 0,
    unchanged: 0,
    moved: 0,
    excluded: 0,
    held: 0,
    drifted: plan.drift.length,
  };
  for (const change of plan.changes) {
    const { code } = change.reason;
    if (change.movedFrom !== undefined) counts.moved += 1;
    if (code === "excluded") counts.excluded += 1;
    else if (code === "blocked" || code === "deferred" || code === "held") counts.held += 1;
    else counts[COUNTED[change.action]] += 1;
  }
  return counts;
}

/** Applying it would do something, be it only in the state. */
export function hasChanges(plan: Plan): boolean {
  return plan.changes.some((change) => change.action !== "no-op" || change.movedFrom !== undefined);
}

export function hasDrift(plan: Plan): boolean {
  return plan.drift.some((entry) => entry.status !== "unreadable");
}
