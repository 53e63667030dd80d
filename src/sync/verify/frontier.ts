/**
 * What of two trees is still to be looked at: lists of children, the deepest first, each name given out once for both sides.
 * Children are thus read before their parents' siblings, and only the lists of one way down are held, not a level.
 */
import type { PathMap } from "../paths/path-map.js";
import type { Pair } from "./compare.js";

/** The children of one znode on both sides. */
class Family {
  private readonly namesA: readonly string[];
  private readonly namesB: readonly string[];
  private atA = 0;
  private atB = 0;

  constructor(
    readonly parent: Pair,
    a: readonly string[],
    b: readonly string[],
  ) {
    this.namesA = a.toSorted();
    const sorted = b.toSorted();
    // Nearly always equal, and then one of them is enough to hold.
    this.namesB = sameNames(this.namesA, sorted) ? this.namesA : sorted;
  }

  /** The next name that either side has. */
  next(): string | undefined {
    const a = this.namesA[this.atA];
    const b = this.namesB[this.atB];
    if (a === undefined && b === undefined) return undefined;
    const takeA = b === undefined || (a !== undefined && a <= b);
    const takeB = a === undefined || (b !== undefined && b <= a);
    if (takeA) this.atA++;
    if (takeB) this.atB++;
    return takeA ? a : b;
  }
}

export class Frontier {
  private readonly roots: Pair[];
  private readonly families: Family[] = [];

  constructor(private readonly map: PathMap) {
    this.roots = map.rules.map(({ a, b }) => this.pair(a, b)).reverse();
  }

  /** Lists of children that are held. */
  get depth(): number {
    return this.families.length;
  }

  get empty(): boolean {
    return this.families.length === 0 && this.roots.length === 0;
  }

  /** Names that take no part are left out here. */
  add(parent: Pair, a: readonly string[], b: readonly string[]): void {
    if (a.length > 0 || b.length > 0) this.families.push(new Family(parent, a, b));
  }

  next(): Pair | undefined {
    for (let family = this.families.at(-1); family !== undefined; family = this.families.at(-1)) {
      const { parent } = family;
      for (let name = family.next(); name !== undefined; name = family.next()) {
        const pathA = child(parent.pathA, name);
        const pathB = child(parent.pathB, name);
        if (this.map.toB(pathA) === pathB) return this.pair(pathA, pathB);
      }
      this.families.pop();
    }
    return this.roots.pop();
  }

  private pair(pathA: string, pathB: string): Pair {
    const { map } = this;
    const leavesOut = map.leavesOutChildren("a", pathA) || map.leavesOutChildren("b", pathB);
    return { pathA, pathB, comparableCounters: !leavesOut };
  }
}

function child(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}
