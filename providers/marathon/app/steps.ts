/** What a change of an app will do, in words and in order: a release stage by stage. Pure. */
import { canonicalJson, isObject, type JsonObject } from "../../../src/value/json.js";
import type { ChangeRequest } from "../../provider.js";
import { releaseOf } from "../release/release-spec.js";
import { copyIdOf, stagesOf, stageText } from "../release/stages.js";
import { definitionOf, deploymentOf, idOf, isScaledElsewhere } from "../spec.js";
import { isReconfigured } from "./live.js";

export function describeAppSteps(change: ChangeRequest): string[] {
  const spec = change.action === "delete" ? change.before : change.after;
  const id = idOf(spec);
  const after = definitionOf(spec);
  if (id === undefined || after === undefined) return [];
  const timeout = `followed for at most ${deploymentOf(spec).timeoutSeconds} s`;
  if (change.action === "delete") return [`delete ${id} and its tasks, ${timeout}`];
  const count = String(after["instances"] ?? 1);
  if (change.action === "create")
    return [`create ${id} and start ${count === "1" ? "1 instance" : `${count} instances`}, ${timeout}`];
  return updateSteps(change, id, after, timeout);
}

function updateSteps(
  change: Extract<ChangeRequest, { action: "update" }>,
  id: string,
  after: JsonObject,
  timeout: string,
): string[] {
  const before = definitionOf(change.before) ?? {};
  const release = releaseOf(change.after);
  if (isReconfigured(before, after)) {
    const stages = stagesOf(release, instancesOf(change));
    if (stages.length > 0) return stages.map((stage) => stageText(stage, id, release));
    return [`rolling restart of ${id} by its upgradeStrategy, ${timeout}`];
  }
  const left = copyLeft(change.before) === null ? [] : [`remove ${copyIdOf(id)}, left by an earlier release`];
  if (before["instances"] === after["instances"]) {
    const same = canonicalJson(before) === canonicalJson(after);
    return same ? left : [`set what restarts nothing of ${id}`, ...left];
  }
  return [
    `scale ${id} from ${String(before["instances"])} to ${String(after["instances"])}, ${timeout}`,
    ...left,
  ];
}

/** The copy of an earlier release that live still has. */
export function copyLeft(spec: JsonObject): string | null {
  const release = spec["release"];
  const copy = isObject(release) ? release["copy"] : undefined;
  return typeof copy === "string" ? copy : null;
}

/** What a release is measured by. Where another decides it, live may have changed since; the plan shows what it was then. */
function instancesOf({ before, after }: Extract<ChangeRequest, { action: "update" }>): number {
  const side = isScaledElsewhere(after) ? before : after;
  const instances = definitionOf(side)?.["instances"];
  return typeof instances === "number" ? instances : 1;
}
