/** The real clock, in the seconds and with the microseconds that Mesos shows, and timers that can all be stopped at once. */

export class SystemClock {
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  /** Seconds since 1970. */
  now(): number {
    return Math.round((performance.timeOrigin + performance.now()) * 1000) / 1e6;
  }

  /** Milliseconds; the result cancels it. */
  after(ms: number, call: () => void): () => void {
    if (this.stopped) return () => {};
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      call();
    }, ms);
    this.timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.timers.delete(timer);
    };
  }

  /** No timer fires any more, and no new one is set. */
  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
