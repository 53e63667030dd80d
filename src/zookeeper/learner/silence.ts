/**
 * When a quorum connection counts as dead: TCP does not tell of a machine that is gone. A leader pings each half
 * tickTime, which we are not told, so the limit is learned from the pings themselves.
 */

/** Milliseconds. A paused leader (garbage collection) must not be left at once. */
const SHORTEST = 2_000;
const LONGEST = 30_000;
/** Ping intervals without a byte. */
const PATIENCE = 8;
/** Weight of the newest interval in the average. */
const NEWEST = 0.2;

export class Silence {
  private timer: NodeJS.Timeout | null = null;
  private lastBeat: number | null = null;
  private intervalMs: number | null = null;
  private heardAt = performance.now();
  private suspended = false;

  /**
   * @param firstMs limit until the first two pings
   * @param onSilence called once, with the limit that was passed
   */
  constructor(
    private readonly firstMs: number,
    private readonly onSilence: (limitMs: number) => void,
  ) {
    this.arm(firstMs);
  }

  get limitMs(): number {
    if (this.intervalMs === null) return this.firstMs;
    return Math.min(LONGEST, Math.max(SHORTEST, Math.round(this.intervalMs * PATIENCE)));
  }

  /** Bytes came. */
  heard(): void {
    this.heardAt = performance.now();
  }

  /** A ping came. */
  beat(): void {
    const now = performance.now();
    if (this.lastBeat !== null) {
      const interval = now - this.lastBeat;
      this.intervalMs =
        this.intervalMs === null ? interval : this.intervalMs * (1 - NEWEST) + interval * NEWEST;
    }
    this.lastBeat = now;
  }

  /** Nobody listens at present, so that nothing is heard says nothing. */
  suspend(suspended: boolean): void {
    this.suspended = suspended;
    this.heardAt = performance.now();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private arm(ms: number): void {
    this.timer = setTimeout(() => this.check(), ms);
  }

  private check(): void {
    if (this.suspended) this.heardAt = performance.now();
    const left = this.limitMs - (performance.now() - this.heardAt);
    if (left > 0) {
      this.arm(left);
      return;
    }
    // Our own process may have been busy or paused: what waits in the socket is read first.
    this.timer = setTimeout(() => {
      if (performance.now() - this.heardAt >= this.limitMs) this.onSilence(this.limitMs);
      else this.arm(this.limitMs);
    }, 50);
  }
}
