/** How long the stores took, as the registrar's timer metric tells it: the last value, and a summary of all. No clock. */

const PERCENTILES = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p95", 0.95],
  ["p99", 0.99],
  ["p999", 0.999],
  ["p9999", 0.9999],
] as const;

/** Samples kept; Mesos keeps those of a window of time. */
const KEPT = 1_000;

export class StoreTimer {
  private samples: number[] = [];

  /** Milliseconds. */
  add(ms: number): void {
    this.samples.push(ms);
    if (this.samples.length > KEPT) this.samples.shift();
  }

  /** Nothing before the first store; as in the recorded /metrics/snapshot after it. */
  metrics(name: string): Record<string, number> {
    const last = this.samples.at(-1);
    if (last === undefined) return {};
    const sorted = [...this.samples].sort((a, b) => a - b);
    const found: Record<string, number> = { [name]: last, [`${name}/count`]: sorted.length };
    found[`${name}/max`] = sorted.at(-1) ?? last;
    found[`${name}/min`] = sorted[0] ?? last;
    for (const [label, fraction] of PERCENTILES) found[`${name}/${label}`] = percentile(sorted, fraction);
    return found;
  }
}

/** Between two samples in proportion, which is what the recorded numbers show. */
function percentile(sorted: readonly number[], fraction: number): number {
  const at = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}
