/** Znodes that were seen before their parents: they wait for them, because a child is never reported first. No I/O. */

export class Orphans {
  private readonly waiting = new Map<string, Set<string>>();

  add(parent: string, child: string): void {
    const children = this.waiting.get(parent) ?? new Set();
    this.waiting.set(parent, children.add(child));
  }

  /** The parent is known now: gives those that waited for it. */
  release(parent: string): readonly string[] {
    const children = [...(this.waiting.get(parent) ?? [])];
    this.waiting.delete(parent);
    return children;
  }

  /** There is no such parent: whoever waits for it, or for one of those, is gone too. */
  drop(parent: string): void {
    for (const child of this.release(parent)) this.drop(child);
  }
}
