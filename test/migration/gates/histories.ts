/** Observations for tests: one measure over time, by hand and at random. */
import fc from "fast-check";
import type { MeasuredValue, Measurement, Observation } from "../../../src/migration/model/observation.js";
import type { Criterion } from "../../../src/migration/model/plan.js";

export const LAG: Criterion = {
  id: "1.lag",
  text: "Changes arrive soon enough",
  measure: "sync-lag-ms",
  side: null,
  comparison: { kind: "at-most", limit: 100 },
  unit: "ms",
  holdSeconds: 0,
};

export function known(atMs: number, value: MeasuredValue, names: readonly string[] = []): Measurement {
  return { name: "sync-lag-ms", side: null, atMs, result: { kind: "known", value, names } };
}

export function unknown(atMs: number, reason = "no answer"): Measurement {
  return { name: "sync-lag-ms", side: null, atMs, result: { kind: "unknown", reason } };
}

/** One observation for each measurement. */
export function history(...measurements: readonly Measurement[]): Observation[] {
  return measurements.map((measurement) => ({ measurements: [measurement] }));
}

/** Good, bad and unknown values at times up to a minute. */
export const anyHistory: fc.Arbitrary<readonly Measurement[]> = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom(3, 100, 101, "x", true, null))
    .map(([at, value]) => (value === null ? unknown(at * 1_000) : known(at * 1_000, value))),
  { maxLength: 40 },
);

export function shuffled<T>(list: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...list], { minLength: list.length });
}
