/** The plan of a migration for programs: the plan as it is, with what readers would otherwise count themselves. Pure. */
import type { MigrationPlan } from "../../migration/model/plan.js";
import type { JsonObject } from "../../value/json.js";
import { errorsOf } from "./plan-text.js";

export function migrationPlanJson(plan: MigrationPlan): JsonObject {
  const actions = plan.stages.flatMap((stage) => stage.actions);
  const outcome = {
    startable: errorsOf(plan.diagnostics) === 0,
    summary: {
      actions: actions.length,
      byHand: actions.filter(({ byHand }) => byHand.length > 0).length,
      approvals: plan.stages.filter(({ needsApproval }) => needsApproval).map(({ number }) => number),
    },
  };
  return { ...plan, ...outcome } as unknown as JsonObject;
}

/** Indented, ends with a line end. */
export function renderMigrationPlanJson(plan: MigrationPlan): string {
  return `${JSON.stringify(migrationPlanJson(plan), null, 2)}\n`;
}
