/** Carries out `ferry migrate plan`: everything a migration would do, before anything runs. Changes nothing. */
import { hasErrors } from "../diagnostics/diagnostic.js";
import type { MigrationPlan } from "../migration/model/plan.js";
import type { Json } from "../value/json.js";
import { listenForInterrupts } from "./interrupts.js";
import type { MigrateRequest, OpenWorld } from "./migrate-world.js";
import type { Reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export type PlanFormat = "text" | "markdown" | "json";

export interface MigratePlanRequest extends MigrateRequest {
  readonly format: PlanFormat;
}

export async function runMigratePlan(
  request: MigratePlanRequest,
  terminal: Terminal,
  open: OpenWorld,
): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const world = await open(request, interrupts.stop);
    try {
      const plan = await world.plan(world.spec(request.wanted), interrupts.stop);
      const text = await rendered(plan, request.format, terminal);
      const { migrationPlanJson } = await import("../render/migration/plan-json.js");
      return {
        exitCode: hasErrors(plan.diagnostics) ? 1 : 0,
        diagnostics: [...world.diagnostics, ...plan.diagnostics],
        text: () => text,
        data: migrationPlanJson(plan) as Json,
      };
    } finally {
      await world.close();
    }
  } finally {
    interrupts.dispose();
  }
}

async function rendered(plan: MigrationPlan, format: PlanFormat, terminal: Terminal): Promise<string> {
  switch (format) {
    case "text": {
      const { renderMigrationPlan } = await import("../render/migration/plan-text.js");
      return renderMigrationPlan(plan, { colour: terminal.colour.out, width: terminal.columns });
    }
    case "markdown":
      return (await import("../render/migration/plan-markdown.js")).renderMigrationMarkdown(plan);
    case "json":
      return (await import("../render/migration/plan-json.js")).renderMigrationPlanJson(plan);
  }
}
