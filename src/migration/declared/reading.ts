/** Small readers of declared values, and the mistakes that resolving a Migration may meet. Computes only. */
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { isSecret, isUnknown } from "../../value/expression.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { ApiCredential } from "../model/spec.js";

/** What is known of another resource: its normalised spec, references resolved, and what it gives to others. */
export interface ResourceFacts {
  readonly kind: string;
  readonly spec: JsonObject;
  readonly outputs: JsonObject;
}

export interface Resolving {
  /** Of the Migration, for messages. */
  readonly address: string;
  readonly resource: (address: string) => ResourceFacts | undefined;
}

export function textAt(value: JsonObject, key: string): string | undefined {
  const child = value[key];
  return typeof child === "string" ? child : undefined;
}

export function objectAt(value: JsonObject, key: string): JsonObject {
  const child = value[key];
  return isObject(child) ? child : {};
}

export function listAt(value: JsonObject, key: string): readonly Json[] {
  const child = value[key];
  return Array.isArray(child) ? (child as readonly Json[]) : [];
}

export function textsAt(value: JsonObject, key: string): readonly string[] {
  return listAt(value, key).filter((item): item is string => typeof item === "string");
}

/** The reference of a secret (`env:NAME`), never its content; null when there is none. */
export function secretAt(value: JsonObject, key: string): string | null {
  const child = value[key];
  return isSecret(child) ? child.$secret : null;
}

/** How ferry authenticates at the API of servers that are only named; nothing when it does not. */
export function credentialIn(written: JsonObject): { readonly credential?: ApiCredential } {
  const auth = objectAt(written, "auth");
  const principal = textAt(auth, "principal");
  const secret = secretAt(auth, "secret");
  return principal === undefined || secret === null ? {} : { credential: { principal, secret } };
}

/** Rejects values that only applying can tell: a migration is planned whole or not at all. */
export function refuseUnknown(value: Json, { address }: Resolving): void {
  const unknown = firstUnknown(value);
  if (unknown === undefined) return;
  throw new DiagnosticError([
    errorDiagnostic("unknown-value", `${address}: ${unknown} is not known yet`, {
      address,
      detail: "It is known only once the resource exists and has been read. Nothing was touched.",
      remedy: "Write the value itself, or refer to a field that is in the configuration.",
    }),
  ]);
}

function firstUnknown(value: Json): string | undefined {
  if (isUnknown(value)) return value.$unknown;
  if (typeof value !== "object" || value === null) return undefined;
  for (const child of Object.values(value)) {
    const found = firstUnknown(child as Json);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A declared resource. Throws DiagnosticError `migration-unresolved` when nothing is known of it. */
export function factsOf(address: string, resolving: Resolving): ResourceFacts {
  const facts = resolving.resource(address);
  if (facts !== undefined) return facts;
  throw unresolved(`nothing is known of ${address}`, resolving);
}

export function unresolved(what: string, { address }: Resolving): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("migration-unresolved", `${address}: ${what}`, {
      address,
      detail: "Without it nobody can say which servers the migration is about. Nothing was touched.",
      remedy: "Declare what is missing, or name the servers by their addresses instead.",
    }),
  ]);
}
