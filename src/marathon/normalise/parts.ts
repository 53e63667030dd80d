/**
 * Small steps over definitions that the normalisers are made of. Values that are known only later (references) and secrets
 * pass through every one of them untouched.
 */
import { isExpression, isSecret, isUnknown } from "../../value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../value/json.js";

/** Stands for a value and is none that could be looked into. */
export function isOpaque(value: Json | undefined): boolean {
  return isExpression(value) || isSecret(value) || isUnknown(value);
}

/** An object with fields of its own. */
export function isPlain(value: Json | undefined): value is JsonObject {
  return isObject(value) && !isOpaque(value);
}

/** Applies `change` to an object; anything else stays. */
export function inObject(value: Json, change: (fields: JsonObject) => JsonObject): Json {
  return isPlain(value) ? change(value) : value;
}

/** Applies `change` to each object of a list; anything else stays. */
export function inList(value: Json, change: (fields: JsonObject, at: number) => JsonObject): Json {
  if (!Array.isArray(value)) return value;
  return (value as readonly Json[]).map((item, at) => (isPlain(item) ? change(item, at) : item));
}

/** A list whose order means nothing, in the one order that it is compared in, each item once. */
export function asSet(value: Json): Json {
  if (!Array.isArray(value)) return value;
  const byText = new Map((value as readonly Json[]).map((item) => [canonicalJson(item), item]));
  return [...byText.keys()].sort().map((text) => byText.get(text) ?? null);
}

/** `fields` with `fallbacks` where nothing is given. */
export function filled(fields: JsonObject, fallbacks: JsonObject): JsonObject {
  return { ...fallbacks, ...withoutNull(fields) };
}

/** Null means in definitions what absent means. */
export function withoutNull(fields: JsonObject): JsonObject {
  const entries = Object.entries(fields).filter(([, value]) => value !== null);
  return entries.length === Object.keys(fields).length ? fields : Object.fromEntries(entries);
}

/** Without the named fields. */
export function without(fields: JsonObject, names: Iterable<string>): JsonObject {
  const gone = new Set(names);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !gone.has(name)));
}

/** Without those of the named fields that hold nothing: Marathon leaves them out of its answers. */
export function withoutEmpty(fields: JsonObject, names: readonly string[]): JsonObject {
  return without(
    fields,
    names.filter((name) => isEmpty(fields[name])),
  );
}

function isEmpty(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isPlain(value) && Object.keys(value).length === 0;
}

/** Changes one field where it is there. */
export function changed(fields: JsonObject, name: string, change: (value: Json) => Json): JsonObject {
  const value = fields[name];
  return value === undefined ? fields : { ...fields, [name]: change(value) };
}
