/** Apps and pods of the Marathons of a migration, as far as moving them is concerned. Only looks. */
import type { MarathonClient } from "../../marathon/client.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import { workloadsOf } from "../drain/workload.js";
import type { AppFacts } from "../plan/survey.js";

const NEEDS = ["cpus", "mem", "disk", "gpus"] as const;

/** Rejects with MarathonError. */
export async function appFacts(
  framework: string,
  client: MarathonClient,
  signal: AbortSignal,
): Promise<readonly AppFacts[]> {
  const found = await workloadsOf(client, signal);
  return [...found.values()].map(({ app, definition }) => ({
    framework,
    id: app.id,
    instances: app.instances,
    resident: app.resident,
    single: app.singleInstance,
    healthChecked: isHealthChecked(definition),
    constraints: constraintsOf(definition, app.pod),
    needs: app.pod ? podNeeds(definition) : needsOf(definition),
  }));
}

function isHealthChecked(definition: JsonObject): boolean {
  const checks = definition["healthChecks"];
  if (Array.isArray(checks) && checks.length > 0) return true;
  return containersOf(definition).some((container) => container["healthCheck"] !== undefined);
}

function constraintsOf(definition: JsonObject, pod: boolean): readonly (readonly string[])[] {
  if (!pod) return listOf(definition["constraints"]).map((one) => listOf(one).map(String));
  const scheduling = objectOf(definition["scheduling"]);
  const placement = objectOf(scheduling["placement"]);
  return listOf(placement["constraints"]).map((one) => {
    const { fieldName, operator, value } = objectOf(one);
    return [fieldName, operator, value].flatMap((part) =>
      part === undefined || part === null ? [] : [String(part)],
    );
  });
}

function needsOf(definition: JsonObject): Readonly<Record<string, number>> {
  const needs: Record<string, number> = {};
  for (const name of NEEDS) {
    const amount = definition[name];
    if (typeof amount === "number" && amount > 0) needs[name] = amount;
  }
  return needs;
}

/** All containers of one instance, and its executor. */
function podNeeds(definition: JsonObject): Readonly<Record<string, number>> {
  const parts = [
    ...containersOf(definition).map((container) => objectOf(container["resources"])),
    objectOf(definition["executorResources"]),
  ];
  const sums: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, amount] of Object.entries(needsOf(part))) sums[name] = (sums[name] ?? 0) + amount;
  }
  return sums;
}

function containersOf(definition: JsonObject): readonly JsonObject[] {
  return listOf(definition["containers"]).map(objectOf);
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
