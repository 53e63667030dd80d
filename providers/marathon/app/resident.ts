/**
 * What Marathon never changes of an app with persistent volumes: its instances are bound to reservations. Only deleting the
 * app and making it anew would do it, which loses the data, so that ferry never does that by itself. Pure.
 */
import { hasPersistentVolumes } from "../../../src/marathon/normalise/container.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { refusal } from "../failures.js";

const FIXED = ["cpus", "mem", "disk", "gpus", "requirePorts"];

/** Fields that would have to change and cannot; none for other apps. */
export function fixedFields(before: JsonObject, after: JsonObject): string[] {
  if (!hasPersistentVolumes(before["container"])) return [];
  const plain = FIXED.filter((name) => differ(before[name], after[name]));
  const volumes = differ(volumesOf(before), volumesOf(after)) ? ["container.volumes"] : [];
  const ports = differ(hostPortsOf(before), hostPortsOf(after)) ? ["host ports"] : [];
  return [...plain, ...volumes, ...ports];
}

function differ(one: Json | undefined, other: Json | undefined): boolean {
  return canonicalJson(one ?? null) !== canonicalJson(other ?? null);
}

function containerOf(app: JsonObject): JsonObject {
  return isObject(app["container"]) ? app["container"] : {};
}

function volumesOf(app: JsonObject): Json {
  return containerOf(app)["volumes"] ?? null;
}

function hostPortsOf(app: JsonObject): Json {
  const mappings = containerOf(app)["portMappings"];
  if (!Array.isArray(mappings)) return app["portDefinitions"] ?? null;
  return (mappings as readonly Json[]).map((mapping) =>
    isObject(mapping) ? (mapping["hostPort"] ?? null) : null,
  );
}

export function refuseFixed(address: string, before: JsonObject, after: JsonObject): void {
  const fields = fixedFields(before, after);
  if (fields.length === 0) return;
  throw refusal(
    "marathon-resident",
    address,
    `${fields.join(", ")} of an app with persistent volumes cannot be changed`,
    {
      detail: "Its instances are bound to their reservations. Nothing was touched.",
      remedy:
        "Bring the data elsewhere, take the app out (ferry apply), then declare it anew; or undo the change.",
    },
  );
}
