/** How a kind of step is carried out, and how it is told afterwards whether it was. */
import type { ActionStep } from "../model/action.js";
import type { ActionOutcome, Probe } from "../model/ports.js";
import type { Scope } from "./scope.js";

export type StepKind = ActionStep["kind"];
export type StepOf<K extends StepKind> = Extract<ActionStep, { readonly kind: K }>;

/** Both reject with DiagnosticError, with errors of the servers that they ask, or with the reason of the signal. */
export interface StepHandler<K extends StepKind> {
  /** Safe to repeat from wherever an earlier attempt was cut off. */
  run(scope: Scope, step: StepOf<K>): Promise<ActionOutcome>;
  /** Only looks. `not-done` also where it is half done. */
  probe(scope: Scope, step: StepOf<K>): Promise<Probe>;
}

export type StepHandlers = { readonly [K in StepKind]?: StepHandler<K> };

export const NOT_DONE: Probe = { kind: "not-done" };

export function done(text: string, facts: ActionOutcome["facts"] = {}): Probe {
  return { kind: "done", outcome: { text, facts } };
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
