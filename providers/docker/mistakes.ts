/**
 * The errors of a Docker host, all in one form: what was tried, on which host, endpoint and unit, what is untouched and
 * what to do. Never holds credentials or the content of a file.
 */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";

/** Where something went wrong. */
export interface Place {
  /** The Host's address. */
  readonly host: string;
  readonly endpoint: string;
  readonly unit?: string;
}

export interface UnitPlace extends Place {
  readonly unit: string;
}

export function mistake(
  code: string,
  place: Place,
  what: string,
  more: Partial<Diagnostic> = {},
): DiagnosticError {
  const where = place.unit === undefined ? place.host : `${place.host}, unit ${place.unit}`;
  const detail = [`Engine: ${place.endpoint}.`, more.detail ?? ""].filter((text) => text !== "").join(" ");
  return new DiagnosticError([
    errorDiagnostic(code, `${where}: ${what}`, { address: place.host, ...more, detail }),
  ]);
}

/** HTTP status of the engine's answer, null for every other error. */
export function statusOf(error: unknown): number | null {
  const status = error instanceof Error ? (error as Error & { statusCode?: unknown }).statusCode : undefined;
  return typeof status === "number" ? status : null;
}

/** Takes answers of these statuses for success: what was asked for is so already. */
export function unless(...statuses: readonly number[]): (error: unknown) => void {
  return (error) => {
    const status = statusOf(error);
    if (status === null || !statuses.includes(status)) throw error;
  };
}

function engineMessage(error: unknown): string {
  const json = error instanceof Error ? (error as Error & { json?: { message?: unknown } }).json : undefined;
  if (typeof json?.message === "string") return json.message;
  return error instanceof Error ? error.message : String(error);
}

/** `aborted`: whether the command itself was asked to end; otherwise an abort means that the engine took too long. */
export function asMistake(error: unknown, place: Place, tried: string, aborted: boolean): DiagnosticError {
  if (error instanceof DiagnosticError) return error;
  if (aborted) {
    return mistake("interrupted", place, `interrupted while ${tried}`, {
      detail: "The engine may go on with what it was asked last.",
      remedy: "Run the command again; it begins by looking at what is there.",
    });
  }
  if (statusOf(error) !== null) {
    return mistake("docker-refused", place, `${tried} failed: ${engineMessage(error)}`, {
      detail: "What was done before is kept.",
      remedy: "Mend what the engine names, then run the command again.",
    });
  }
  return unreachable(error, place, tried);
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "Start the engine, or set spec.runtime.docker.endpoint of the host to its socket.",
  EACCES:
    "Give the user that runs ferry the right to use the socket (mostly: membership of the group docker).",
  ECONNREFUSED: "Start the engine, or correct spec.runtime.docker.endpoint of the host.",
  ENOTFOUND: "Correct the name in spec.runtime.docker.endpoint of the host.",
};

function unreachable(error: unknown, place: Place, tried: string): DiagnosticError {
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? "") : "";
  const late = error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name);
  const why = late ? "no answer in time" : engineMessage(error);
  return mistake("docker-unreachable", place, `${tried} failed: the engine does not answer (${why})`, {
    detail: "Servers on it are left as they are.",
    remedy:
      REMEDIES[code] ?? "See that the engine runs and can be reached from here, then run the command again.",
  });
}
