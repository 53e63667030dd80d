/**
 * Which watchers wait for which paths, as ZKWatchManager of the Java client keeps it. Paths are the server's, with the
 * chroot. No I/O: events in, watchers out.
 */
import { ancestorPaths } from "./path.js";
import type { WatchEvent, Watcher } from "./types.js";

export type WatchKind = "data" | "exist" | "child" | "persistent" | "recursive";

const KINDS: readonly WatchKind[] = ["data", "exist", "child", "persistent", "recursive"];

export interface WatchPaths {
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
  readonly persistent: readonly string[];
  readonly recursive: readonly string[];
}

/** WatcherType numbers of removeWatches. Persistent watches go with "any" up to 3.8. */
export const REMOVALS = {
  data: { type: 2, kinds: ["data", "exist"] },
  children: { type: 1, kinds: ["child"] },
  persistent: { type: 3, kinds: ["persistent", "recursive"] },
  any: { type: 3, kinds: ["data", "exist", "child", "persistent", "recursive"] },
} as const satisfies Record<string, { type: number; kinds: readonly WatchKind[] }>;

type Table = Map<string, Set<Watcher>>;

/** EventType numbers of the protocol. */
const TYPES: ReadonlyMap<number, WatchEvent["type"]> = new Map([
  [1, "created"],
  [2, "deleted"],
  [3, "changed"],
  [4, "children"],
  [5, "removed"],
  [6, "removed"],
  [7, "removed"],
]);

export function eventType(number: number): WatchEvent["type"] | undefined {
  return TYPES.get(number);
}

export class Watches {
  private readonly tables: Readonly<Record<WatchKind, Table>> = {
    data: new Map(),
    exist: new Map(),
    child: new Map(),
    persistent: new Map(),
    recursive: new Map(),
  };

  add(kind: WatchKind, path: string, watcher: Watcher): void {
    const table = this.tables[kind];
    const set = table.get(path);
    if (set === undefined) table.set(path, new Set([watcher]));
    else set.add(watcher);
  }

  /** Forgets the watchers of these kinds on `path` and gives them. */
  remove(path: string, kinds: readonly WatchKind[]): Watcher[] {
    const found = new Set<Watcher>();
    for (const kind of kinds) {
      for (const watcher of this.tables[kind].get(path) ?? []) found.add(watcher);
      this.tables[kind].delete(path);
    }
    return [...found];
  }

  has(path: string, kinds: readonly WatchKind[]): boolean {
    return kinds.some((kind) => this.tables[kind].has(path));
  }

  /** Watchers an event is for; one-shot ones are forgotten by this. */
  fire(type: WatchEvent["type"], path: string): Watcher[] {
    const found = new Set<Watcher>();
    const once = (...kinds: WatchKind[]) => {
      for (const watcher of this.remove(path, kinds)) found.add(watcher);
    };
    const lasting = (kind: WatchKind, at: string) => {
      for (const watcher of this.tables[kind].get(at) ?? []) found.add(watcher);
    };
    if (type === "created" || type === "changed") once("data", "exist");
    else if (type === "deleted") once("data", "exist", "child");
    else if (type === "children") once("child");
    lasting("persistent", path);
    // A recursive watch is told of each child itself, never of "children".
    if (type !== "children" && this.tables.recursive.size > 0) {
      for (const at of ["/", ...ancestorPaths(path), path]) lasting("recursive", at);
    }
    return [...found];
  }

  /** All paths, to register them again after a reconnection. */
  paths(): WatchPaths {
    const keys = (kind: WatchKind) => [...this.tables[kind].keys()];
    return {
      data: keys("data"),
      exist: keys("exist"),
      child: keys("child"),
      persistent: keys("persistent"),
      recursive: keys("recursive"),
    };
  }

  clear(): void {
    for (const kind of KINDS) this.tables[kind].clear();
  }
}

/** One request's worth is kept well below jute.maxbuffer (1 MB unless set lower); as in the Java client. */
const BATCH_BYTES = 128 * 1024;

/** `paths` in portions of at most about 128 KB. */
export function watchBatches(paths: WatchPaths, batchBytes = BATCH_BYTES): WatchPaths[] {
  const batches: Record<WatchKind, string[]>[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const kind of KINDS) {
    for (const path of paths[kind]) {
      const size = 4 + Buffer.byteLength(path, "utf8");
      if (bytes + size > batchBytes) {
        batches.push({ data: [], exist: [], child: [], persistent: [], recursive: [] });
        bytes = 0;
      }
      bytes += size;
      batches.at(-1)?.[kind].push(path);
    }
  }
  return batches;
}
