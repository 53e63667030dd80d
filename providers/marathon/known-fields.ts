/**
 * A live definition without fields that no schema of ferry has: those of other versions of Marathon are nobody's business
 * here, and must not look like drift. Pure.
 */
import { childField, type FieldSchema, specFields } from "../../src/schema/fields.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

/** `kind`: MarathonApp, MarathonGroup or MarathonPod. */
export function knownFields(kind: string, definition: JsonObject): JsonObject {
  const field = specFields(kind).properties.get("definition") ?? null;
  const kept = known(definition, field);
  return isObject(kept) ? kept : {};
}

function known(value: Json, field: FieldSchema | null): Json {
  if (field === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => known(item, field.items));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => field.open || field.properties.has(name));
  return Object.fromEntries(entries.map(([name, item]) => [name, known(item, childField(field, name))]));
}
