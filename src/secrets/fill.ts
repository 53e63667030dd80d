/**
 * Fills in the fingerprints of all secrets of a configuration, so that a rotated secret is a visible change. The contents
 * go no further than this file.
 */
import { createHash } from "node:crypto";
import type { SecretResolver } from "../../providers/provider.js";
import type { Desired, DesiredResource } from "../config/desired.js";
import { type Diagnostic, DiagnosticError, type Outcome } from "../diagnostics/diagnostic.js";
import { isSecret } from "../value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../value/json.js";

/** A resolver that can also compute fingerprints off the main thread, as ProjectSecrets does. */
export interface FingerprintSource extends SecretResolver {
  fingerprintLater?(content: Buffer): Promise<string>;
}

/**
 * `desired` with every SecretValue's fingerprint, and its own fingerprint taken over them too. Without a value when any
 * secret cannot be read: one diagnostic for each resource and reference.
 */
export async function fillFingerprints(
  desired: Desired,
  resolver: FingerprintSource,
): Promise<Outcome<Desired>> {
  const references = new Set(desired.resources.flatMap((resource) => secretReferences(resource.spec)));
  if (references.size === 0) return { value: desired, diagnostics: [] };

  const found = new Map<string, string>();
  const failed = new Map<string, readonly Diagnostic[]>();
  await Promise.all(
    [...references].map(async (reference) => {
      try {
        found.set(reference, await fingerprintOf(reference, resolver));
      } catch (error) {
        if (!(error instanceof DiagnosticError)) throw error;
        failed.set(reference, error.diagnostics);
      }
    }),
  );
  if (failed.size > 0) return { diagnostics: desired.resources.flatMap((r) => failuresOf(r, failed)) };

  const resources = desired.resources.map((resource) => filledResource(resource, found));
  return {
    value: { ...desired, resources, fingerprint: combinedFingerprint(desired.fingerprint, found) },
    diagnostics: [],
  };
}

async function fingerprintOf(reference: string, resolver: FingerprintSource): Promise<string> {
  const content = await resolver.resolve(reference);
  return resolver.fingerprintLater === undefined
    ? resolver.fingerprint(content)
    : resolver.fingerprintLater(content);
}

function failuresOf(
  resource: DesiredResource,
  failed: ReadonlyMap<string, readonly Diagnostic[]>,
): readonly Diagnostic[] {
  const references = [...new Set(secretReferences(resource.spec))];
  return references.flatMap((reference) =>
    (failed.get(reference) ?? []).map((diagnostic) => ({
      ...diagnostic,
      address: resource.address,
      source: resource.source,
    })),
  );
}

function secretReferences(value: Json): string[] {
  if (isSecret(value)) return [value.$secret];
  if (Array.isArray(value)) return value.flatMap((item: Json) => secretReferences(item));
  if (isObject(value)) return Object.values(value).flatMap((item) => secretReferences(item));
  return [];
}

function filledResource(resource: DesiredResource, found: ReadonlyMap<string, string>): DesiredResource {
  if (secretReferences(resource.spec).length === 0) return resource;
  return { ...resource, spec: filledObject(resource.spec, found) };
}

function filledObject(object: JsonObject, found: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, filled(value, found)]));
}

function filled(value: Json, found: ReadonlyMap<string, string>): Json {
  if (isSecret(value)) return { ...value, fingerprint: found.get(value.$secret) ?? null };
  if (Array.isArray(value)) return value.map((item: Json) => filled(item, found));
  if (isObject(value)) return filledObject(value, found);
  return value;
}

/** The configuration's own fingerprint knows references only; a rotated secret must change it too. */
function combinedFingerprint(configuration: string, found: ReadonlyMap<string, string>): string {
  const text = canonicalJson({ configuration, secrets: Object.fromEntries(found) });
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
