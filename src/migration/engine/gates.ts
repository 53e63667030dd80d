/** What the values of a gate mean for the stage: whether it is passed, and what is missing, in words. Pure. */
import type { Criterion } from "../model/plan.js";
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
