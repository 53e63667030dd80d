/**
 * Values that cannot be plain when the configuration is read: a reference to another resource, and a secret.
 * Both are JSON objects with one reserved key (keys that begin with "$" are refused in user input), so a spec that
 * holds them is still plain data that can be stored, hashed and compared.
 */
import { isObject, type Json, type JsonObject } from "./json.js";

/** `${Kind/name.a.b}` after resolution of scopes: an absolute address and the path of the wanted field. */
export interface ResourceReference extends JsonObject {
  readonly address: string;
  /** Empty for the whole resource. */
  readonly path: readonly string[];
}

/**
 * A string holding references: literals and references in order. Exactly one part that is a reference keeps the type
 * of what it refers to; otherwise the parts are joined to a string.
 */
export interface Expression extends JsonObject {
  readonly $expression: readonly (string | ResourceReference)[];
}

/** A secret by reference. The text itself is never in a spec, a plan, the state or a log. */
export interface SecretValue extends JsonObject {
  /** `env:NAME` or `file:PATH`, as the user wrote it (file paths made relative to the project). */
  readonly $secret: string;
  /** Keyed hash of the content, so that rotation is seen as a change; null when it has not been read. */
  readonly fingerprint: string | null;
}

/** Stands in a planned value where only applying can tell. */
export interface UnknownValue extends JsonObject {
  /** Why it is unknown, e.g. `ZooKeeperEnsemble/zk-a.leader`. */
  readonly $unknown: string;
}

/** Stands in a plan where a value must not be shown. */
export interface SensitiveMark extends JsonObject {
  readonly $sensitive: true;
}

export const SENSITIVE: SensitiveMark = { $sensitive: true };

export function isSensitiveMark(value: unknown): value is SensitiveMark {
  return isObject(value) && value["$sensitive"] === true;
}

export function isExpression(value: unknown): value is Expression {
  return isObject(value) && Array.isArray(value["$expression"]);
}

export function isSecret(value: unknown): value is SecretValue {
  return isObject(value) && typeof value["$secret"] === "string";
}

export function isUnknown(value: unknown): value is UnknownValue {
  return isObject(value) && typeof value["$unknown"] === "string";
}

export function unknownValue(reason: string): UnknownValue {
  return { $unknown: reason };
}

/** Every reference inside a value, in reading order. */
export function referencesIn(value: Json): ResourceReference[] {
  if (isExpression(value)) {
    return value.$expression.filter((part): part is ResourceReference => typeof part !== "string");
  }
  if (Array.isArray(value)) return value.flatMap((item: Json) => referencesIn(item));
  if (isObject(value)) return Object.values(value).flatMap((item) => referencesIn(item));
  return [];
}

/** Every secret reference inside a value (`env:NAME`, `file:PATH`). */
export function secretsIn(value: Json): string[] {
  if (isSecret(value)) return [value.$secret];
  if (Array.isArray(value)) return value.flatMap((item: Json) => secretsIn(item));
  return isObject(value) ? Object.values(value).flatMap((item) => secretsIn(item)) : [];
}
