/** What reviewers of a plan see of a Migration: its six stages with actions and gates, as far as the declaration alone tells. Pure. */
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { resolveMigration } from "../../src/migration/declared/resolve-spec.js";
import { planMigration } from "../../src/migration/plan/plan.js";
import { stageLines } from "../../src/migration/plan/stage-lines.js";
import { notSurveyed } from "../../src/migration/plan/survey.js";
import type { JsonObject } from "../../src/value/json.js";
import type { ChangeRequest, ResourceView } from "../provider.js";

export type Views = (address: string) => ResourceView | undefined;

export function describeMigration(change: ChangeRequest, resource: Views): readonly string[] {
  const name = nameOf(change.address);
  switch (change.action) {
    case "delete":
      return [
        "forget the declaration; nothing of the platform is changed, and what it held can be changed again",
      ];
    case "update":
      return [
        "record the declaration; a migration that was started goes on with what it was started with",
        ...stagesOf(name, change, resource),
      ];
    case "create":
      return [
        `record the declaration; nothing begins before somebody says so: ferry migrate start ${name}`,
        ...stagesOf(name, change, resource),
      ];
  }
}

export function nameOf(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}

function stagesOf(
  name: string,
  { address, after }: { readonly address: string; readonly after: JsonObject },
  resource: Views,
): readonly string[] {
  try {
    const spec = resolveMigration(name, after, { address, resource });
    const plan = planMigration(spec, notSurveyed("nobody has looked"));
    const refused = plan.diagnostics.filter(({ code }) => code !== "migration-unknown");
    return [
      `the platform itself was not looked at: \`ferry migrate plan ${name}\` does, and refuses what cannot be safe`,
      ...refused.map(({ summary, remedy }) => `it would be refused: ${summary}. ${remedy ?? ""}`.trim()),
      ...plan.stages.flatMap((stage) => stageLines(stage)),
    ];
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return [`its stages can be shown later: ${error.message}`];
  }
}
