/**
 * Patterns of field paths: `servers[*].host` for any list item, `children.*.data` for any key, `children.**.acl` for any
 * depth (none included). Many patterns are followed together, one step at a time, so that walking a value costs the same
 * however many there are. Never looks at values.
 */
import { appendStep, type PathStep, readStep } from "./path.js";

export type PatternStep = PathStep | { readonly any: "item" | "key" | "depth" };
export type PathPattern = readonly PatternStep[];

const WILDCARDS = [
  { text: "[*]", step: { any: "item" } },
  { text: ".**", step: { any: "depth" } },
  { text: ".*", step: { any: "key" } },
  { text: "**", step: { any: "depth" } },
  { text: "*", step: { any: "key" } },
] as const;

/** Undefined when the text is no pattern. Every path is a pattern that matches itself only. */
export function parsePattern(text: string): PathPattern | undefined {
  const steps: PatternStep[] = [];
  let offset = 0;
  while (offset < text.length) {
    const wildcard = WILDCARDS.find(
      (one) => text.startsWith(one.text, offset) && (one.text.startsWith("*") ? offset === 0 : true),
    );
    const misplaced = offset === 0 && wildcard?.text.startsWith(".") === true;
    if (wildcard !== undefined && !misplaced) {
      steps.push(wildcard.step);
      offset += wildcard.text.length;
      continue;
    }
    const read = readStep(text, offset);
    if (read === undefined) return undefined;
    steps.push(read.step);
    offset = read.next;
  }
  return steps;
}

function isWildcard(step: PatternStep): step is { readonly any: "item" | "key" | "depth" } {
  return typeof step === "object" && "any" in step;
}

/** Keyed steps compare as text, like the items they name. */
function literalText(step: PathStep): string {
  return typeof step === "object" ? `[${step.key}=${String(step.value)}]` : appendStep("", step);
}

interface Position<T> {
  readonly steps: PathPattern;
  readonly at: number;
  readonly mark: T;
}

/** Where several patterns stand after some steps. `marks` are those of the patterns that end exactly here. */
export class PatternCursor<T> {
  readonly marks: readonly T[];
  private readonly children = new Map<string, PatternCursor<T>>();

  private constructor(
    private readonly positions: readonly Position<T>[],
    private readonly literals: ReadonlySet<string>,
  ) {
    this.marks = positions.filter((one) => one.at === one.steps.length).map((one) => one.mark);
  }

  /** All patterns at their beginning. */
  static of<T>(patterns: Iterable<readonly [PathPattern, T]>): PatternCursor<T> {
    const positions = [...patterns].map(([steps, mark]) => ({ steps, at: 0, mark }));
    const literals = positions.flatMap((one) =>
      one.steps.flatMap((step) => (isWildcard(step) ? [] : [literalText(step)])),
    );
    return new PatternCursor(withSkipped(positions), new Set(literals));
  }

  /** No pattern can match here or further in. */
  get ended(): boolean {
    return this.positions.every((one) => one.at === one.steps.length);
  }

  /** Where the patterns stand one step further in. */
  child(step: PathStep): PatternCursor<T> {
    if (this.positions.length === 0) return this;
    const text = literalText(step);
    // Steps that no pattern names behave alike: they share one cursor however many there are.
    const slot = this.literals.has(text) ? text : typeof step === "string" ? "*" : "[*]";
    const known = this.children.get(slot);
    if (known !== undefined) return known;
    const child = new PatternCursor(
      withSkipped(this.positions.flatMap((one) => advanced(one, step))),
      this.literals,
    );
    this.children.set(slot, child);
    return child;
  }
}

function advanced<T>(position: Position<T>, step: PathStep): Position<T>[] {
  const pattern = position.steps[position.at];
  if (pattern === undefined) return [];
  if (isWildcard(pattern)) {
    if (pattern.any === "depth") return [position];
    return (pattern.any === "key") === (typeof step === "string")
      ? [{ ...position, at: position.at + 1 }]
      : [];
  }
  if (typeof pattern === "string" || typeof step === "string" || literalText(pattern) !== literalText(step)) {
    return pattern === step ? [{ ...position, at: position.at + 1 }] : [];
  }
  return [{ ...position, at: position.at + 1 }];
}

/** A `**` may also stand for nothing: the pattern goes on behind it at once. */
function withSkipped<T>(positions: readonly Position<T>[]): Position<T>[] {
  return positions.flatMap((one) => {
    const result = [one];
    for (let at = one.at; isDepth(one.steps[at]); at += 1) result.push({ ...one, at: at + 1 });
    return result;
  });
}

function isDepth(step: PatternStep | undefined): boolean {
  return step !== undefined && isWildcard(step) && step.any === "depth";
}
