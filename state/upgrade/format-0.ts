/**
 * Format 0, of the drafts before 0.1.0: one JSON document, resources as a list, the commit as a bare string, the checksum
 * over the canonical JSON of everything else. Only read, never written. Pure.
 */
import { createHash } from "node:crypto";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../src/value/json.js";

/** The document without its checksum; null when the checksum does not fit. */
export function openFormat0(document: JsonObject): JsonObject | null {
  const { checksum, ...content } = document;
  const expected = `sha256:${createHash("sha256").update(canonicalJson(content)).digest("hex")}`;
  return checksum === expected ? content : null;
}

/**
 * 0 → 1: resources become a map by address; `id` is called identity, `outputs` attributes, `depends` dependsOn; what 0
 * did not keep gets the value that means "not known". Shapes are checked after the last upgrade, not here.
 */
export function upgradeFrom0(document: JsonObject): JsonObject {
  const { commit, ferry, resources, ...rest } = document;
  const records = Array.isArray(resources) ? resources.filter(isObject) : [];
  return {
    ...rest,
    formatVersion: 1,
    ferryVersion: ferry ?? "0.0.0",
    // Format 0 was written from clean and from dirty trees alike: without a proof it counts as dirty.
    git: typeof commit === "string" ? { commit, branch: null, dirty: true } : null,
    resources: Object.fromEntries(
      records.map((record) => [String(record["address"]), upgradeRecord(record)]),
    ),
  };
}

function upgradeRecord(record: JsonObject): Json {
  const { id, outputs, depends, ...rest } = record;
  return {
    ...rest,
    identity: id ?? null,
    attributes: outputs ?? {},
    dependsOn: depends ?? [],
    sensitivePaths: rest["sensitivePaths"] ?? [],
    preventDestroy: rest["preventDestroy"] ?? false,
    appliedAt: rest["appliedAt"] ?? null,
  };
}
