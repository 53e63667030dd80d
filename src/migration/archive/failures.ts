/** What can be wrong with an archive, each with what to do. */
import {
  DiagnosticError,
  errorDiagnostic,
  type DiagnosticError as Failure,
} from "../../diagnostics/diagnostic.js";

export function archiveDamaged(path: string, what: string): Failure {
  return failure("archive-damaged", `${path}: ${what}`, {
    detail: "Nothing was taken out of it, and nothing on the platform was touched.",
    remedy: "Take the copy of the archive from your backup. Without one there is no way back after stage 6.",
  });
}

export function archiveWrongKey(path: string, expected: string, given: string): Failure {
  return failure(
    "archive-wrong-key",
    `${path} is encrypted with another key (${expected}) than the one given (${given})`,
    {
      detail: "Nothing was taken out of it.",
      remedy: "Let spec.archiveKey name the key that the migration was carried out with.",
    },
  );
}

export function archiveExpired(path: string, expiresMs: number): Failure {
  return failure("archive-expired", `${path} allowed a way back until ${new Date(expiresMs).toISOString()}`, {
    detail:
      "What it holds is too old to go back to: the platform has gone on without it. Nothing was touched.",
    remedy: "Plan a migration in the other direction, which loses nothing.",
  });
}

export function archiveUnreadable(path: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return failure("archive-unreadable", `cannot read the archive ${path}: ${reason}`, {
    detail: "Nothing was touched.",
    remedy: "Put the archive back in its place, or see that it may be read.",
  });
}

export function archiveUnwritable(path: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return failure("archive-unwritable", `cannot write the archive ${path}: ${reason}`, {
    detail: "No archive is there, what was unfinished is gone, and nothing on the platform was touched.",
    remedy: "See that the folder may be written and has room for what A holds, then go on.",
  });
}

function failure(
  code: string,
  summary: string,
  rest: { readonly detail: string; readonly remedy: string },
): Failure {
  return new DiagnosticError([errorDiagnostic(code, summary, rest)]);
}
