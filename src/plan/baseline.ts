/**
 * What a desired spec is compared with: the live values as far as they are ferry's business, completed by the recorded
 * spec where live says nothing. Having that in one value makes the comparison itself a plain one of two values.
 */
import type { Json, JsonObject } from "../value/json.js";
import { isPlainObject, sameValue } from "./equal.js";
import { itemsByKey } from "./keyed-list.js";
import type { RuleNode } from "./rules.js";

export interface Sides {
  readonly live: JsonObject;
  /** Last applied spec; an empty object when nothing was applied. */
  readonly recorded: JsonObject;
  readonly desired: JsonObject;
}

/**
 * Live, where a field that live leaves out has its recorded value, and without fields that neither the desired nor the
 * recorded spec mentions. Lists are whole: an item only live has stays.
 */
export function baselineOf(sides: Sides, rules: RuleNode): JsonObject {
  const { live, recorded, desired } = sides;
  // What is in step is by far the most frequent case; the very same object spares the comparison afterwards.
  if (sameValue(live, desired) && sameValue(recorded, desired)) return desired;
  return mergedObject(live, recorded, desired, rules);
}

function merged(
  live: Json | undefined,
  recorded: Json | undefined,
  desired: Json | undefined,
  rules: RuleNode,
): Json | undefined {
  if (live === null) return desired === null ? null : undefined;
  if (live === undefined) return recorded;
  if (isPlainObject(live)) {
    if (desired !== undefined && !isPlainObject(desired)) return live;
    return mergedObject(live, isPlainObject(recorded) ? recorded : {}, desired ?? {}, rules);
  }
  if (Array.isArray(live)) return mergedList(live, asList(recorded), asList(desired), rules);
  return live;
}

function mergedObject(
  live: JsonObject,
  recorded: JsonObject,
  desired: JsonObject,
  rules: RuleNode,
): JsonObject {
  // Entries, not assignments: a key may be called "__proto__".
  const result: [string, Json][] = [];
  for (const key of Object.keys(live)) {
    const ours = Object.hasOwn(desired, key) || Object.hasOwn(recorded, key) || rules.complete;
    const value = ours
      ? merged(live[key], own(recorded, key), own(desired, key), rules.child(key))
      : undefined;
    if (value !== undefined) result.push([key, value]);
  }
  if (rules.complete) return Object.fromEntries(result);
  for (const key of Object.keys(recorded)) {
    if (!Object.hasOwn(live, key)) result.push([key, recorded[key] ?? null]);
  }
  return Object.fromEntries(result);
}

function mergedList(
  live: readonly Json[],
  recorded: readonly Json[],
  desired: readonly Json[],
  rules: RuleNode,
): readonly Json[] {
  if (rules.keyedBy !== undefined) {
    const items = itemsByKey(live, rules.keyedBy);
    const before = itemsByKey(recorded, rules.keyedBy);
    const wanted = itemsByKey(desired, rules.keyedBy);
    if (items !== undefined && before !== undefined && wanted !== undefined) {
      return [...items].map(([key, { step, item }]) =>
        mergedItem(item, before.get(key)?.item, wanted.get(key)?.item, rules.child(step)),
      );
    }
  }
  if (rules.unordered || live.length !== desired.length) return live;
  return live.map((item, at) => mergedItem(item, recorded[at], desired[at], rules.child(at)));
}

/** An item that is wanted nowhere is kept as it is: the list is too long by it. */
function mergedItem(
  live: Json,
  recorded: Json | undefined,
  desired: Json | undefined,
  rules: RuleNode,
): Json {
  if (recorded === undefined && desired === undefined) return live;
  return merged(live, recorded, desired, rules) ?? null;
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
