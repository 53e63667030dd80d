/**
 * Arithmetic of fenced sequence counters, and the requests that raise one. The number of the next sequential child is how
 * many children were ever made, so it is raised by making and deleting one in the same multi, which nobody sees.
 */
import type { FenceRecord } from "../control/records.js";

/** Counters are signed 32-bit numbers. */
const LAST = 2 ** 31 - 1;

export interface Counters {
  /** Next sequence number on the side that is kept lower. */
  readonly lower: number;
  readonly upper: number;
}

export interface FenceStep {
  /** How far the upper side's counter must be raised now. */
  readonly raise: number;
  /** The record afterwards. */
  readonly record: FenceRecord;
}

/**
 * What a fence needs now. Each creation raises both counters by one, so the gap stays as it is; but once as many were made
 * as it is wide, the lower side comes to numbers that the upper one has given. At half of it the gap is widened.
 */
export function fenceStep(record: FenceRecord, { lower, upper }: Counters): FenceStep {
  const missing = record.gap - (upper - lower);
  if (missing > 0) return { raise: missing, record: { ...record, since: lower } };
  if (lower - record.since >= record.gap / 2)
    return { raise: record.gap, record: { ...record, since: lower } };
  // Made anew: it counts from the beginning again.
  if (lower < record.since) return { raise: 0, record: { ...record, since: lower } };
  return { raise: 0, record };
}

/** The other side becomes the lower one: its former numbers stay below all of the new ones. */
export function swapped(record: FenceRecord, { lower, upper }: Counters): FenceStep {
  const now: FenceRecord = { ...record, lower: record.lower === "a" ? "b" : "a", since: upper };
  return { raise: Math.max(0, upper + record.gap - lower), record: now };
}

/** What is wrong with a gap, or null. */
export function gapFault(gap: number, counters: Counters): string | null {
  if (!Number.isInteger(gap) || gap < 2) return "a gap is a whole number, 2 or more";
  if (counters.lower + gap > LAST) return `a counter ends at ${LAST}: a gap of ${gap} does not fit any more`;
  return null;
}
