/**
 * The path of the masters: from those that share the replicated log now to those that are wanted, one step at a time, safe at every
 * moment; or why there is none. Pure; it must never give a path that it has not seen through to the end.
 */

import { meansOf } from "./means.js";
import type { Move } from "./moves.js";
import type { PathStep, QuorumPath, QuorumQuestion, QuorumRefusal } from "./question.js";
import { objection, refusal } from "./refusal.js";
import { findPath } from "./search.js";
import { logState, type Masters, mastersOf, tolerance } from "./state.js";

/** The best path there is, or a refusal that is certain. */
export function planQuorumPath(question: QuorumQuestion): QuorumPath | QuorumRefusal {
  const wrong = objection(question);
  if (wrong !== null) return wrong;
  return bestPath(question) ?? refusal(question, (changed) => isPossible(changed));
}

/** Whether a question has an answer, whichever. */
function isPossible(question: QuorumQuestion): boolean {
  if (objection(question) !== null) return false;
  const { moves } = findPath(mastersOf(question), meansOf(question), {
    floor: lowestFloor(question),
    ignore: new Set(),
  });
  return moves !== null;
}

function lowestFloor({ pauses }: QuorumQuestion): number {
  return pauses === "never" ? 0 : -1;
}

/** Highest tolerance first: as long as there is a path that never goes below it, none that does is looked at. */
function bestPath(question: QuorumQuestion): QuorumPath | null {
  const start = mastersOf(question);
  const means = meansOf(question);
  for (let floor = start.length; floor >= lowestFloor(question); floor -= 1) {
    const { moves } = findPath(start, means, { floor, ignore: new Set() });
    if (moves !== null) return pathOf(start, moves);
  }
  return null;
}

function pathOf(start: Masters, moves: readonly Move[]): QuorumPath {
  const steps = moves.map(({ step, server, during, after }): PathStep => {
    const moment = logState(during);
    return { step, server, during: moment, after: logState(after), pauses: moment.tolerance < 0 };
  });
  const moments = steps.flatMap(({ during, after }) => [during.tolerance, after.tolerance]);
  return {
    kind: "path",
    before: logState(start),
    steps,
    tolerance: moments.length === 0 ? tolerance(start) : Math.min(...moments),
    pauses: steps.filter(({ pauses }) => pauses).length,
  };
}
