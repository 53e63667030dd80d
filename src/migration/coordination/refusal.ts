/** What a step of a migration says when it does not go on: one error each, with what is untouched and what to do. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";

type More = Pick<Diagnostic, "detail" | "remedy">;

/** What must hold before a step does not hold: going on would split the election, or lose what was acknowledged. */
export function unsafe(summary: string, more: More): DiagnosticError {
  return new DiagnosticError([errorDiagnostic("migration-unsafe-step", summary, more)]);
}

/** What was begun has not come to its end in time. */
export function lateStep(summary: string, more: More): DiagnosticError {
  return new DiagnosticError([errorDiagnostic("migration-step-late", summary, more)]);
}

/** The step names something that this migration does not have, or that cannot be driven. */
export function impossible(summary: string, more: More): DiagnosticError {
  return new DiagnosticError([errorDiagnostic("migration-step-impossible", summary, more)]);
}
