/** The kind MesosAgents: puts the pure parts and the edge behind the interface of a kind. */
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { OpenRuntime } from "../../deployed/fleet.js";
import { deployedHandler } from "../../deployed/handler.js";
import { plannedSteps, stepText } from "../../deployed/steps.js";
import type { ChangeRequest, KindHandler } from "../../provider.js";
import { applyAgents, BACK } from "./apply.js";
import { observeAgents } from "./observe.js";
import { AGENTS, outputs, refusedChange } from "./spec.js";

function describeSteps(change: ChangeRequest): string[] {
  const spec = change.action === "delete" ? change.before : change.after;
  const rolling = isObject(spec["rolling"]) ? spec["rolling"] : {};
  const batch = typeof rolling["batch"] === "number" ? rolling["batch"] : 1;
  const steps = plannedSteps(AGENTS, change, batch);
  if (change.action === "delete") {
    return [
      "drain all agents, as far as the masters answer",
      ...steps.map((step) => stepText(AGENTS, step, BACK)),
    ];
  }
  if (change.action === "create") return steps.map((step) => stepText(AGENTS, step, "it is registered"));
  return steps.flatMap((step) => {
    const text = stepText(AGENTS, step, BACK);
    if (step.kind === "remove") return [`drain agent ${step.id}`, text, `mark agent ${step.id} gone`];
    if (step.kind !== "change") return [text];
    return [...step.ids.flatMap((id) => incompatible(change.before, change.after, id)), text];
  });
}

function incompatible(before: JsonObject, after: JsonObject, id: string): string[] {
  const entry = (spec: JsonObject): JsonObject => {
    const list = spec["agents"];
    const found = Array.isArray(list) ? list.find((one) => isObject(one) && one["id"] === id) : undefined;
    return isObject(found) ? found : {};
  };
  const what = refusedChange({ spec: before, server: entry(before) }, { spec: after, server: entry(after) });
  if (what === null) return [];
  return after["replaceWhenChanged"] === true
    ? [
        `drain agent ${id} (its ${what} changes) and start it anew with an empty work directory, under another id`,
      ]
    : [`refuse: agent ${id} would not start again with another ${what}`];
}

/** `openRuntime` reaches hosts. */
export function agentsHandler(openRuntime: OpenRuntime): KindHandler {
  return deployedHandler(
    {
      deployed: AGENTS,
      provider: "mesos",
      rules: { keyedLists: { httpCredentials: "principal" } },
      validate: () => [],
      outputs,
      attributeNames: ["registered", "status"],
      describeSteps,
      observe: (fleet, deployed, spec) => observeAgents(fleet, spec, deployed),
      apply: applyAgents,
    },
    openRuntime,
  );
}
