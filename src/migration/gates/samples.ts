/**
 * The measurements of one name and side out of a history, in the order of their time, judged by a criterion. Pure; it must never make a
 * value up for a time at which nothing was measured.
 */
import type { Measurement, MeasureName, Observation } from "../model/observation.js";
import type { Criterion } from "../model/plan.js";
import type { SideName } from "../model/spec.js";
import { isGood } from "./judge.js";

/** By name and side, oldest first; the same measurement seen in several observations is there once. */
export type Samples = (measure: MeasureName, side: SideName | null) => readonly Measurement[];

/**
 * Indexed once for all criteria. The order of the observations does not matter, only the time of each measurement; one that claims to be
 * from the future is left out, as nothing can be said of its age.
 */
export function samplesOf(history: readonly Observation[], nowMs: number): Samples {
  const byKey = new Map<string, Measurement[]>();
  const seen = new Set<Measurement>();
  for (const { measurements } of history)
    for (const measurement of measurements) {
      if (seen.has(measurement) || !(measurement.atMs <= nowMs)) continue;
      seen.add(measurement);
      const key = keyOf(measurement.name, measurement.side);
      const list = byKey.get(key) ?? [];
      list.push(measurement);
      byKey.set(key, list);
    }
  for (const list of byKey.values()) list.sort((x, y) => x.atMs - y.atMs);
  return (measure, side) => byKey.get(keyOf(measure, side)) ?? [];
}

function keyOf(measure: MeasureName, side: SideName | null): string {
  return `${measure} ${side ?? ""}`;
}

/** A time at which it was measured. Of several measurements of one time each has to be good; a bad one speaks for them. */
export interface Moment {
  readonly atMs: number;
  readonly good: boolean;
  readonly sample: Measurement;
}

/** Oldest first, one for each time. */
export function momentsOf(criterion: Criterion, samples: Samples): readonly Moment[] {
  const moments: Moment[] = [];
  for (const sample of samples(criterion.measure, criterion.side)) {
    const moment = { atMs: sample.atMs, good: isGood(criterion, sample), sample };
    const last = moments.at(-1);
    if (last?.atMs !== moment.atMs) moments.push(moment);
    else if (last.good && !moment.good) moments[moments.length - 1] = moment;
  }
  return moments;
}
