/** A reviewed plan: recognising its file, and refusing it when the world has moved since. Reads files, changes nothing. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { whatMoved } from "../plan/compare.js";
import type { Plan } from "../plan/plan.js";
import { readPlanFile } from "./plan-file.js";

export interface SavedPlan {
  readonly plan: Plan;
  readonly file: string;
}

/** Options that a saved plan has decided already. */
export interface Overrides {
  readonly targets: readonly string[];
  readonly excludes: readonly string[];
  readonly refreshOnly: boolean;
  readonly environment: string | undefined;
}

/** A single file that is no YAML is a saved plan; null when the positions name configuration. */
export async function findSavedPlan(
  files: readonly string[],
  directory: string,
  overrides: Overrides,
): Promise<SavedPlan | null> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0 || /\.ya?ml$/.test(file)) return null;
  const path = resolve(directory, file);
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory()) return null;
  refuseOverrides(overrides);
  return { plan: await readPlanFile(path, file), file };
}

function refuseOverrides(overrides: Overrides): void {
  const given = [
    overrides.targets.length > 0 ? "--target" : "",
    overrides.excludes.length > 0 ? "--exclude" : "",
    overrides.refreshOnly ? "--refresh-only" : "",
    overrides.environment === undefined ? "" : "--env",
  ].filter((name) => name !== "");
  if (given.length === 0) return;
  throw new DiagnosticError([
    errorDiagnostic(
      "usage-conflict",
      `a saved plan is applied as it is: ${given.join(", ")} cannot change it`,
      {
        detail: "Nothing was changed.",
        remedy: "Leave these options out, or make a new plan with them.",
      },
    ),
  ]);
}

/**
 * Throws when a plan made now is not the reviewed one, naming everything that moved. Gives warnings about what may have
 * moved without mattering.
 */
export function refuseDifferentPlan(saved: SavedPlan, now: Plan): readonly Diagnostic[] {
  const moved = whatMoved(saved.plan, now);
  const reasons = moved.filter((diagnostic) => diagnostic.severity === "error");
  if (reasons.length === 0) return moved;
  throw new DiagnosticError([
    errorDiagnostic("plan-stale", `${saved.file} is not applied: something has changed since it was made`, {
      detail: `${reasons.map((reason) => `- ${reason.summary}`).join("\n")}\nNothing was changed.`,
      remedy: `Make and review a new one: ferry plan --out ${saved.file}. Give the same --var and --var-file as then.`,
    }),
  ]);
}
