/** The kind MesosAgents: puts the pure parts and the edge behind the interface of a kind. */
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { OpenRuntime } from "../../deployed/fleet.js";
import { deployedHandler } from "../../deployed/handler.js";
import { plannedSteps, stepText } from "../../deployed/steps.js";
import { serversOf } from "../../deployed/unit.js";
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
    if (step.kind === "remove") {
      return [`drain agent ${step.id}`, stepText(AGENTS, step, BACK), `mark agent ${step.id} gone`];
    }
    if (step.kind !== "change") return [stepText(AGENTS, step, BACK)];
    const special = new Map(
      step.ids.flatMap((id) => {
        const text = incompatible(change.before, change.after, id);
        return text === null ? [] : [[id, text] as const];
      }),
    );
    const others = step.ids.filter((id) => !special.has(id));
    const restart = others.length === 0 ? [] : [stepText(AGENTS, { ...step, ids: others }, BACK)];
    return [...special.values(), ...restart];
  });
}

/** What is done with an agent that would refuse to start again; null when it would not. */
function incompatible(before: JsonObject, after: JsonObject, id: string): string | null {
  const entry = (spec: JsonObject): JsonObject =>
    serversOf(AGENTS, spec).find((server) => server["id"] === id) ?? {};
  const what = refusedChange({ spec: before, server: entry(before) }, { spec: after, server: entry(after) });
  if (what === null) return null;
  return after["replaceWhenChanged"] === true
    ? `drain agent ${id}, start it anew with other ${what} and an empty work directory, wait until it is registered under another id`
    : `refuse: agent ${id} would not start again with other ${what}`;
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
