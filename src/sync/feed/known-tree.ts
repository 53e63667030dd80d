/**
 * What a feed over client watches remembers of each znode: enough to tell what a new look at it changes. Plain objects by
 * path, some 300 bytes a znode: these feeds are for trees that a walk can read in good time. No data, no I/O.
 */
import { parentPath } from "../../zookeeper/path.js";
import type { Stat } from "../../zookeeper/types.js";

export interface KnownNode {
  version: number;
  aversion: number;
  readonly czxid: bigint;
  mzxid: bigint;
  /** Paths: the same strings as the map's keys. Null for none. */
  children: Set<string> | null;
}

export class KnownTree {
  private readonly nodes = new Map<string, KnownNode>();

  get size(): number {
    return this.nodes.size;
  }

  get(path: string): KnownNode | undefined {
    return this.nodes.get(path);
  }

  has(path: string): boolean {
    return this.nodes.has(path);
  }

  /** Goes on rightly while znodes come and go. */
  paths(): IterableIterator<string> {
    return this.nodes.keys();
  }

  children(path: string): ReadonlySet<string> {
    return this.nodes.get(path)?.children ?? NONE;
  }

  add(path: string, { version, aversion, czxid, mzxid }: Stat): void {
    this.nodes.set(path, { version, aversion, czxid, mzxid, children: null });
    const parent = this.parentOf(path);
    if (parent === undefined) return;
    parent.children ??= new Set();
    parent.children.add(path);
  }

  /** Only `path` itself: what is below it goes first. */
  remove(path: string): void {
    this.nodes.delete(path);
    const parent = this.parentOf(path);
    parent?.children?.delete(path);
    if (parent?.children?.size === 0) parent.children = null;
  }

  /** Everything below `path`, children before their parents. */
  below(path: string): string[] {
    const found: string[] = [];
    const waiting = [...this.children(path)];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      found.push(at);
      waiting.push(...this.children(at));
    }
    return found.reverse();
  }

  private parentOf(path: string): KnownNode | undefined {
    const parent = parentPath(path);
    return parent === null ? undefined : this.nodes.get(parent);
  }
}

const NONE: ReadonlySet<string> = new Set();
