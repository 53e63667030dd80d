/**
 * Which znode of one side is which of the other, from the rules of a synchronisation. Pure and quick: it is asked for every
 * change. It never looks at an ensemble.
 */
import { pathFault } from "../../zookeeper/path.js";
import { RESERVED } from "../control/layout.js";
import type { PathRule, Side } from "../spec.js";

export interface PathMap {
  readonly rules: readonly PathRule[];
  /** Path of side b for one of side a; null when it does not take part. The path is taken to be a valid one. */
  readonly toB: (pathA: string) => string | null;
  readonly toA: (pathB: string) => string | null;
  readonly inScopeA: (pathA: string) => boolean;
  readonly inScopeB: (pathB: string) => boolean;
  /** Whether a child of `path` is left out whatever it holds: then the two parents need not have as many children. */
  readonly leavesOutChildren: (side: Side, path: string) => boolean;
}

/** @param rules without a fault, see pathRulesFault */
export function pathMap(rules: readonly PathRule[]): PathMap {
  const tops = { a: top(rules, "a"), b: top(rules, "b") };
  return {
    rules,
    toB: (pathA) => mapped(tops.a, pathA),
    toA: (pathB) => mapped(tops.b, pathB),
    inScopeA: (pathA) => deepest(tops.a, pathA) !== null,
    inScopeB: (pathB) => deepest(tops.b, pathB) !== null,
    leavesOutChildren: (side, path) => {
      const branch = find(tops[side], path);
      if (branch === undefined) return false;
      return [...branch.children.values()].some((child) => child.mark !== undefined);
    },
  };
}

/** What is wrong with the rules in words, or null. */
export function pathRulesFault(rules: readonly PathRule[]): string | null {
  if (rules.length === 0) return "there is no path to synchronise";
  for (const rule of rules) {
    const fault = ruleFault(rule);
    if (fault !== null) return fault;
  }
  for (const [at, rule] of rules.entries()) {
    for (const other of rules.slice(at + 1)) {
      const fault = overlap(rule, other, "a") ?? overlap(rule, other, "b");
      if (fault !== null) return fault;
    }
  }
  return null;
}

function ruleFault(rule: PathRule): string | null {
  for (const path of [rule.a, rule.b, ...rule.exclude]) {
    const fault = pathFault(path);
    if (fault !== null) return `${path === "" ? "an empty path" : path} is no path: ${fault}`;
  }
  for (const path of [rule.a, rule.b]) {
    const reserved = RESERVED.find((one) => isWithin(path, one));
    if (reserved !== undefined) return `${path}: what is in ${reserved} is never synchronised`;
  }
  for (const path of rule.exclude) {
    if (path === rule.a) return `${path} is excluded from itself: leave the path out instead`;
    if (!isWithin(path, rule.a)) return `${path} is excluded from ${rule.a}, but is not below it`;
  }
  return null;
}

/** Two rules may lie within each other only where the outer one excludes the inner one on that side. */
function overlap(one: PathRule, other: PathRule, side: Side): string | null {
  if (one[side] === other[side]) return `${one[side]} of side ${side} is named by two paths`;
  const [inner, outer] = isWithin(one[side], other[side]) ? [one, other] : [other, one];
  if (!isWithin(inner[side], outer[side])) return null;
  const excluded = outer.exclude.some((path) =>
    isWithin(inner[side], side === "a" ? path : rebased(path, outer.a, outer.b)),
  );
  if (excluded) return null;
  const where = `${inner[side]} lies within ${outer[side]} on side ${side}`;
  const exclude = side === "a" ? inner.a : rebased(inner.b, outer.b, outer.a);
  return `${where}: each znode can take part only once. Exclude ${exclude} from ${outer.a}, or drop one of the two`;
}

function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || ancestor === "/" || path.startsWith(`${ancestor}/`);
}

/** `path`, which is within `from`, as it lies within `to`. */
function rebased(path: string, from: string, to: string): string {
  return joined(to === "/" ? "" : to, path, from === "/" ? 0 : from.length);
}

function joined(prefix: string, path: string, cut: number): string {
  if (cut === 0 && path === "/") return prefix === "" ? "/" : prefix;
  return cut === path.length && prefix === "" ? "/" : prefix + path.slice(cut);
}

/** What holds from a znode downwards until a deeper mark says otherwise: out, or moved. */
type Mark = null | {
  /** Characters of the path that go away, 0 for "/". */
  readonly cut: number;
  /** What comes in their place, "" for "/". */
  readonly prefix: string;
  readonly same: boolean;
};

interface Branch {
  readonly children: Map<string, Branch>;
  mark: Mark | undefined;
}

/** The marks of one side as a tree of names: a look-up goes down no deeper than the rules do. */
function top(rules: readonly PathRule[], side: Side): Branch {
  const root: Branch = { children: new Map(), mark: null };
  const other = side === "a" ? "b" : "a";
  for (const path of RESERVED) branchAt(root, path).mark = null;
  for (const rule of rules) {
    for (const path of RESERVED) {
      if (isWithin(path, rule[other])) branchAt(root, rebased(path, rule[other], rule[side])).mark = null;
    }
    for (const path of outermost(rule.exclude)) branchAt(root, rebased(path, rule.a, rule[side])).mark = null;
  }
  // Last: a rule may begin exactly where another one ends.
  for (const rule of rules) {
    const cut = rule[side] === "/" ? 0 : rule[side].length;
    const prefix = rule[other] === "/" ? "" : rule[other];
    branchAt(root, rule[side]).mark = { cut, prefix, same: rule.a === rule.b };
  }
  return root;
}

/** One that lies within another says nothing, and another rule may lie in between. */
function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other)));
}

function branchAt(root: Branch, path: string): Branch {
  let at = root;
  for (const name of path === "/" ? [] : path.slice(1).split("/")) {
    let next = at.children.get(name);
    if (next === undefined) {
      next = { children: new Map(), mark: undefined };
      at.children.set(name, next);
    }
    at = next;
  }
  return at;
}

function find(root: Branch, path: string): Branch | undefined {
  let at: Branch | undefined = root;
  for (const name of path === "/" ? [] : path.slice(1).split("/")) at = at?.children.get(name);
  return at;
}

/** The mark nearest to `path` among it and its ancestors. */
function deepest(root: Branch, path: string): Mark {
  let at = root;
  let mark: Mark = root.mark ?? null;
  for (let from = 1; from < path.length && at.children.size > 0; ) {
    const slash = path.indexOf("/", from);
    const end = slash < 0 ? path.length : slash;
    const next = at.children.get(path.slice(from, end));
    if (next === undefined) break;
    if (next.mark !== undefined) mark = next.mark;
    at = next;
    from = end + 1;
  }
  return mark;
}

function mapped(root: Branch, path: string): string | null {
  const mark = deepest(root, path);
  if (mark === null) return null;
  return mark.same ? path : joined(mark.prefix, path, mark.cut);
}
