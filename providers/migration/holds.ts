/**
 * What a Migration decides about. Before it is started: the resources of its target, which it deploys. From its start to its removal from
 * the configuration: everything that it names. Pure.
 */
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { HeldResource, HoldAnswer, HoldRequest } from "../provider.js";
import { hasEnded } from "./progress.js";

/** In which stages the target's tiers are deployed. */
const DEPLOYED = { zookeeper: "stage 1", masters: "stages 2 and 3", agents: "stage 4" } as const;
type Tier = keyof typeof DEPLOYED;
const TIERS: readonly Tier[] = ["zookeeper", "masters", "agents"];

export function holdsOfMigration(request: HoldRequest): HoldAnswer {
  const { address, spec, attributes, declared } = request;
  const state = stateOf(attributes, spec);
  if (!declared) {
    const busy = state === null || state === "ended" || state === "idle" ? null : `it ${state}`;
    return { resources: busy === null ? [] : everything(spec, `held by ${address}, which ${state}`), busy };
  }
  switch (state) {
    case "idle":
      return { resources: toDeploy(address, spec), busy: null };
    case "ended":
      return {
        resources: everything(
          spec,
          `held by ${address}, which has moved it: take the Migration out of the configuration, with what it tore down, and say where the rest is now`,
        ),
        busy: null,
      };
    default:
      return { resources: everything(spec, `held by ${address}, which ${state}`), busy: null };
  }
}

/** `idle`, `ended`, or what it is in the middle of. */
function stateOf(attributes: JsonObject | null, spec: JsonObject): string {
  if (attributes === null) return "cannot be asked where it stands";
  if (attributes["active"] !== true) return "idle";
  // One that has ended may be an earlier one of that name, between other ensembles.
  if (hasEnded(attributes)) return isOf(attributes, spec) ? "ended" : "idle";
  return `is in stage ${String(attributes["stage"])} of 6 (${String(attributes["status"])})`;
}

function isOf({ between }: JsonObject, spec: JsonObject): boolean {
  const names = Array.isArray(between) ? (between as readonly Json[]) : [];
  const declared = ["source", "target"].map((side) => {
    const written = objectAt(spec, side)["zookeeper"];
    return addressIn(written) ?? (isObject(written) ? written["connectString"] : undefined);
  });
  return names.length === 2 && declared.every((name, at) => name === names[at]);
}

function toDeploy(address: string, spec: JsonObject): readonly HeldResource[] {
  const target = objectAt(spec, "target");
  return TIERS.flatMap((tier) => {
    const resource = addressIn(target[tier]);
    if (resource === null) return [];
    const text = `held by ${address}, which deploys it in ${DEPLOYED[tier]}`;
    return [{ address: resource, when: "unless-recorded" as const, text }];
  });
}

function everything(spec: JsonObject, text: string): readonly HeldResource[] {
  const sides = [objectAt(spec, "source"), objectAt(spec, "target")];
  const frameworks = spec["frameworks"];
  const written: readonly (Json | undefined)[] = [
    ...sides.flatMap((side) => TIERS.map((tier) => side[tier])),
    ...(Array.isArray(frameworks) ? (frameworks as readonly Json[]) : []),
  ];
  const addresses = new Set(written.flatMap((one) => addressIn(one) ?? []));
  return [...addresses].map((address) => ({ address, when: "always", text }));
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const child = value[key];
  return isObject(child) ? child : {};
}

/** Null for what is only named. */
function addressIn(written: Json | undefined): string | null {
  if (typeof written === "string") return written;
  if (!isObject(written)) return null;
  const address = written["ensemble"] ?? written["framework"];
  return typeof address === "string" ? address : null;
}
