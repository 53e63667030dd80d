/** Durations in flags: `10secs`, `1mins`, `500ms`. Text to numbers; nothing else. */

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
