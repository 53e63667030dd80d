/**
 * In which order the znodes of the source go into the file, as paths of the target: parents before children also where
 * subtrees are renamed into each other, and the parents that take no part made up. Pure.
 */
import type { SnapshotNode } from "../../zookeeper/learner/transaction.js";
import { ancestorPaths, parentPath } from "../../zookeeper/path.js";
import { builtInNode } from "../../zookeeper/snapshot-file/written-node.js";
import type { PathRule } from "../spec.js";

export class TargetOrder {
  /** Rounds over all znodes, one for each depth of subtrees within subtrees. */
  readonly rounds: number;
  private readonly roots: ReadonlySet<string>;
  /** Above a root, with the names that the rules have right below it. */
  private readonly above = new Map<string, Set<string>>();
  private readonly there = new Set<string>();

  constructor(rules: readonly PathRule[]) {
    this.roots = new Set(rules.map(({ b }) => b));
    for (const root of this.roots) this.note(root);
    this.rounds = Math.max(0, ...[...this.roots].map((root) => this.roundOf(root))) + 1;
  }

  /** 0 for what lies in an outermost subtree. @param path of the target, in scope */
  roundOf(path: string): number {
    if (this.roots.size === 1) return 0;
    return [path, ...aboveOf(path)].filter((one) => this.roots.has(one)).length - 1;
  }

  /** What must be written before the znode at `path`: parents that did not come. Plain, open and empty, as an engine makes them. */
  before(path: string): SnapshotNode[] {
    const missing = this.roots.has(path) ? aboveOf(path).filter((above) => !this.there.has(above)) : [];
    for (const above of missing) this.there.add(above);
    if (this.above.has(path) || path === "/") this.there.add(path);
    return missing.map((above) => ({ ...builtInNode(above), cversion: this.above.get(above)?.size ?? 0 }));
  }

  /** Whether the root has been written. */
  get hasRoot(): boolean {
    return this.there.has("/");
  }

  private note(root: string): void {
    let below = root;
    for (let at = parentPath(root); at !== null; at = parentPath(at)) {
      const names = this.above.get(at) ?? new Set();
      names.add(below);
      this.above.set(at, names);
      below = at;
    }
  }
}

/** From the root downwards. */
function aboveOf(path: string): string[] {
  return path === "/" ? [] : ["/", ...ancestorPaths(path)];
}
