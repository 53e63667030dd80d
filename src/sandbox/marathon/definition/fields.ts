/** Reading and building JSON objects field by field, for definitions whose shape was checked already. Pure. */
import { isObject, type Json, type JsonObject } from "../../../value/json.js";

/** An object under construction; what stays undefined is left out. */
export type Fields = { [name: string]: Json | undefined };

export function compact(fields: Fields): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** The objects of a list; anything else gives none. */
export function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

export function strings(value: Json | undefined): string[] {
  return Array.isArray(value)
    ? (value as readonly Json[]).filter((item): item is string => typeof item === "string")
    : [];
}

export function objectOf(value: Json | undefined): JsonObject | null {
  return isObject(value) ? value : null;
}

export function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

export function numberOf(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

/** Undefined for an empty list or object: such fields are not shown. */
export function unlessEmpty(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  if (isObject(value)) return Object.keys(value).length === 0 ? undefined : value;
  return value;
}

export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
