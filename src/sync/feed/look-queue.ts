/**
 * Paths that are to be looked at: in the order they were marked, many at a time, but one look per path under way; marks for a
 * path under way become one more look after it. It knows nothing of znodes.
 */

export interface Mark {
  /** Look at the children as well. */
  readonly children: boolean;
  /** It was told to be deleted. */
  readonly deleted: boolean;
}

export class LookQueue {
  private readonly waiting = new Map<string, Mark>();
  private readonly active = new Set<string>();
  private readonly again = new Map<string, Mark>();
  private open = false;

  /** @param look must not reject */
  constructor(
    private readonly limit: number,
    private readonly look: (path: string, mark: Mark) => Promise<void>,
  ) {}

  /** Paths that wait for their look. */
  get pending(): IterableIterator<string> {
    return this.waiting.keys();
  }

  mark(path: string, mark: Mark): void {
    const line = this.active.has(path) ? this.again : this.waiting;
    const before = line.get(path);
    const merged = {
      children: mark.children || before?.children === true,
      deleted: mark.deleted || before?.deleted === true,
    };
    line.set(path, merged);
    if (this.open) this.pump();
  }

  /** From now on what is marked is looked at. */
  start(): void {
    this.open = true;
    this.pump();
  }

  stop(): void {
    this.open = false;
    this.waiting.clear();
    this.again.clear();
  }

  private pump(): void {
    for (const [path, mark] of this.waiting) {
      if (this.active.size >= this.limit) return;
      this.waiting.delete(path);
      this.active.add(path);
      void this.look(path, mark).then(() => this.done(path));
    }
  }

  private done(path: string): void {
    this.active.delete(path);
    const mark = this.again.get(path);
    this.again.delete(path);
    if (!this.open) return;
    if (mark === undefined) this.pump();
    else this.mark(path, mark);
  }
}
