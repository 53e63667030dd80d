/**
 * What a user declared of a Sync, as plain data: its normal form, the form that others may see, and both together again.
 * Pure; knows no secret's content.
 */
import { isExpression, isSecret, isUnknown } from "../../value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../value/json.js";

/** What /ferry/sync/<name>/declared holds. */
export interface DeclaredRecord {
  readonly format: 1;
  /** Of the resource, e.g. `Sync/shop`. */
  readonly address: string;
  /** In normal form, without secrets and without how ferry authenticates. */
  readonly spec: JsonObject;
}

/** Fields of a side that say how ferry gets in: with secrets, and another matter on each machine. */
const ACCESS = ["auth", "sasl", "tls"] as const;

/** Paths as maps with both sides. Idempotent; what is known only later stays as it is. */
export function normaliseDeclaration(spec: JsonObject): JsonObject {
  const paths = spec["paths"];
  if (!Array.isArray(paths)) return spec;
  return { ...spec, paths: (paths as readonly Json[]).map(normalisePath) };
}

function normalisePath(path: Json): Json {
  if (typeof path === "string" || isUnknown(path) || isExpression(path)) {
    return { source: path, target: path, exclude: [] };
  }
  if (!isObject(path)) return path;
  const { source = null, target = source, exclude = [] } = path;
  return { ...path, source, target, exclude };
}

/** What may be shown to everybody who can read the target. */
export function publicDeclaration(spec: JsonObject): JsonObject {
  const { source = null, target = null, ...rest } = spec;
  const shown = withoutSecrets(rest);
  return { ...(isObject(shown) ? shown : {}), source: publicSide(source), target: publicSide(target) };
}

function publicSide(side: Json): Json {
  if (!isObject(side)) return side;
  const quorum = side["quorum"];
  return {
    ...withoutAccess(side),
    ...(isObject(quorum) ? { quorum: withoutAccess(quorum) } : {}),
  };
}

function withoutAccess(holder: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(holder).filter(([key]) => !isAccess(key)));
}

function isAccess(key: string): boolean {
  return ACCESS.some((name) => name === key);
}

function withoutSecrets(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withoutSecrets);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, child]) => !isSecret(child));
  return Object.fromEntries(kept.map(([key, child]) => [key, withoutSecrets(child)]));
}

/** What was found on the target, with the parts that are never written there taken from `wanted`. */
export function withAccessOf(found: JsonObject, wanted: JsonObject): JsonObject {
  return {
    ...found,
    source: accessedSide(found["source"] ?? null, wanted["source"] ?? null),
    target: accessedSide(found["target"] ?? null, wanted["target"] ?? null),
    unknownAcl: accessedAcl(found["unknownAcl"] ?? null, wanted["unknownAcl"] ?? null),
  };
}

function accessedSide(found: Json, wanted: Json): Json {
  if (!isObject(found) || !isObject(wanted)) return found;
  const { quorum } = found;
  const wantedQuorum = wanted["quorum"];
  const inner =
    isObject(quorum) && isObject(wantedQuorum) ? { quorum: { ...quorum, ...accessIn(wantedQuorum) } } : {};
  return { ...found, ...inner, ...accessIn(wanted) };
}

function accessIn(holder: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(holder).filter(([key]) => isAccess(key)));
}

/** A password cannot be compared; it is taken to be the wanted one where everything else of the entries is equal. */
function accessedAcl(found: Json, wanted: Json): Json {
  const same = canonicalJson(withoutSecrets(wanted)) === canonicalJson(found);
  return same ? wanted : found;
}
