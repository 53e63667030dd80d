/**
 * Puts values in the place of references. What only applying can tell becomes an UnknownValue. Looks nothing up by
 * itself: what is known of the other resources is passed in.
 */
import {
  type Expression,
  isExpression,
  isSecret,
  isUnknown,
  type ResourceReference,
  unknownValue,
} from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { childAt, type PathStep, readStep } from "../value/path.js";

/** What is known of a resource that others refer to. */
export interface ResolvedView {
  readonly kind: string;
  /** Normalised, references resolved. */
  readonly spec: JsonObject;
  /** Fields known before anything is applied. */
  readonly outputs: JsonObject;
  /** Fields that only exist once it does; null: not known before it is applied. */
  readonly attributes: JsonObject | null;
}

export type ViewLookup = (address: string) => ResolvedView | undefined;

/**
 * `spec` with every reference replaced by its value; SecretValue objects stay as they are. A reference to something that
 * is not known, or that is not there, becomes an UnknownValue that names it. Shares what it did not change with `spec`.
 */
export function resolveSpec(spec: JsonObject, lookup: ViewLookup): JsonObject {
  const resolved = resolveValue(spec, lookup);
  return isObject(resolved) ? resolved : {};
}

/** `Kind/name.a.b` as people write it. */
export function referenceText(reference: ResourceReference): string {
  return [reference.address, ...reference.path].join(".").replaceAll(".[", "[");
}

function resolveValue(value: Json, lookup: ViewLookup): Json {
  if (Array.isArray(value)) return resolveList(value, lookup);
  if (!isObject(value)) return value;
  if (isExpression(value)) return resolveExpression(value, lookup);
  if (isSecret(value) || isUnknown(value)) return value;
  return resolveObject(value, lookup);
}

function resolveList(items: readonly Json[], lookup: ViewLookup): Json {
  const resolved = items.map((item) => resolveValue(item, lookup));
  return resolved.every((item, at) => item === items[at]) ? items : resolved;
}

function resolveObject(object: JsonObject, lookup: ViewLookup): JsonObject {
  let changed: Record<string, Json> | undefined;
  for (const key of Object.keys(object)) {
    const before = object[key] ?? null;
    const after = resolveValue(before, lookup);
    if (after === before) continue;
    changed ??= { ...object };
    changed[key] = after;
  }
  return changed ?? object;
}

function resolveExpression(expression: Expression, lookup: ViewLookup): Json {
  const parts = expression.$expression;
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== "string")
    return referredValue(only, lookup);
  let text = "";
  for (const part of parts) {
    const value = typeof part === "string" ? part : referredValue(part, lookup);
    if (isUnknown(value)) return value;
    if (isSecret(value)) return unknownValue(`a text around the secret ${value.$secret}`);
    text += typeof value === "string" ? value : JSON.stringify(value);
  }
  return text;
}

function referredValue(reference: ResourceReference, lookup: ViewLookup): Json {
  const view = lookup(reference.address);
  const value = view === undefined ? undefined : fieldOf(view, reference.path);
  return value ?? unknownValue(referenceText(reference));
}

/** Outputs come before spec fields of the same name, because they are what the kind offers to others. */
function fieldOf(view: ResolvedView, path: readonly string[]): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return { ...view.spec, ...view.outputs, ...view.attributes };
  for (const source of [view.outputs, view.spec, view.attributes]) {
    if (source === null || !Object.hasOwn(source, first)) continue;
    return within(source[first] ?? null, rest);
  }
  return undefined;
}

function within(value: Json, path: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const name of path) {
    if (current === undefined || isUnknown(current)) return current;
    current = childAt(current, stepFor(current, name));
  }
  return current;
}

/** References name list items by position (`0`) or by key (`[id=3]`). */
function stepFor(value: Json, name: string): PathStep {
  if (!Array.isArray(value)) return name;
  if (/^\d+$/.test(name)) return Number(name);
  return readStep(name.startsWith("[") ? name : `[${name}]`, 0)?.step ?? name;
}
