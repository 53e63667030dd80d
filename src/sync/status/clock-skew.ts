/**
 * How far apart the leaders' clocks of the two sides are, from writes of our own that both stamp: the stamp was made between
 * sending and answer. last-write-wins compares such stamps, so people must know what they are worth. Pure.
 */
import type { Side } from "../spec.js";

export interface ClockSkew {
  /** Milliseconds that side b's leader's clock is ahead of side a's. */
  readonly ms: number;
  /** The true value is at most this far off. */
  readonly plusMinusMs: number;
}

interface Sample {
  readonly at: number;
  readonly offset: number;
  readonly plusMinus: number;
}

/** Milliseconds for which a measurement counts: clocks drift, and are set. */
const WINDOW_MS = 60_000;
/** Servers stamp whole milliseconds. */
const STAMP_MS = 0.5;

export class ClockOffsets {
  private readonly samples: Record<Side, Sample[]> = { a: [], b: [] };

  /**
   * @param sent and `answered`: milliseconds of any steady clock, the same for both sides
   * @param stamp what the leader's clock said, milliseconds since the epoch
   */
  note(side: Side, sent: number, stamp: number, answered: number): void {
    const plusMinus = (answered - sent) / 2 + STAMP_MS;
    const recent = this.samples[side].filter(({ at }) => answered - at <= WINDOW_MS);
    this.samples[side] = [...recent, { at: answered, offset: stamp - (sent + answered) / 2, plusMinus }];
  }

  /** From the quickest answers of the last minute; null while a side has none. */
  skew(now: number): ClockSkew | null {
    const [a, b] = [this.best("a", now), this.best("b", now)];
    if (a === null || b === null) return null;
    return {
      ms: Math.round(b.offset - a.offset),
      plusMinusMs: Math.ceil(a.plusMinus + b.plusMinus),
    };
  }

  private best(side: Side, now: number): Sample | null {
    let best: Sample | null = null;
    for (const sample of this.samples[side]) {
      if (now - sample.at <= WINDOW_MS && (best === null || sample.plusMinus < best.plusMinus)) best = sample;
    }
    return best;
  }
}
