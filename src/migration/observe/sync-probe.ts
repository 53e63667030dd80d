/** The synchronisation as its engine tells it, and whether both trees are equal as a comparison found last. */
import type { Measurement } from "../model/observation.js";
import { known, of, unknown } from "./measure.js";
import type { Probe } from "./probe.js";
import { SlowLook } from "./slow-look.js";

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

/** `both`: whether the two sides are synchronised, so that there is something to see. */
export function syncProbe(
  see: (signal: AbortSignal) => Promise<SyncSight>,
  both: () => boolean,
  now: () => number,
): Probe {
  const measures = [of("sync-live"), of("sync-lag-ms"), of("sync-conflicts")];
  return {
    measures,
    deadlineMs: 3_000,
    look: async (signal) => {
      if (both()) return judgeSync(await see(signal), now());
      return measures.map((measured) => unknown(measured, now(), "the two sides are not synchronised"));
    },
  };
}

/** Pure. */
export function judgeSync(sight: SyncSight, atMs: number): Measurement[] {
  const { live, lagMs, held, problem, writtenMs } = sight;
  const said = writtenMs ?? atMs;
  const lag = of("sync-lag-ms");
  const silent = problem === "" ? "the synchronisation is not live" : problem;
  return [
    known(of("sync-live"), atMs, live, problem === "" ? [] : [problem]),
    // Nothing to bring over is no lag; but only an engine that is live can say that there is nothing.
    live ? known(lag, said, lagMs ?? 0) : unknown(lag, atMs, silent),
    // So it is with what waits for a person.
    live || held > 0 ? known(of("sync-conflicts"), atMs, held) : unknown(of("sync-conflicts"), atMs, silent),
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

/** Milliseconds after which a comparison is given up. */
const COMPARE_MS = 600_000;
/** Milliseconds that others wait for it. */
const PATIENCE_MS = 1_500;

/**
 * Compares whole trees, which may take long: at most every `everyMs`, beside all other looks, and the last result is given with the time at
 * which that comparison began, since it proves nothing of later. `both`: whether there are two sides to compare.
 */
export function comparisonProbe(
  compare: (signal: AbortSignal) => Promise<TreeComparison>,
  both: () => boolean,
  everyMs: number,
  now: () => number,
): Probe {
  const slow = new SlowLook(compare, { everyMs, deadlineMs: COMPARE_MS, now });
  const measured = of("znodes-missing");
  return {
    measures: [measured],
    deadlineMs: 2 * PATIENCE_MS,
    look: async () => {
      if (!both()) return [unknown(measured, now(), "the two sides are not synchronised")];
      const found = await slow.result(PATIENCE_MS);
      if (found === null) return [unknown(measured, now(), "the first comparison is still going on")];
      return [judgeComparison(found.value, found.beganMs)];
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
