/** Repeating times as ISO 8601 writes them, `R5/2021-03-04T09:15:00Z/PT10M`: read, written and moved on. Pure. */

export interface Schedule {
  /** Runs that are left; null = no end. */
  readonly repetitions: number | null;
  /** Milliseconds since 1970. */
  readonly next: number;
  readonly periodMs: number;
}

const FORM = /^R(\d*)\/([^/]*)\/P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000] as const;

/** A sentence when it is not of that form. Without a start it begins at `now`. */
export function parseSchedule(text: string, now: number): Schedule | string {
  const found = FORM.exec(text);
  if (found === null) {
    return `the schedule '${text}' is not of the form R[count]/[start]/period, the period in weeks, days, hours, minutes and seconds`;
  }
  const [, count = "", start = ""] = found;
  const periodMs = UNITS.reduce((sum, unit, at) => sum + Number(found[at + 3] ?? 0) * unit, 0);
  const next = start === "" ? now : Date.parse(start);
  if (Number.isNaN(next)) return `the start '${start}' of the schedule is no time`;
  if (periodMs <= 0) return `the schedule '${text}' has no period`;
  return { repetitions: count === "" ? null : Number(count), next, periodMs };
}

/** The period in seconds, whatever units it was given in. */
export function scheduleText({ repetitions, next, periodMs }: Schedule): string {
  return `R${repetitions ?? ""}/${new Date(next).toISOString()}/PT${periodMs / 1000}S`;
}

export interface Turn {
  /** Whether a run is due. Of several that were missed only the last counts, and only if it is not too long ago. */
  readonly due: boolean;
  readonly schedule: Schedule;
}

/** What becomes of a schedule when its time may have come. @param epsilonMs how late a run may begin */
export function turn(schedule: Schedule, now: number, epsilonMs: number): Turn {
  const { repetitions, next, periodMs } = schedule;
  if (repetitions === 0 || next > now) return { due: false, schedule };
  const passed = Math.floor((now - next) / periodMs) + 1;
  const used = repetitions === null ? passed : Math.min(passed, repetitions);
  const last = next + (used - 1) * periodMs;
  const left = repetitions === null ? null : repetitions - used;
  return {
    due: now - last <= epsilonMs,
    schedule: { repetitions: left, next: last + periodMs, periodMs },
  };
}
