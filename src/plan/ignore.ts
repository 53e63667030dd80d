/** Fields whose differences the configuration says not to act on (lifecycle.ignoreChanges). Computes only. */
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { type FieldPath, type PathStep, valueAt, withValueAt } from "../value/path.js";
import { PatternCursor, parsePattern } from "../value/path-pattern.js";
import { isPlainObject } from "./equal.js";
import { itemSteps } from "./mask.js";
import type { RuleNode } from "./rules.js";

/**
 * `desired` with the present value of every field that one of the patterns names: absent where it is absent now. Patterns
 * that are none are passed over; the configuration refuses them.
 */
export function withIgnoredFields(
  desired: JsonObject,
  present: JsonObject,
  patterns: readonly string[],
  rules: RuleNode,
): JsonObject {
  if (patterns.length === 0) return desired;
  const parsed = patterns.flatMap((text) => {
    const pattern = parsePattern(text);
    return pattern === undefined || pattern.length === 0 ? [] : [[pattern, true] as const];
  });
  const cursor = PatternCursor.of(parsed);
  const paths: FieldPath[] = [];
  for (const value of [desired, present]) matching(value, cursor, rules, [], paths);
  let result: Json = desired;
  for (const path of paths) result = withValueAt(result, path, valueAt(present, path));
  return isObject(result) ? result : desired;
}

/** Outermost places that a pattern names. Items of keyed lists may be named by key or by position. */
function matching(
  value: Json,
  cursor: PatternCursor<true>,
  rules: RuleNode,
  path: readonly PathStep[],
  found: FieldPath[],
): void {
  if (cursor.marks.length > 0) {
    found.push(path);
    return;
  }
  if (cursor.ended) return;
  if (Array.isArray(value)) {
    itemSteps(value, rules).forEach((step, at) => {
      const item: Json = value[at] ?? null;
      matching(item, cursor.child(step), rules.child(step), [...path, step], found);
      if (step !== at) matching(item, cursor.child(at), rules.child(step), [...path, step], found);
    });
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      matching(item, cursor.child(key), rules.child(key), [...path, key], found);
    }
  }
}
