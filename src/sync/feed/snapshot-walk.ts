/** Visits a tree from the top down, many visits at a time, and can be held back. It does not know what is visited. */

export class SnapshotWalk {
  private readonly waiting: string[] = [];
  private active = 0;
  private held = false;
  private settle: { resolve(): void; reject(error: unknown): void } | null = null;

  /** @param visit gives the paths to visit after it */
  constructor(
    private readonly limit: number,
    private readonly visit: (path: string) => Promise<readonly string[]>,
  ) {}

  /** Resolves when everything was visited or `stop` was called; rejects with the first failure. Called once. */
  run(start: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.waiting.push(start);
      this.next();
    });
  }

  hold(held: boolean): void {
    this.held = held;
    this.next();
  }

  stop(): void {
    this.waiting.length = 0;
    this.finish()?.resolve();
  }

  private next(): void {
    if (this.settle === null) return;
    while (!this.held && this.active < this.limit) {
      // The newest first: the waiting ones stay few.
      const path = this.waiting.pop();
      if (path === undefined) break;
      this.active++;
      this.visit(path).then(
        (found) => {
          this.active--;
          if (this.settle !== null) for (const one of found) this.waiting.push(one);
          this.next();
        },
        (error: unknown) => this.finish()?.reject(error),
      );
    }
    if (this.active === 0 && this.waiting.length === 0) this.finish()?.resolve();
  }

  private finish() {
    const { settle } = this;
    this.settle = null;
    return settle;
  }
}
