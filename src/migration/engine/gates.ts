/** What the values of a gate mean for the stage: whether it is passed, which watch is broken, in words. Pure. */
import type { Observation } from "../model/observation.js";
import type { Criterion } from "../model/plan.js";
import type { EvaluateCriteria } from "../model/ports.js";
import type { CriterionRecord } from "../model/record.js";

export function isPassed(criteria: readonly Criterion[], values: readonly CriterionRecord[]): boolean {
  const met = new Set(values.filter((value) => value.met).map(({ id }) => id));
  return criteria.every(({ id }) => met.has(id));
}

/** `lag below 100 ms: 340 ms; …` of those that are not met. */
export function unmetText(criteria: readonly Criterion[], values: readonly CriterionRecord[]): string {
  const byId = new Map(values.map((value) => [value.id, value]));
  return criteria
    .filter(({ id }) => byId.get(id)?.met !== true)
    .map(({ id, text }) => `${text}: ${byId.get(id)?.value ?? "not measured yet"}`)
    .join("; ");
}

/** Since when each watch is broken, by id; of those that hold, nothing. */
export type Broken = ReadonlyMap<string, number>;

export interface WatchJudgement {
  readonly broken: Broken;
  readonly values: readonly CriterionRecord[];
  /** In words, those that were broken for longer than they may be; empty when there are none. */
  readonly stop: string;
}

/**
 * A watch has to hold from one observation to the next; its `holdSeconds` are those it may be broken without stopping the stage
 * (a hand-over breaks some for a moment, and that is no alarm).
 */
export function judgeWatch(
  criteria: readonly Criterion[],
  history: readonly Observation[],
  before: Broken,
  nowMs: number,
  evaluate: EvaluateCriteria,
): WatchJudgement {
  const atOnce = criteria.map((criterion) => ({ ...criterion, holdSeconds: 0 }));
  const values = evaluate(atOnce, history, nowMs);
  const met = new Set(values.filter((value) => value.met).map(({ id }) => id));
  const broken = new Map<string, number>();
  for (const { id } of criteria) if (!met.has(id)) broken.set(id, before.get(id) ?? nowMs);
  const over = criteria.filter(
    ({ id, holdSeconds }) => nowMs - (broken.get(id) ?? nowMs) >= holdSeconds * 1_000 && broken.has(id),
  );
  return { broken, values, stop: over.length === 0 ? "" : unmetText(over, values) };
}
