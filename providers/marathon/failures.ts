/** Errors of Marathon as diagnostics: what was tried, what is untouched, what to do. Computes only. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import {
  isMarathonError,
  type MarathonError,
  type MarathonErrorKind,
} from "../../src/marathon/marathon-error.js";

interface Advice {
  readonly code: string;
  readonly remedy: string;
}

const LOOK = "Run `ferry plan` to see what it holds now, then apply again.";

const ADVICE: Readonly<Record<MarathonErrorKind, Advice>> = {
  unreachable: {
    code: "marathon-unreachable",
    remedy: "Check that Marathon runs and that its URLs are right, then run the command again.",
  },
  "no-leader": {
    code: "marathon-no-leader",
    remedy: "Check that Marathon reaches its ZooKeeper (it elects there), then run the command again.",
  },
  timeout: { code: "marathon-timeout", remedy: LOOK },
  "connection-lost": { code: "marathon-connection-lost", remedy: LOOK },
  unauthorised: {
    code: "marathon-unauthorised",
    remedy: "Give the Marathon `auth` with a user and password that it takes.",
  },
  forbidden: {
    code: "marathon-forbidden",
    remedy: "Let somebody with the right do it, or use their credentials.",
  },
  "too-many-deployments": {
    code: "marathon-too-many-deployments",
    remedy: "Wait until some have ended, or roll back those that do not move (GET /v2/deployments).",
  },
  "not-found": { code: "marathon-not-found", remedy: LOOK },
  locked: { code: "marathon-locked", remedy: "Wait until that deployment is over, then apply again." },
  exists: { code: "marathon-exists", remedy: LOOK },
  invalid: { code: "marathon-invalid", remedy: "Correct the fields that are named, then apply again." },
  unavailable: { code: "marathon-unavailable", remedy: LOOK },
  "server-error": { code: "marathon-server-error", remedy: `Look into Marathon's log. ${LOOK}` },
  "unexpected-answer": {
    code: "marathon-unexpected-answer",
    remedy: "Check that the URLs lead to a Marathon and to nothing else.",
  },
};

/** What a MarathonError means for a resource. */
export function ofMarathon(address: string, error: MarathonError): Diagnostic {
  const { code, remedy } = ADVICE[error.kind];
  const fields = error.problems.map(({ path, messages }) => {
    const place = path === "" ? "definition" : `definition.${path}`;
    return `${place}: ${messages.join(", ")}`;
  });
  const done = error.mayHaveHappened
    ? "It may have been carried out all the same."
    : "Marathon has changed nothing of it.";
  return errorDiagnostic(code, `${address}: ${error.message}`, {
    address,
    detail: [...fields, done].join("\n"),
    remedy,
  });
}

/** Of whatever was thrown; what is no failure of Marathon or of ours is thrown on. */
export function diagnosticsOf(address: string, error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  if (isMarathonError(error)) return [ofMarathon(address, error)];
  throw error;
}

/** An error of one diagnostic. */
export function refusal(
  code: string,
  address: string,
  summary: string,
  more: { readonly detail: string; readonly remedy: string },
): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, `${address}: ${summary}`, { address, ...more })]);
}
