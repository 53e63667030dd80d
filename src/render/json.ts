/** A plan for programs: documented in docs/plan-format.md. */

import { hasErrors } from "../diagnostics/diagnostic.js";
import type { Plan } from "../plan/plan.js";
import { hasChanges, hasDrift, summarise } from "../plan/summary.js";
import type { JsonObject } from "../value/json.js";

/** The plan with what readers would otherwise count themselves. */
export function planJson(plan: Plan): JsonObject {
  const outcome = {
    applicable: !hasErrors(plan.diagnostics),
    hasChanges: hasChanges(plan),
    hasDrift: hasDrift(plan),
    summary: summarise(plan),
  };
  return { ...plan, ...outcome } as unknown as JsonObject;
}

/** Indented, ends with a line end. */
export function renderJson(plan: Plan): string {
  return `${JSON.stringify(planJson(plan), null, 2)}\n`;
}
