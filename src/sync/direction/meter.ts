/** Counts and measures what a direction does, for status and metrics. No I/O. */
import { LagWindow } from "../status/lag-window.js";
import { operationCount, type Work } from "../translate/target-op.js";

export class DirectionMeter {
  /** Newest zxid the source is known to have proposed. */
  head: bigint | null = null;
  /** When whole states were compared last while both sides counted, milliseconds since the epoch. */
  mergedMs: number | null = null;
  /** Newest transaction known to be on the target. */
  appliedZxid: bigint | null = null;
  readonly totals = { transactions: 0, operations: 0, skipped: 0, repaired: 0, conflicts: 0 };
  /** Why the feed was lost last, for people. */
  lastLoss: string | null = null;
  private readonly window = new LagWindow();

  applied(work: Work, now: number): void {
    if (work.zxid !== null) this.appliedZxid = work.zxid;
    let operations = 0;
    for (const op of work.ops) operations += operationCount(op);
    this.totals.operations += operations;
    if (operations === 0) return;
    this.totals.transactions++;
    this.window.add(now - work.arrived, operations, now);
  }

  skipped(): void {
    this.totals.skipped++;
  }

  repaired(): void {
    this.totals.repaired++;
  }

  conflict(): void {
    this.totals.conflicts++;
  }

  lost(reason: string): void {
    this.lastLoss = reason;
  }

  lag(now: number) {
    return this.window.percentiles(now);
  }

  rate(now: number): number {
    return this.window.rate(now);
  }
}
