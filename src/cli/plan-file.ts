/** Plan files on disk. What is in them is for src/plan/file.ts. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { formatPlanFile, parsePlanFile } from "../plan/file.js";
import type { Plan } from "../plan/plan.js";

/** `name`: the file as the user wrote it. Throws DiagnosticError when it cannot be read or is no plan. */
export async function readPlanFile(path: string, name: string): Promise<Plan> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : String(code ?? error);
    throw new DiagnosticError([
      errorDiagnostic("plan-file-unreadable", `cannot read the plan ${name}: ${why}`, {
        detail: "Nothing was changed.",
        remedy: `Make one with \`ferry plan --out ${name}\`. Configuration is given as *.yaml files or folders.`,
      }),
    ]);
  }
  const parsed = parsePlanFile(text, name);
  if (parsed.value === undefined) throw new DiagnosticError(parsed.diagnostics);
  return parsed.value;
}

/** Through a file beside it, so that a half-written plan is never taken for one. */
export async function writePlanFile(path: string, name: string, plan: Plan): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, formatPlanFile(plan));
    await rename(temporary, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new DiagnosticError([
      errorDiagnostic("plan-file-not-written", `cannot write the plan to ${name}: ${code}`, {
        detail: "Nothing was changed.",
        remedy: "Choose a place that this user may write to.",
      }),
    ]);
  }
}
