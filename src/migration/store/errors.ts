/** What can be wrong with the memory of migrations, in the same words for every place it is kept. Only makes diagnostics. */
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";

export function damagedRecord(location: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-damaged", `the record of a migration cannot be believed: ${location}`, {
      detail: "Its checksum does not fit, or parts are missing. Nothing was changed.",
      remedy:
        "Earlier versions lie beside it (docs/migration-runbook.md, 'A record that is damaged'). Compare the newest whole one with the platform before you go on.",
    }),
  ]);
}

export function newerRecord(format: number, location: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic(
      "migration-newer",
      `the record ${location} was written by a newer ferry (format ${format})`,
      {
        detail: "Nothing was changed.",
        remedy: "Use the version of ferry that began this migration, or a newer one.",
      },
    ),
  ]);
}

export function noSuchMigration(wanted: string, location: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-not-found", `there is no migration ${wanted} in ${location}`, {
      remedy: "`ferry migrate list` shows all that were begun.",
    }),
  ]);
}

/** @param holder who carries it out, in words */
export function lockedMigration(name: string, holder: string, note: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-locked", `${name} is being carried out already: ${holder}`, {
      detail: `${note === "" ? "" : `${note} `}Nothing was changed.`,
      remedy:
        "`ferry migrate status` shows how it goes; approvals and requests reach that engine. Only if you are sure that it does not run any more: `ferry migrate start --take-over`.",
    }),
  ]);
}

export function takenOver(name: string, why: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-taken-over", `${name} is not this engine's any more: ${why}`, {
      detail: "What it was about to write was refused; the record is as the other one wrote it.",
      remedy: "See who carries it out: `ferry migrate status`.",
    }),
  ]);
}

export function existingMigration(name: string, id: string, status: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-exists", `migration ${name} was begun already: ${id} is ${status}`, {
      detail: "Two at once would undo each other's work. Nothing was changed.",
      remedy: `Go on with it (\`ferry migrate start ${name}\`), or take it back whole first: \`ferry migrate rollback ${name} --to-stage 0\`.`,
    }),
  ]);
}
