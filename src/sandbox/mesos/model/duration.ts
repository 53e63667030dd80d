/** Durations and sizes in flags: `10secs`, `1mins`, `500ms`, `4KB`. Text to numbers and back; nothing else. */

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  secs: 1000,
  mins: 60_000,
  hrs: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** Milliseconds, or a sentence in Mesos' words when the text is none. */
export function parseDuration(text: string): number | string {
  const match = /^(-?\d+(?:\.\d+)?)([a-z]+)$/.exec(text.trim());
  if (match === null) return `Invalid duration '${text}'`;
  const unit = MILLISECONDS[match[2] ?? ""];
  if (unit === undefined) return `Unknown duration unit '${match[2]}'`;
  return Number(match[1]) * unit;
}

/** As Mesos prints a flag of that length: the largest unit in which it is whole. */
export function durationFlagText(ms: number): string {
  if (ms === 0) return "0ns";
  const units = Object.entries(MILLISECONDS).reverse();
  for (const [unit, size] of units) {
    const count = ms / size;
    if (count >= 1 && Number.isInteger(count)) return `${count}${unit}`;
  }
  return `${Math.round(ms * 1e6)}ns`;
}
