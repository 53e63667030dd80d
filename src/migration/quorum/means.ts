/** What a path may use: the goal, and every quorum between the smallest and the largest that is there now or wanted. Pure. */
import type { Means } from "./moves.js";
import type { QuorumQuestion } from "./question.js";

export function meansOf({ masters, goal }: QuorumQuestion): Means {
  const quorums = masters.flatMap(({ state }) => (state.kind === "absent" ? [] : [state.quorum]));
  const lowest = Math.min(goal.quorum, ...quorums);
  const highest = Math.max(goal.quorum, ...quorums);
  return { goal, quorums: Array.from({ length: highest - lowest + 1 }, (_, above) => lowest + above) };
}
