/**
 * The errors of a process host, all in one form: what was tried, on which host and unit, in which path, what is
 * untouched and what to do. Never holds the content of a file.
 */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";

/** Where something went wrong. */
export interface Place {
  /** The Host's address. */
  readonly host: string;
  readonly unit?: string;
  readonly path?: string;
}

/** `what` completes "Host/h1, unit zk-1: ". */
export function mistake(
  code: string,
  place: Place,
  what: string,
  more: Partial<Diagnostic> = {},
): DiagnosticError {
  const where = place.unit === undefined ? place.host : `${place.host}, unit ${place.unit}`;
  const detail = [place.path === undefined ? "" : `Path: ${place.path}.`, more.detail ?? ""]
    .filter((t) => t !== "")
    .join(" ");
  return new DiagnosticError([
    errorDiagnostic(code, `${where}: ${what}`, {
      address: place.host,
      ...more,
      ...(detail === "" ? {} : { detail }),
    }),
  ]);
}

/** Code of a failed system call, "" for any other error. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? "";
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "Give the user that runs ferry the right to read and write there.",
  EPERM: "Give the user that runs ferry the right to read and write there.",
  EROFS: "Mount the file system for writing, or put the host's workDir elsewhere.",
  ENOSPC: "Make room on the disk, then run the command again.",
  EDQUOT: "Make room in the quota, then run the command again.",
  ENOTDIR: "Move away the file that is in the place of a directory.",
};

/** Turns a system error into a diagnostic; one that is a diagnostic already stays as it is. */
export function asMistake(error: unknown, place: Place, tried: string): DiagnosticError {
  if (error instanceof DiagnosticError) return error;
  const code = systemCode(error);
  const message = error instanceof Error ? error.message : String(error);
  return mistake("process-host-failed", place, `${tried} failed: ${message}`, {
    detail: "What was done before is kept; no server was started or stopped by this step.",
    remedy: REMEDIES[code] ?? "Mend what the message names, then run the command again.",
  });
}

/** Rejects with a diagnostic when the command was asked to end. */
export function throwIfAborted(signal: AbortSignal, place: Place, waitingFor: string): void {
  if (!signal.aborted) return;
  throw mistake("interrupted", place, `interrupted while ${waitingFor}`, {
    detail: "Servers are left as they are; a server that was starting or stopping goes on with it.",
    remedy: "Run the command again; it begins by looking at what is there.",
  });
}
