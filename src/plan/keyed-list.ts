/** Items of lists that are told apart by a field. Only the pairing; comparing them is done in baseline.ts and diff.ts. */
import { isObject, type Json, type JsonObject } from "../value/json.js";
import type { KeyedStep } from "../value/path.js";

export interface KeyedItem {
  readonly step: KeyedStep;
  readonly item: JsonObject;
}

/** By key as text. Undefined when an item has no key or two have the same: then position must tell them apart. */
export function itemsByKey(items: readonly Json[], key: string): ReadonlyMap<string, KeyedItem> | undefined {
  const byKey = new Map<string, KeyedItem>();
  for (const item of items) {
    const value = isObject(item) ? item[key] : undefined;
    if (!isObject(item) || (typeof value !== "string" && typeof value !== "number")) return undefined;
    if (byKey.has(String(value))) return undefined;
    byKey.set(String(value), { step: { key, value }, item });
  }
  return byKey;
}

/** Numbers by value, then texts by code unit. */
export function byKeyOrder(a: KeyedItem, b: KeyedItem): number {
  const left = a.step.value;
  const right = b.step.value;
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
