/**
 * Field by field comparison of two values by the rules of their kind. Knows nothing of state, live and plans; nothing is
 * masked here yet (see mask.ts).
 */
import { isSecret, isUnknown } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import type { FieldPath, PathStep } from "../value/path.js";
import { isPlainObject, sameItems, sameSecret, sameValue } from "./equal.js";
import { byName } from "./graph.js";
import { byKeyOrder, itemsByKey } from "./keyed-list.js";
import type { RuleNode } from "./rules.js";

/** One place where two values differ: the outermost one that exists on one side only, else the innermost. */
export interface Difference {
  readonly path: FieldPath;
  readonly kind: "added" | "removed" | "changed";
  /** Undefined for "added". */
  readonly before: Json | undefined;
  /** Undefined for "removed". */
  readonly after: Json | undefined;
  readonly rules: RuleNode;
  readonly forcesReplacement: boolean;
  /** `after` is or holds something that only applying can tell. */
  readonly unknown: boolean;
}

/**
 * What leads from `before` to `after`, by path: objects by key, keyed lists by item, other lists of the same length by
 * position; lists of other lengths and lists without order as a whole.
 */
export function diffValues(before: JsonObject, after: JsonObject, rules: RuleNode): Difference[] {
  const found: Difference[] = [];
  if (before !== after) new Comparison(found).objects(before, after, rules);
  return found;
}

/** Whether a value is, or has inside, something that only applying can tell. */
export function containsUnknown(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some((item: Json) => containsUnknown(item));
  if (!isObject(value)) return false;
  return isUnknown(value) || Object.values(value).some((item) => containsUnknown(item));
}

class Comparison {
  private readonly path: PathStep[] = [];

  constructor(private readonly found: Difference[]) {}

  objects(before: JsonObject, after: JsonObject, rules: RuleNode): void {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const key of [...keys].sort(byName)) {
      this.inside(key, own(before, key), own(after, key), rules.child(key));
    }
  }

  private inside(step: PathStep, before: Json | undefined, after: Json | undefined, rules: RuleNode): void {
    this.path.push(step);
    this.values(before, after, rules);
    this.path.pop();
  }

  private values(before: Json | undefined, after: Json | undefined, rules: RuleNode): void {
    if (before === undefined || after === undefined) {
      if (before !== after) this.note(before, after, rules);
    } else if (isPlainObject(before) && isPlainObject(after)) this.objects(before, after, rules);
    else if (Array.isArray(before) && Array.isArray(after)) this.lists(before, after, rules);
    else if (isSecret(before) && isSecret(after)) {
      if (!sameSecret(before, after)) this.note(before, after, rules);
    } else if (!sameValue(before, after)) this.note(before, after, rules);
  }

  private lists(before: readonly Json[], after: readonly Json[], rules: RuleNode): void {
    const left = rules.keyedBy === undefined ? undefined : itemsByKey(before, rules.keyedBy);
    const right = rules.keyedBy === undefined ? undefined : itemsByKey(after, rules.keyedBy);
    if (left !== undefined && right !== undefined) {
      for (const { step } of [...new Map([...left, ...right]).values()].sort(byKeyOrder)) {
        const key = String(step.value);
        this.inside(step, left.get(key)?.item, right.get(key)?.item, rules.child(step));
      }
    } else if (rules.unordered) {
      if (!sameItems(before, after)) this.note(before, after, rules);
    } else if (before.length === after.length) {
      before.forEach((item, at) => {
        this.inside(at, item, after[at], rules.child(at));
      });
    } else this.note(before, after, rules);
  }

  private note(before: Json | undefined, after: Json | undefined, rules: RuleNode): void {
    const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
    // Items of lists may come and go; only a field of one that stays can force anything.
    const cameOrWent = kind !== "changed" && typeof this.path.at(-1) !== "string";
    this.found.push({
      path: [...this.path],
      kind,
      before,
      after,
      rules,
      forcesReplacement: rules.forces || (!cameOrWent && forcesInside(before, after, rules)),
      unknown: containsUnknown(after),
    });
  }
}

/** A field that forces a replacement inside an object that came or went. */
function forcesInside(before: Json | undefined, after: Json | undefined, rules: RuleNode): boolean {
  if (rules.forces) return !sameAbsent(before, after);
  if (rules.ended) return false;
  const left = isPlainObject(before) ? before : {};
  const right = isPlainObject(after) ? after : {};
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].some((key) =>
    forcesInside(own(left, key), own(right, key), rules.child(key)),
  );
}

function sameAbsent(before: Json | undefined, after: Json | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return sameValue(before, after);
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
