/** Holds the source back during a snapshot while more waits for the target than memory should take, and lets it go again. */
import type { Feed } from "../feed/feed.js";

/** Bytes waiting from which the source is held back, and until which. */
const FROM = 48 * 1024 * 1024;
const UNTIL = 16 * 1024 * 1024;

export class SourceHold {
  private held = false;

  constructor(
    private readonly feed: Feed,
    private readonly waitingBytes: () => number,
  ) {}

  /** To be called when something came, and when something was applied. */
  check(): void {
    const waiting = this.waitingBytes();
    if (this.held ? waiting >= UNTIL : waiting <= FROM) return;
    this.held = !this.held;
    this.feed.hold(this.held);
  }
}
