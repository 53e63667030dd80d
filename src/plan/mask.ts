/**
 * Keeps sensitive values out of a plan. By place: whatever the rules call sensitive. By value: a text that holds a
 * sensitive text of the same resource, wherever a provider's normal form or an expression has put it.
 */
import { isSecret, isUnknown, SENSITIVE } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { appendStep, formatPath, type PathStep } from "../value/path.js";
import type { Difference } from "./diff.js";
import { itemsByKey } from "./keyed-list.js";
import type { FieldChange } from "./plan.js";
import type { RuleNode } from "./rules.js";

/** Shorter texts are words and numbers that stand in many places; they are masked by place only. */
const SHORTEST_TEXT = 4;

/** Masks the values of one resource. */
export class Masker {
  /** Longest first: one that holds another one goes as a whole. */
  private readonly texts: readonly string[];

  constructor(
    private readonly rules: RuleNode,
    /** Texts that must not appear. */
    texts: ReadonlySet<string>,
    /** False when nothing of the resource is sensitive: then everything is passed on as it is. */
    private readonly active: boolean,
  ) {
    this.texts = [...texts].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  }

  /** The value of a whole spec with SENSITIVE in the place of what must not be shown. Shares what it does not change. */
  spec(value: JsonObject): JsonObject {
    if (!this.active) return value;
    const masked = this.masked(value, this.rules);
    return isObject(masked) ? masked : {};
  }

  /** A text for people; sensitive parts replaced. */
  text(text: string): string {
    let result = text;
    for (const secret of this.texts) {
      if (result.includes(secret)) result = result.split(secret).join("(sensitive)");
    }
    return result;
  }

  field(difference: Difference): FieldChange {
    const { kind, before, after, rules, unknown, forcesReplacement } = difference;
    const shownBefore = this.side(before, rules);
    const shownAfter = this.side(after, rules);
    return {
      path: this.text(formatPath(difference.path)),
      kind,
      ...(shownBefore === undefined ? {} : { before: nullIfMasked(shownBefore) }),
      ...(shownAfter === undefined ? {} : { after: nullIfMasked(shownAfter) }),
      unknown,
      sensitive: rules.sensitive || shownBefore === SENSITIVE || shownAfter === SENSITIVE,
      forcesReplacement,
      ...(rules.text ? { text: true } : {}),
    };
  }

  /** Paths of what is masked in any of the values, sorted. */
  paths(values: readonly (JsonObject | null)[]): string[] {
    if (!this.active) return [];
    const found = new Set<string>();
    for (const value of values) if (value !== null) this.collect(value, this.rules, "", found);
    return [...found].sort();
  }

  private side(value: Json | undefined, rules: RuleNode): Json | undefined {
    return value === undefined || !this.active ? value : this.masked(value, rules);
  }

  private masked(value: Json, rules: RuleNode): Json {
    if (isSecret(value) || isUnknown(value)) return value;
    if (rules.sensitive || this.holdsText(value)) return SENSITIVE;
    if (Array.isArray(value)) {
      const list: readonly Json[] = value;
      const steps = itemSteps(list, rules);
      const items = list.map((item, at) => this.masked(item, rules.child(steps[at] ?? at)));
      return items.every((item, at) => item === list[at]) ? list : items;
    }
    if (!isObject(value)) return value;
    let copy: Record<string, Json> | undefined;
    for (const key of Object.keys(value)) {
      const before = value[key] ?? null;
      const after = this.masked(before, rules.child(key));
      const shownKey = this.text(key);
      if (after === before && shownKey === key) continue;
      copy ??= { ...value };
      if (shownKey !== key) delete copy[key];
      copy[shownKey] = after;
    }
    return copy ?? value;
  }

  private holdsText(value: Json): boolean {
    return typeof value === "string" && this.texts.some((text) => value.includes(text));
  }

  private collect(value: Json, rules: RuleNode, path: string, found: Set<string>): void {
    if (isUnknown(value)) return;
    if (rules.sensitive || isSecret(value) || this.holdsText(value)) {
      found.add(this.text(path));
    } else if (Array.isArray(value)) {
      itemSteps(value, rules).forEach((step, at) => {
        this.collect(value[at] ?? null, rules.child(step), appendStep(path, step), found);
      });
    } else if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        this.collect(item, rules.child(key), appendStep(path, key), found);
      }
    }
  }
}

function nullIfMasked(value: Json): Json {
  return value === SENSITIVE ? null : value;
}

/** How the items of a list are named in paths: by key where the list has one, else by position. */
export function itemSteps(list: readonly Json[], rules: RuleNode): PathStep[] {
  const keyed = rules.keyedBy === undefined ? undefined : itemsByKey(list, rules.keyedBy);
  return keyed === undefined ? list.map((_, at) => at) : [...keyed.values()].map((item) => item.step);
}

/** Adds every text at a sensitive place of the value, in all forms in which it may turn up elsewhere. */
export function collectSensitiveTexts(value: Json, rules: RuleNode, into: Set<string>): void {
  if (isSecret(value) || isUnknown(value)) return;
  if (typeof value === "string" || typeof value === "number") {
    if (rules.sensitive) addForms(String(value), into);
  } else if (Array.isArray(value)) {
    itemSteps(value, rules).forEach((step, at) => {
      collectSensitiveTexts(value[at] ?? null, rules.child(step), into);
    });
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (rules.sensitive) addForms(key, into);
      collectSensitiveTexts(item, rules.child(key), into);
    }
  }
}

function addForms(text: string, into: Set<string>): void {
  if (text.length < SHORTEST_TEXT) return;
  into.add(text);
  into.add(JSON.stringify(text).slice(1, -1));
  into.add(Buffer.from(text, "utf8").toString("base64"));
}
