/** In which order the servers of a Marathon are changed: the leader last, and all at once where no two may run beside each other. Pure. */
import type { ServerStep } from "../../deployed/steps.js";

function idsOf(step: ServerStep): readonly string[] {
  return "ids" in step ? step.ids : [step.id];
}

function takesDown(step: ServerStep): boolean {
  return step.kind === "change" || step.kind === "stop" || step.kind === "remove";
}

/** Everything that concerns the leader comes last, if it has to go down at all: its standbys are there by then. */
export function leaderLast(steps: readonly ServerStep[], leader: string | null): ServerStep[] {
  const ofLeader = steps.filter((step) => leader !== null && idsOf(step).includes(leader));
  if (!ofLeader.some(takesDown)) return [...steps];
  return [...steps.filter((step) => !ofLeader.includes(step)), ...ofLeader];
}

/** For another place in ZooKeeper: all go down before the first one starts there. */
export function together(steps: readonly ServerStep[]): ServerStep[] {
  const changed = steps.flatMap((step) => (step.kind === "change" ? step.ids : []));
  return [
    ...steps.filter((step) => step.kind === "stop" || step.kind === "remove"),
    ...(changed.length === 0 ? [] : [{ kind: "change", ids: changed } as const]),
    ...steps.filter((step) => step.kind === "start" || step.kind === "adjust"),
  ];
}
