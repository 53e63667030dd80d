/** In which order the servers of a framework are changed: the leader last, and all at once where no two may run beside each other. Pure. */
import type { ServerStep } from "../deployed/steps.js";
import type { ChangeRequest } from "../provider.js";

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

const PLACE = /^zookeeper\.(ensemble|connectString|path)$/;

/** The steps of a change of place in words, made of those of any other change; null when it is none. */
export function movingTexts(change: ChangeRequest, texts: readonly string[]): string[] | null {
  if (change.action !== "update" || !change.fields.some((path) => PLACE.test(path))) return null;
  return [
    "check that the state is at the new place, otherwise change nothing",
    ...texts,
    "(to another ensemble or path: all servers are stopped before the first one starts there)",
  ];
}
