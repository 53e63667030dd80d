/**
 * Equality of planned and live values. Secrets are equal by content. What is unknown equals no value, only the same
 * unknown (comparisons of two configurations have unknown values on both sides).
 */
import { isSecret, isUnknown, type SecretValue } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";

/** Lists in order; for lists whose order does not matter see sameItems. */
export function sameValue(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && sameList(a, b);
  if (!isObject(a) || !isObject(b)) return false;
  if (isSecret(a) && isSecret(b)) return sameSecret(a, b);
  return sameObject(a, b);
}

/**
 * By fingerprint where both were read, so that a secret under another name is no change and a rotated one is;
 * otherwise by reference.
 */
export function sameSecret(a: SecretValue, b: SecretValue): boolean {
  if (a.fingerprint !== null && b.fingerprint !== null) return a.fingerprint === b.fingerprint;
  return a.$secret === b.$secret;
}

/** Whether two lists hold the same values, each as often, in whatever order. */
export function sameItems(a: readonly Json[], b: readonly Json[]): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((item) => {
    const at = left.findIndex((other) => sameValue(item, other));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function sameList(a: readonly Json[], b: readonly Json[]): boolean {
  return a.length === b.length && a.every((item, at) => sameValue(item, b[at] ?? null));
}

function sameObject(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(b, key) || !sameValue(a[key] ?? null, b[key] ?? null)) return false;
  }
  return true;
}

/** An object with fields, as against a secret or an unknown value, which are values. */
export function isPlainObject(value: Json | undefined): value is JsonObject {
  return isObject(value) && !isSecret(value) && !isUnknown(value);
}
