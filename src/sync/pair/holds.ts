/** Subtrees that wait for a person's decision: nothing in them is mirrored, in either direction. Paths of side a. No I/O. */

export class Holds {
  private readonly held = new Map<string, string>();
  /** Changes that were left out, by held path: tells whether something came while it was brought level. */
  private readonly missed = new Map<string, number>();

  get size(): number {
    return this.held.size;
  }

  /** @param conflict id of its record */
  add(path: string, conflict: string): void {
    this.held.set(path, conflict);
    this.missed.set(path, 0);
  }

  release(path: string): void {
    this.held.delete(path);
    this.missed.delete(path);
  }

  /** The held path that `path` is or lies below, or null; counts as missed. */
  covering(path: string): string | null {
    if (this.held.size === 0) return null;
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      if (this.held.has(at)) {
        this.missed.set(at, (this.missed.get(at) ?? 0) + 1);
        return at;
      }
    }
    return null;
  }

  /** As covering, without counting. */
  covers(path: string): boolean {
    if (this.held.size === 0) return false;
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) if (this.held.has(at)) return true;
    return false;
  }

  /** Held paths with the conflicts they wait for. */
  all(): [string, string][] {
    return [...this.held];
  }

  missedBelow(path: string): number {
    return this.missed.get(path) ?? 0;
  }
}
