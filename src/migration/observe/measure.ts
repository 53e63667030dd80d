/** Makes measurements: known values with the names behind them, and unknown ones with the reason. Pure. */
import type { MeasuredValue, Measurement, MeasureName } from "../model/observation.js";
import type { SideName } from "../model/spec.js";

/** What a probe measures, whether it succeeds or not. */
export interface Measured {
  readonly name: MeasureName;
  readonly side: SideName | null;
}

/** Names that a message can hold; the number says how many there are. */
const NAMES = 20;

export function known(
  { name, side }: Measured,
  atMs: number,
  value: MeasuredValue,
  names: readonly string[] = [],
): Measurement {
  return { name, side, atMs, result: { kind: "known", value, names: names.slice(0, NAMES) } };
}

export function unknown({ name, side }: Measured, atMs: number, reason: string): Measurement {
  return { name, side, atMs, result: { kind: "unknown", reason } };
}

export function of(name: MeasureName, side: SideName | null = null): Measured {
  return { name, side };
}
