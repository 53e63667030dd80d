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

export interface Positions {
  /** Null when all positions name configuration. */
  readonly saved: SavedPlan | null;
  /** Files and folders of the configuration. */
  readonly files: readonly string[];
}

/** Which of the positions is a saved plan: a file that is no YAML. */
export async function readPositions(
  files: readonly string[],
  directory: string,
  overrides: Overrides,
): Promise<Positions> {
  const kinds = await Promise.all(files.map((file) => isConfiguration(resolve(directory, file))));
  const plans = files.filter((_, index) => !kinds[index]);
  const [file, second] = plans;
  if (file === undefined) return { saved: null, files };
  if (second !== undefined) throw twoPlans(file, second);
  refuseOverrides(overrides);
  const plan = await readPlanFile(resolve(directory, file), file);
  return { saved: { plan, file }, files: files.filter((_, index) => kinds[index]) };
}

async function isConfiguration(path: string): Promise<boolean> {
  if (/\.ya?ml$/.test(path)) return true;
  const info = await stat(path).catch(() => null);
  return info?.isDirectory() === true;
}

function twoPlans(first: string, second: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("usage-conflict", `one saved plan can be applied at a time: ${first} or ${second}`, {
      detail: "Nothing was changed. Configuration is given as *.yaml files or folders.",
      remedy: "Give one of them.",
    }),
  ]);
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
      remedy: `Make and review a new one: ferry plan --out ${saved.file}. Give the same files, --var and --var-file as then.`,
    }),
  ]);
}
