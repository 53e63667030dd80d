/** Errors of Mesos as diagnostics: what was tried, what is untouched, what to do. Computes only. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import { isMesosError, type MesosError, type MesosErrorKind } from "../../src/mesos/mesos-error.js";
import { type Feature, sinceText } from "../../src/mesos/version.js";

interface Advice {
  readonly code: string;
  readonly remedy: string;
}

const LOOK = "Run `ferry plan` to see how it is now, then apply again.";

const ADVICE: Readonly<Record<MesosErrorKind, Advice>> = {
  unreachable: {
    code: "mesos-unreachable",
    remedy:
      "Check that the masters run and that their addresses, or ZooKeeper's, are right, then run the command again.",
  },
  "no-leader": {
    code: "mesos-no-leader",
    remedy:
      "Check that the masters reach ZooKeeper, that a quorum of them runs, and that the leader's own name can be reached from here; then run the command again.",
  },
  timeout: { code: "mesos-timeout", remedy: LOOK },
  "connection-lost": { code: "mesos-connection-lost", remedy: LOOK },
  unauthorised: {
    code: "mesos-unauthorised",
    remedy: "Give the Mesos `auth` with a principal and secret that its masters take.",
  },
  forbidden: {
    code: "mesos-forbidden",
    remedy: "Let the masters' ACLs allow it to this principal, or use another one.",
  },
  "not-found": { code: "mesos-not-found", remedy: LOOK },
  conflict: { code: "mesos-conflict", remedy: `Free what is in the way. ${LOOK}` },
  invalid: { code: "mesos-invalid", remedy: "Correct what Mesos names, then apply again." },
  unsupported: {
    code: "mesos-too-old",
    remedy: "Leave out what this version does not have, or upgrade the masters.",
  },
  unavailable: { code: "mesos-unavailable", remedy: LOOK },
  "server-error": { code: "mesos-server-error", remedy: `Look into the leading master's log. ${LOOK}` },
  "unexpected-answer": {
    code: "mesos-unexpected-answer",
    remedy: "Check that the addresses lead to masters of Mesos and to nothing else.",
  },
};

/** What a MesosError means for a resource. */
export function ofMesos(address: string, error: MesosError): Diagnostic {
  const { code, remedy } = ADVICE[error.kind];
  const detail = error.mayHaveHappened
    ? `${error.call} may have been carried out all the same.`
    : `${error.call} has changed nothing.`;
  const forced = /use 'force' flag/.test(error.reason)
    ? "Correct the quota, or give the role `force: true` to pass this check."
    : remedy;
  return errorDiagnostic(code, `${address}: ${error.message}`, { address, detail, remedy: forced });
}

/** Of whatever was thrown; what is no failure of Mesos or of ours is thrown on. */
export function diagnosticsOf(address: string, error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  if (isMesosError(error)) return [ofMesos(address, error)];
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

/** `what`: "limits other than the guarantees". */
export function tooOld(address: string, what: string, version: string, feature: Feature): DiagnosticError {
  return refusal("mesos-too-old", address, `Mesos ${version} does not have ${what}`, {
    detail: `That is there since ${sinceText(feature)}. Nothing was touched.`,
    remedy: "Leave it out, or upgrade the masters.",
  });
}

/** Rejects with DiagnosticError where `call` rejects with MesosError. */
export async function diagnosed<T>(address: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw isMesosError(error) ? new DiagnosticError([ofMesos(address, error)]) : error;
  }
}
