/**
 * The comparison rules of a kind in the form in which a walk over a value uses them: one node for each place. Only rules;
 * what is done with them is in baseline.ts, diff.ts and mask.ts.
 */
import type { FieldRules } from "../../providers/provider.js";
import type { PathStep } from "../value/path.js";
import { type PathPattern, PatternCursor, parsePattern } from "../value/path-pattern.js";

type Mark = "forces" | "unordered" | "sensitive" | "text" | "complete" | { readonly keyedBy: string };

/** What the rules say of one place in a value; `child` leads to the places inside. */
export class RuleNode {
  readonly forces: boolean;
  readonly unordered: boolean;
  readonly sensitive: boolean;
  readonly text: boolean;
  /** Live reports the object whole: what is missing there does not exist, what is declared nowhere is too much. */
  readonly complete: boolean;
  readonly keyedBy: string | undefined;
  /** No rule applies to anything inside. */
  readonly ended: boolean;
  private readonly children = new Map<PatternCursor<Mark>, RuleNode>();

  constructor(
    private readonly cursor: PatternCursor<Mark>,
    /** Something at or around this place is sensitive. */
    readonly masked: boolean,
    /** Something at or around this place forces a replacement. */
    readonly forcing: boolean,
  ) {
    const marks = cursor.marks;
    this.forces = forcing || marks.includes("forces");
    this.sensitive = masked || marks.includes("sensitive");
    this.unordered = marks.includes("unordered");
    this.text = marks.includes("text");
    this.complete = marks.includes("complete");
    this.keyedBy = marks.flatMap((mark) => (typeof mark === "object" ? [mark.keyedBy] : []))[0];
    this.ended = cursor.ended;
  }

  child(step: PathStep): RuleNode {
    const cursor = this.cursor.child(step);
    const known = this.children.get(cursor);
    if (known !== undefined) return known;
    const child = new RuleNode(cursor, this.sensitive, this.forces);
    this.children.set(cursor, child);
    return child;
  }
}

const compiled = new WeakMap<FieldRules, Map<string, RuleNode>>();

/** The rules of a kind, and paths of one resource that are sensitive besides. */
export function compileRules(rules: FieldRules, sensitivePaths: readonly string[] = []): RuleNode {
  const ofKind = compiled.get(rules) ?? new Map<string, RuleNode>();
  compiled.set(rules, ofKind);
  const key = sensitivePaths.join("\n");
  const known = ofKind.get(key);
  if (known !== undefined) return known;
  const node = new RuleNode(PatternCursor.of(marksOf(rules, sensitivePaths)), false, false);
  ofKind.set(key, node);
  return node;
}

function marksOf(rules: FieldRules, sensitivePaths: readonly string[]): [PathPattern, Mark][] {
  const all: [string, Mark][] = [
    ...rules.forcesReplacement.map((text): [string, Mark] => [text, "forces"]),
    ...rules.unorderedLists.map((text): [string, Mark] => [text, "unordered"]),
    ...[...rules.sensitive, ...sensitivePaths].map((text): [string, Mark] => [text, "sensitive"]),
    ...rules.textFields.map((text): [string, Mark] => [text, "text"]),
    ...(rules.completeObjects ?? []).map((text): [string, Mark] => [text, "complete"]),
    ...Object.entries(rules.keyedLists).map(([text, keyedBy]): [string, Mark] => [text, { keyedBy }]),
  ];
  return all.map(([text, mark]) => [patternOf(text), mark]);
}

function patternOf(text: string): PathPattern {
  const pattern = parsePattern(text);
  if (pattern === undefined) throw new Error(`the field rules of a kind name no path: ${text}`);
  return pattern;
}
