/** Durations as Mesos prints them in its log: `394971ns`, `19.801088ms`, `20secs`, `1mins`. Text only. */

const UNITS = [
  ["weeks", 604_800_000],
  ["days", 86_400_000],
  ["hrs", 3_600_000],
  ["mins", 60_000],
  ["secs", 1_000],
  ["ms", 1],
] as const;

/** @param ms milliseconds, with as many decimals as the clock has */
export function durationText(ms: number): string {
  for (const [unit, size] of UNITS) {
    if (ms >= size) return `${Number((ms / size).toPrecision(9))}${unit}`;
  }
  return `${Math.round(ms * 1e6)}ns`;
}
