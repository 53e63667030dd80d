/**
 * What can be wrong with stored bytes, in words. Only makes diagnostics; decides nothing. Never quotes what was read.
 */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../src/diagnostics/diagnostic.js";
import { OLD_KEY_VARIABLE, type StateKey } from "./encryption.js";
import { STATE_FORMAT_VERSION } from "./model.js";

function refusal(code: string, summary: string, more: Partial<Diagnostic>): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, summary, more)]);
}

export function damaged(location: string): DiagnosticError {
  return refusal("state-damaged", `cannot read the state ${location}: it is not as ferry wrote it`, {
    detail:
      "Its checksum or its form is wrong: it was cut short, changed by hand or by another program. ferry does not use it and has changed nothing.",
    remedy:
      "See what the history holds (ferry state history) and put the newest good one in its place as docs/state.md describes, or move it away and take the resources over again with ferry import.",
  });
}

export function newerFormat(version: number, location: string): DiagnosticError {
  return refusal("state-format-newer", `cannot read the state ${location}: a newer ferry wrote it`, {
    detail: `It has format ${version}; this ferry knows formats 0 to ${STATE_FORMAT_VERSION}. Nothing was changed.`,
    remedy: "Use the ferry that wrote it or a newer one. Formats are never turned back.",
  });
}

export function newerEnvelope(version: string, location: string): DiagnosticError {
  return refusal("state-format-newer", `cannot decrypt the state ${location}: a newer ferry wrote it`, {
    detail: `It has encryption envelope ${version}, which this ferry does not know. Nothing was changed.`,
    remedy: "Use the ferry that wrote it or a newer one.",
  });
}

export function invalidState(problems: readonly string[], location: string): DiagnosticError {
  return refusal("state-invalid", `cannot use the state ${location}: its content is not valid`, {
    detail: `${problems.join("\n")}\nNothing was changed.`,
    remedy: "Put the newest good one of the history in its place as docs/state.md describes.",
  });
}

export function keyMissing(location: string): DiagnosticError {
  return refusal(
    "state-key-missing",
    `cannot read the state ${location}: it is encrypted and no key is given`,
    {
      detail: "Nothing was changed.",
      remedy: `Name the key in ferry.yaml, spec.state.encryptionKey: env:NAME or file:PATH. To switch encryption off, give the key once as ${OLD_KEY_VARIABLE}.`,
    },
  );
}

export function wrongKey(location: string, key: StateKey, expected: string, given: string): DiagnosticError {
  return refusal("state-key-wrong", `cannot read the state ${location}: ${key.reference} is another key`, {
    detail: `It was encrypted with the key of id ${expected}; the id of the key given is ${given}. Nothing was changed.`,
    remedy: `Give the key it was written with. To change keys, give the old one once as ${OLD_KEY_VARIABLE}.`,
  });
}

export function notEncrypted(location: string, key: StateKey): DiagnosticError {
  return refusal("state-not-encrypted", `cannot trust the state ${location}: it is not encrypted`, {
    detail: `The project names the key ${key.reference}, so a plain state may have been put there by somebody else. Nothing was changed.`,
    remedy: `If encryption has just been switched on, say so once: ${OLD_KEY_VARIABLE}=none ferry apply`,
  });
}
