/**
 * Pairs that differed when they were read, waiting to be read again: a writer may have been faster on one side. Judges when a
 * difference is one that stays. No I/O, no clock of its own.
 */
import type { Finding, Pair } from "./compare.js";

export interface Confirmation {
  /** How often a pair that differs is read again at most; 0 takes the first reading for the truth. */
  readonly rereads: number;
  /** Milliseconds before each of them. */
  readonly pauseMs: number;
}

/** As many readings in a row in which neither side has changed make a difference real. */
const QUIET_READINGS = 2;

interface Sighting {
  readonly stamp: string;
  /** Readings in a row, after the first, in which it was the same. */
  readonly quiet: number;
}

export interface Suspect {
  readonly pair: Pair;
  readonly dueMs: number;
  readonly rereads: number;
  readonly sightings: ReadonlyMap<string, Sighting>;
}

export type Verdict =
  | { readonly kind: "suspect"; readonly suspect: Suspect }
  /** `confirmed` stay; `moving` still changed at the last reading. */
  | { readonly kind: "settled"; readonly confirmed: readonly Finding[]; readonly moving: readonly Finding[] };

/** What the newest reading of a pair makes of what was seen of it before. */
export function judge(
  pair: Pair,
  findings: readonly Finding[],
  before: Suspect | null,
  confirmation: Confirmation,
  nowMs: number,
): Verdict {
  const sightings = new Map<string, Sighting>();
  for (const { field, stamp } of findings) {
    const last = before?.sightings.get(field);
    sightings.set(field, { stamp, quiet: last?.stamp === stamp ? last.quiet + 1 : 0 });
  }
  const needed = Math.min(QUIET_READINGS, confirmation.rereads);
  const stays = ({ field }: Finding) => (sightings.get(field)?.quiet ?? 0) >= needed;
  const rereads = before === null ? 0 : before.rereads + 1;
  if (rereads < confirmation.rereads && !findings.every(stays)) {
    const dueMs = nowMs + confirmation.pauseMs;
    return { kind: "suspect", suspect: { pair, dueMs, rereads, sightings } };
  }
  const confirmed = findings.filter(stays);
  return { kind: "settled", confirmed, moving: findings.filter((finding) => !stays(finding)) };
}

/** Each waits equally long, so whoever came first is due first. */
export class Suspects {
  private waiting: Suspect[] = [];
  private head = 0;

  get size(): number {
    return this.waiting.length - this.head;
  }

  add(suspect: Suspect): void {
    this.waiting.push(suspect);
  }

  /** When the next one is due; null when there is none. */
  get nextDueMs(): number | null {
    return this.waiting[this.head]?.dueMs ?? null;
  }

  takeDue(nowMs: number): Suspect | null {
    const first = this.waiting[this.head];
    if (first === undefined || first.dueMs > nowMs) return null;
    this.head++;
    if (this.head > 1_024 || this.head === this.waiting.length) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    return first;
  }
}
