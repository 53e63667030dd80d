/** How measured numbers went over a whole migration, kept small: an observation more changes extremes, nothing grows. Pure. */
import type { Measurement, Observation } from "../model/observation.js";
import type { Figure, MigrationRecord } from "../model/record.js";

export function withObservation(record: MigrationRecord, { measurements }: Observation): MigrationRecord {
  return { ...record, measurements, figures: absorb(record.figures, measurements) };
}

function absorb(figures: readonly Figure[], measurements: readonly Measurement[]): readonly Figure[] {
  const next = new Map(figures.map((figure) => [keyOf(figure), figure]));
  for (const measurement of measurements) {
    const { result } = measurement;
    if (result.kind !== "known" || typeof result.value !== "number") continue;
    const key = keyOf(measurement);
    next.set(key, grown(next.get(key), measurement, result.value));
  }
  return [...next.values()];
}

function grown(before: Figure | undefined, { name, side, atMs }: Measurement, value: number): Figure {
  if (before === undefined) {
    return { name, side, first: value, last: value, least: value, most: value, mostAtMs: atMs, samples: 1 };
  }
  return {
    ...before,
    last: value,
    least: Math.min(before.least, value),
    most: Math.max(before.most, value),
    mostAtMs: value > before.most ? atMs : before.mostAtMs,
    samples: before.samples + 1,
  };
}

function keyOf({ name, side }: { readonly name: string; readonly side: string | null }): string {
  return `${name} ${side ?? ""}`;
}
