/**
 * Gates: whether each criterion holds now, and has held for as long as it must. A value that is missing, unknown or too old fails, and
 * says so. Pure: time is given, nothing is remembered between two calls but what the history holds.
 */
import type { Observation } from "../model/observation.js";
import type { Criterion } from "../model/plan.js";
import type { CriterionRecord } from "../model/record.js";
import { limitText, measuredText, spanText } from "./judge.js";
import { type Moment, momentsOf, samplesOf } from "./samples.js";

/**
 * @param history in any order; it must reach back as far as the longest `holdSeconds`, else that criterion cannot be met
 * @param observationSeconds older than that is too old, and a longer time between two measurements is a break
 */
export function evaluateCriteria(
  criteria: readonly Criterion[],
  history: readonly Observation[],
  nowMs: number,
  observationSeconds: number,
): readonly CriterionRecord[] {
  const samples = samplesOf(history, nowMs);
  return criteria.map((criterion) => {
    const moments = momentsOf(criterion, samples);
    return evaluated(criterion, moments, nowMs, observationSeconds * 1_000);
  });
}

/** The same with the limit given beforehand, as the engine takes it. */
export function criteriaEvaluator(
  observationSeconds: number,
): (
  criteria: readonly Criterion[],
  history: readonly Observation[],
  nowMs: number,
) => readonly CriterionRecord[] {
  return (criteria, history, nowMs) => evaluateCriteria(criteria, history, nowMs, observationSeconds);
}

function evaluated(
  criterion: Criterion,
  moments: readonly Moment[],
  nowMs: number,
  longestMs: number,
): CriterionRecord {
  const { id } = criterion;
  const judged = (met: boolean, value: string, sinceMs: number | null): CriterionRecord => ({
    id,
    met,
    value,
    sinceMs,
    atMs: nowMs,
  });
  const last = moments.at(-1);
  const problem = notNow(criterion, last, nowMs, longestMs);
  if (problem !== null || last === undefined) return judged(false, problem ?? "", null);
  const since = goodSince(moments, longestMs);
  const heldMs = last.atMs - since;
  const holdMs = criterion.holdSeconds * 1_000;
  const measured = measuredText(criterion, last.sample);
  if (heldMs >= holdMs) return judged(true, measured, since);
  return judged(false, `${measured}, for ${spanText(heldMs)} of ${spanText(holdMs)}`, since);
}

/** Why it does not hold at this moment, whatever was before; null when it does. */
export function notNow(
  criterion: Criterion,
  last: Moment | undefined,
  nowMs: number,
  longestMs: number,
): string | null {
  if (last === undefined) return "not measured yet";
  const measured = measuredText(criterion, last.sample);
  const age = nowMs - last.atMs;
  if (age > longestMs)
    return `${measured}, but measured ${spanText(age)} ago and good for ${spanText(longestMs)} only`;
  if (last.good) return null;
  return last.sample.result.kind === "unknown" ? measured : `${measured}, must be ${limitText(criterion)}`;
}

/** Time of the oldest good measurement up to the newest, without a bad one or too long a gap between them. The newest is good. */
function goodSince(moments: readonly Moment[], longestMs: number): number {
  let since = moments.at(-1)?.atMs ?? 0;
  for (const { atMs, good } of moments.toReversed()) {
    if (!good || since - atMs > longestMs) break;
    since = atMs;
  }
  return since;
}
