/** Fences of sequence counters as text: what one is now, and a list. Pure. */
import type { Side } from "../../sync/spec.js";
import { count, counted, harmless } from "./words.js";

export interface FenceView {
  /** Of the source. */
  readonly path: string;
  /** Whose newcomers sort first. */
  readonly lower: Side;
  /** As it is wanted. */
  readonly gap: number;
  /** Next sequence number of each side; null where the parent does not exist. */
  readonly counters: Readonly<Record<Side, number | null>>;
}

/** How far the upper counter is above the lower one; null when one of them is not there. Negative: it is below. */
export function gapNow({ lower, counters }: FenceView): number | null {
  const [low, high] = lower === "a" ? [counters.a, counters.b] : [counters.b, counters.a];
  return low === null || high === null ? null : high - low;
}

/** One line: `/q: the source's newcomers sort first; next numbers source 3, target 10,003; gap 10,000 of 10,000`. */
export function renderFence(fence: FenceView): string {
  const { path, lower, gap, counters } = fence;
  const now = gapNow(fence);
  const numbers = `next numbers source ${number(counters.a)}, target ${number(counters.b)}`;
  const first = lower === "a" ? "source" : "target";
  const is = now === null ? "not on both sides" : `gap ${count(now)} of ${count(gap)}`;
  return `${harmless(path)}: the ${first}'s newcomers sort first; ${numbers}; ${is}`;
}

/** Several lines, without a line end. */
export function renderFences(fences: readonly FenceView[]): string {
  if (fences.length === 0) return "Nothing is fenced.";
  return [counted(fences.length, "fence"), ...fences.map((fence) => `  ${renderFence(fence)}`)].join("\n");
}

function number(counter: number | null): string {
  return counter === null ? "none" : count(counter);
}
