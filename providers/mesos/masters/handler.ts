/** The kind MesosMasters: puts the pure parts and the edge behind the interface of a kind. */
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { Fleet, OpenRuntime } from "../../deployed/fleet.js";
import { deployedHandler } from "../../deployed/handler.js";
import { isTouched, wantedServers } from "../../deployed/steps.js";
import type { ChangeRequest, KindHandler } from "../../provider.js";
import { applyMasters, observeMasters } from "./apply.js";
import { MASTERS, outputs, quorumOf } from "./spec.js";
import { masterSteps, masterStepText } from "./steps.js";

function describeSteps(change: ChangeRequest): string[] {
  if (change.action === "delete") {
    const data = keepsData(change.before)
      ? "its data stays"
      : "its data is deleted, and with it the registry";
    return wantedServers(MASTERS, change.before).map(
      ({ id, host }) => `stop master ${id} and remove it from ${host}; ${data}`,
    );
  }
  const wanted = wantedServers(MASTERS, change.after);
  const wantedQuorum = quorumOf(change.after);
  const current =
    change.action === "create"
      ? []
      : wantedServers(MASTERS, change.before).map((server) => ({
          ...server,
          match: isTouched(MASTERS, change.fields, server.id),
        }));
  const quorum = change.action === "create" ? wantedQuorum : quorumOf(change.before);
  const plan = masterSteps({ current, wanted, quorum, wantedQuorum, leader: null, unfounded: false });
  if (plan.kind === "refused") return [`nothing: ${plan.reason}`, plan.remedy];
  const restarts = plan.steps.some(({ kind }) => kind === "change");
  return [
    ...plan.steps.map((step) => masterStepText(step)),
    ...(restarts
      ? ["(whoever leads goes last in its round: one change of leader; tasks and agents stay meanwhile)"]
      : []),
  ];
}

function keepsData(spec: JsonObject): boolean {
  return isObject(spec["deletion"]) && spec["deletion"]["keepData"] === true;
}

/** `openRuntime` reaches hosts. */
export function mastersHandler(openRuntime: OpenRuntime): KindHandler {
  return deployedHandler(
    {
      deployed: MASTERS,
      provider: "mesos",
      rules: { keyedLists: { credentials: "principal" } },
      validate: () => [],
      outputs,
      attributeNames: ["leader", "version", "recovered", "ensembleSize", "agents", "status"],
      describeSteps,
      observe: (fleet, deployed, spec, identity) => observeMasters(fleet, spec, deployed, identity),
      apply: (fleet: Fleet, change, report) => applyMasters(fleet, change, report),
    },
    openRuntime,
  );
}
