/** Criteria made of a measure and a limit, with the measure's unit. Pure. */
import type { MeasureName } from "../model/observation.js";
import type { Comparison, Criterion } from "../model/plan.js";
import type { SideName } from "../model/spec.js";
import { MEASURES } from "./measures.js";

/** A criterion without what depends on the place it is used in. */
export interface Rule {
  readonly measure: MeasureName;
  readonly side: SideName | null;
  readonly comparison: Comparison;
  readonly text: string;
  readonly holdSeconds: number;
}

export function rule(
  text: string,
  measure: MeasureName,
  side: SideName | null,
  comparison: Comparison,
  holdSeconds = 0,
): Rule {
  return { text, measure, side, comparison, holdSeconds };
}

export const yes: Comparison = { kind: "equals", value: true };
export const none: Comparison = { kind: "at-most", limit: 0 };

export function atMost(limit: number): Comparison {
  return { kind: "at-most", limit };
}

export function atLeast(limit: number): Comparison {
  return { kind: "at-least", limit };
}

export function exactly(value: number | string): Comparison {
  return { kind: "equals", value };
}

/** Holding for so long. */
export function held(rules: readonly Rule[], holdSeconds: number): Rule[] {
  return rules.map((each) => ({ ...each, holdSeconds }));
}

/** `prefix` makes the ids unique in a plan: `2.after` gives `2.after.masters-up-b`; a second one of that measure ends in `-2`. */
export function criteriaOf(prefix: string, rules: readonly Rule[]): Criterion[] {
  const used = new Map<string, number>();
  return rules.map(({ text, measure, side, comparison, holdSeconds }) => {
    const name = `${prefix}.${measure}${side === null ? "" : `-${side}`}`;
    const times = (used.get(name) ?? 0) + 1;
    used.set(name, times);
    const id = times === 1 ? name : `${name}-${times}`;
    return { id, text, measure, side, comparison, unit: MEASURES[measure].unit, holdSeconds };
  });
}
