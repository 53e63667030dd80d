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

/** What was under way when something went wrong. */
export interface Attempt {
  /** Completes "… failed". */
  readonly tried: string;
  /** What to do when the engine refuses it, where more is known than that it did. */
  readonly remedy?: string;
}

/** What engines say when a port is taken: by another container, by another program. */
const PORT_TAKEN = /port is already allocated|address already in use/;

/** `aborted`: whether the command itself was asked to end; otherwise an abort means that the engine took too long. */
export function asMistake(
  error: unknown,
  place: Place,
  { tried, remedy }: Attempt,
  aborted: boolean,
): DiagnosticError {
  if (error instanceof DiagnosticError) return error;
  if (aborted) {
    return mistake("interrupted", place, `interrupted while ${tried}`, {
      detail: "The engine may go on with what it was asked last.",
      remedy: "Run the command again; it begins by looking at what is there.",
    });
  }
  // A refusal within a stream, such as that of a pull, has no status; an error of the connection has a code.
  if (statusOf(error) !== null || (remedy !== undefined && isPlain(error))) {
    const message = engineMessage(error);
    return mistake("docker-refused", place, `${tried} failed: ${message}`, {
      detail: "What was done before is kept.",
      remedy: refusalRemedy(message, remedy),
    });
  }
  return unreachable(error, place, tried);
}

function refusalRemedy(message: string, remedy: string | undefined): string {
  if (PORT_TAKEN.test(message)) {
    return "End what holds that port on the engine's machine, or give the server another port.";
  }
  if (message.includes("HTTP request to an HTTPS server")) {
    return "Give the host spec.runtime.docker.tls: its engine speaks TLS.";
  }
  return remedy ?? "Mend what the engine names, then run the command again.";
}

/** An error in words alone: neither of a connection nor of a time limit. */
function isPlain(error: unknown): boolean {
  if (typeof error === "string") return true;
  return error instanceof Error && systemCode(error) === "" && !isLate(error);
}

function systemCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : "";
}

function isLate(error: unknown): boolean {
  return error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name);
}

/** Code of an error that ssh or the machine it leads to gave, in our own words. */
export const SSH_FAILED = "SSH_FAILED";

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "Start the engine, or set spec.runtime.docker.endpoint of the host to its socket.",
  EACCES:
    "Give the user that runs ferry the right to use the socket (mostly: membership of the group docker).",
  ECONNREFUSED: "Start the engine, or correct spec.runtime.docker.endpoint of the host.",
  ENOTFOUND: "Correct the name in spec.runtime.docker.endpoint of the host.",
  [SSH_FAILED]:
    "See that `ssh` leads there from here without a question (keys, known hosts) and that `docker version` works there.",
  CERT_HAS_EXPIRED: "Renew the engine's certificate.",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "Use the name or address in the endpoint that the engine's certificate is for, or have it made for this one.",
};

/** Codes of a certificate that the given authority has not signed; source: Node's tls, "X509 certificate error codes". */
const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT_LOCALLY)|CERT_SIGNATURE_FAILURE)$/;

function connectionRemedy(code: string): string {
  const general = "See that the engine runs and can be reached from here, then run the command again.";
  if (UNTRUSTED.test(code)) {
    return "Set spec.runtime.docker.tls.ca to the authority that signed the engine's certificate.";
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_OSSL")) {
    return "See that the engine speaks TLS on that port and takes the certificate in spec.runtime.docker.tls.";
  }
  return REMEDIES[code] ?? general;
}

function unreachable(error: unknown, place: Place, tried: string): DiagnosticError {
  const why = isLate(error) ? "no answer in time" : engineMessage(error);
  return mistake("docker-unreachable", place, `${tried} failed: the engine does not answer (${why})`, {
    detail: "Servers on it are left as they are.",
    remedy: connectionRemedy(systemCode(error)),
  });
}
