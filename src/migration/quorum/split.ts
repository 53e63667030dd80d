/** The path cut into what belongs to the stages: up to the hand-over, and from it on. Pure. */
import type { QuorumState } from "../model/plan.js";
import type { LogState, PathStep, QuorumPath } from "./question.js";

/** Those that vote, as a stage of the plan shows them. */
export function quorumState({ members, quorum, tolerance }: LogState): QuorumState {
  const voting = members.filter(({ state }) => state === "voting").map(({ name }) => name);
  return { members: voting, quorum, tolerance };
}

export interface PathPart {
  readonly steps: readonly PathStep[];
  /** Before the first step and after each. */
  readonly states: readonly LogState[];
}

/**
 * `before` is all that is prepared while the old leader leads (stage 2), `from` begins with the hand-over (stage 3). A path without one,
 * as a way back before leadership moved, is all `before`.
 */
export function splitAtHandOver({ before, steps }: QuorumPath): {
  readonly before: PathPart;
  readonly from: PathPart;
} {
  const found = steps.findIndex(({ step }) => step.kind === "hand-over");
  const at = found === -1 ? steps.length : found;
  const first = partOf(before, steps.slice(0, at));
  return { before: first, from: partOf(first.states.at(-1) ?? before, steps.slice(at)) };
}

function partOf(start: LogState, steps: readonly PathStep[]): PathPart {
  return { steps, states: [start, ...steps.map(({ after }) => after)] };
}
