/**
 * The watch while a stage runs: which criteria are broken, since when, and whether for longer than they may be. A watch's `holdSeconds`
 * are those it may be broken without stopping the stage: a hand-over breaks some for a moment. Pure.
 */
import type { Observation } from "../model/observation.js";
import type { Criterion } from "../model/plan.js";
import { notNow } from "./evaluate.js";
import { spanText } from "./judge.js";
import { type Moment, momentsOf, samplesOf } from "./samples.js";

export interface BrokenWatch {
  readonly criterion: Criterion;
  /** As far back as the history shows; null: it was never measured, so never seen to hold. */
  readonly sinceMs: number | null;
  /** Longer than it may be: the stage has to stop. */
  readonly over: boolean;
  /** `No task fails by us: 2 tasks (web.1, web.2), must be at most 0 tasks; for 12 s, may be 0 s` */
  readonly text: string;
}

/** Those that do not hold now, in the order of `criteria`. Never measured counts from `begunMs`, when the watch began. */
export function brokenWatches(
  criteria: readonly Criterion[],
  history: readonly Observation[],
  nowMs: number,
  observationSeconds: number,
  begunMs: number,
): readonly BrokenWatch[] {
  const samples = samplesOf(history, nowMs);
  const longestMs = observationSeconds * 1_000;
  return criteria.flatMap((criterion) => {
    const moments = momentsOf(criterion, samples);
    const problem = notNow(criterion, moments.at(-1), nowMs, longestMs);
    if (problem === null) return [];
    const sinceMs = brokenSince(moments, longestMs);
    const forMs = nowMs - Math.min(nowMs, Math.max(sinceMs ?? begunMs, begunMs));
    const mayMs = criterion.holdSeconds * 1_000;
    const text = `${criterion.text}: ${problem}; for ${spanText(forMs)}, may be ${spanText(mayMs)}`;
    return [{ criterion, sinceMs, over: forMs >= mayMs, text }];
  });
}

/** The first bad measurement after the last good one, or the moment that one became too old to count. */
function brokenSince(moments: readonly Moment[], longestMs: number): number | null {
  const good = moments.findLast((moment) => moment.good);
  const bad = moments.find(({ atMs }) => atMs > (good?.atMs ?? Number.NEGATIVE_INFINITY));
  const expired = good === undefined ? null : good.atMs + longestMs;
  if (bad === undefined) return expired;
  return expired === null ? bad.atMs : Math.min(bad.atMs, expired);
}
