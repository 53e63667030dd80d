/** Lag over the last ten seconds: a histogram for each second, so that memory does not grow with the rate. Pure. */

const SECONDS = 10;
/** Upper bounds in milliseconds: steps of about 5%, from 0.05 ms to about 20 minutes. */
const FACTOR = 1.05;
const FIRST_MS = 0.05;
const BUCKETS = 360;

interface Second {
  at: number;
  count: number;
  operations: number;
  maxMs: number;
  readonly buckets: Uint32Array;
}

export class LagWindow {
  private readonly seconds: Second[] = Array.from({ length: SECONDS }, () => ({
    at: -1,
    count: 0,
    operations: 0,
    maxMs: 0,
    buckets: new Uint32Array(BUCKETS),
  }));

  /** @param nowMs of any steady clock */
  add(lagMs: number, operations: number, nowMs: number): void {
    const second = this.second(nowMs);
    second.count++;
    second.operations += operations;
    second.maxMs = Math.max(second.maxMs, lagMs);
    const index = bucketOf(lagMs);
    second.buckets[index] = (second.buckets[index] ?? 0) + 1;
  }

  /** Null when nothing came in the last ten seconds. */
  percentiles(nowMs: number): { p50: number; p99: number; max: number } | null {
    const live = this.live(nowMs);
    const total = live.reduce((sum, { count }) => sum + count, 0);
    if (total === 0) return null;
    const max = Math.max(...live.map(({ maxMs }) => maxMs));
    return { p50: quantile(live, total, 0.5, max), p99: quantile(live, total, 0.99, max), max: rounded(max) };
  }

  /** Operations a second. */
  rate(nowMs: number): number {
    return Math.round(this.live(nowMs).reduce((sum, { operations }) => sum + operations, 0) / SECONDS);
  }

  private live(nowMs: number): Second[] {
    const newest = Math.floor(nowMs / 1000);
    return this.seconds.filter(({ at }) => at > newest - SECONDS && at <= newest);
  }

  private second(nowMs: number): Second {
    const at = Math.floor(nowMs / 1000);
    const found = this.seconds[at % SECONDS];
    if (found === undefined) throw new Error("the window has no seconds");
    if (found.at !== at) {
      Object.assign(found, { at, count: 0, operations: 0, maxMs: 0 });
      found.buckets.fill(0);
    }
    return found;
  }
}

function bucketOf(lagMs: number): number {
  if (lagMs <= FIRST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(lagMs / FIRST_MS) / Math.log(FACTOR)));
}

function quantile(seconds: readonly Second[], total: number, share: number, max: number): number {
  let left = Math.ceil(total * share);
  for (let index = 0; index < BUCKETS; index++) {
    for (const { buckets } of seconds) left -= buckets[index] ?? 0;
    if (left <= 0) return rounded(Math.min(max, FIRST_MS * FACTOR ** index));
  }
  return rounded(max);
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
