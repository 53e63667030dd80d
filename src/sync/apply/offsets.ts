/**
 * Znodes whose version on the target is not that of the source, and by how much: they existed before, or somebody else
 * wrote to them. Held in memory and in records on the target, so that a restart knows them too. No I/O.
 */

export interface Offset {
  /** Target's version minus the source's. */
  readonly version: number;
  /** The same for the ACL's version. */
  readonly aversion: number;
}

const LEVEL: Offset = { version: 0, aversion: 0 };

export class Offsets {
  private readonly known = new Map<string, Offset>();

  get size(): number {
    return this.known.size;
  }

  of(path: string): Offset {
    return this.known.get(path) ?? LEVEL;
  }

  /** Whether it is any different from before. */
  set(path: string, offset: Offset): boolean {
    const before = this.of(path);
    if (before.version === offset.version && before.aversion === offset.aversion) return false;
    if (offset.version === 0 && offset.aversion === 0) this.known.delete(path);
    else this.known.set(path, offset);
    return true;
  }

  has(path: string): boolean {
    return this.known.has(path);
  }

  clear(): void {
    this.known.clear();
  }

  all(): IterableIterator<[string, Offset]> {
    return this.known.entries();
  }
}
