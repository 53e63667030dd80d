/**
 * Which of two writes stays. Pure, and the same from both directions: it knows only the two writes and the strategy, never
 * which of them is being applied.
 */
import type { ConflictStrategy, Side } from "../spec.js";

export interface Contender {
  readonly side: Side;
  /** The leader's clock of that side, milliseconds. */
  readonly timeMs: number;
}

/** Null: a person decides. Equal times go to side a: clocks count milliseconds, and both directions must agree. */
export function winner(one: Contender, other: Contender, strategy: ConflictStrategy): Side | null {
  if (one.side === other.side) return one.side;
  switch (strategy) {
    case "manual":
      return null;
    case "source-wins":
      return "a";
    case "last-write-wins": {
      if (one.timeMs === other.timeMs) return "a";
      return one.timeMs > other.timeMs ? one.side : other.side;
    }
  }
}
