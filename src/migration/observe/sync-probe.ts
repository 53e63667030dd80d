/** The synchronisation as its engine tells it, and whether both trees are equal as a comparison found last. */
import type { Measurement } from "../model/observation.js";
import { known, of, unknown } from "./measure.js";
import type { Probe } from "./probe.js";

/** What of a synchronisation is looked at; HostedSync gives it. */
export interface SyncSight {
  readonly live: boolean;
  /** Milliseconds, p99 of the slower direction; null when nothing was brought over lately. */
  readonly lagMs: number | null;
  /** That wait for a person. */
  readonly held: number;
  readonly problem: string;
  /** When the engine said it, by its clock; null when none has said anything. */
  readonly writtenMs: number | null;
}

export function syncProbe(see: (signal: AbortSignal) => Promise<SyncSight>, now: () => number): Probe {
  return {
    measures: [of("sync-live"), of("sync-lag-ms"), of("sync-conflicts")],
    deadlineMs: 3_000,
    look: async (signal) => judgeSync(await see(signal), now()),
  };
}

/** Pure. */
export function judgeSync(sight: SyncSight, atMs: number): Measurement[] {
  const { live, lagMs, held, problem, writtenMs } = sight;
  const said = writtenMs ?? atMs;
  const lag = of("sync-lag-ms");
  return [
    known(of("sync-live"), atMs, live, problem === "" ? [] : [problem]),
    // Nothing to bring over is no lag; but only an engine that is live can say that there is nothing.
    live
      ? known(lag, said, lagMs ?? 0)
      : unknown(lag, atMs, problem === "" ? "the synchronisation is not live" : problem),
    known(of("sync-conflicts"), atMs, held),
  ];
}

export interface TreeComparison {
  readonly result: "equal" | "different" | "unproven";
  /** Paths that differ or are on one side only; may be cut. */
  readonly different: readonly string[];
  readonly differences: number;
  /** Why it is unproven. */
  readonly reason: string;
}

/**
 * Compares whole trees, which may take long: at most every `everyMs`, and the last result is given with the time at which that comparison
 * began, since it proves nothing of later.
 */
export function comparisonProbe(
  compare: (signal: AbortSignal) => Promise<TreeComparison>,
  everyMs: number,
  now: () => number,
): Probe {
  let last: Measurement | null = null;
  let running: Promise<void> | null = null;
  const run = async (signal: AbortSignal): Promise<void> => {
    const beganMs = now();
    last = judgeComparison(await compare(signal), beganMs);
  };
  return {
    measures: [of("znodes-missing")],
    deadlineMs: 60_000,
    look: async (signal) => {
      if (last !== null && now() - last.atMs < everyMs) return [last];
      running ??= run(signal).finally(() => {
        running = null;
      });
      await running;
      return last === null ? [] : [last];
    },
  };
}

/** Pure. */
export function judgeComparison(found: TreeComparison, atMs: number): Measurement {
  const measured = of("znodes-missing");
  if (found.result === "unproven") return unknown(measured, atMs, found.reason);
  return known(
    measured,
    atMs,
    found.result === "equal" ? 0 : Math.max(1, found.differences),
    found.different,
  );
}
