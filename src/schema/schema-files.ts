/**
 * The JSON Schemas in schemas/: the only definition of what a user may write. Reads them once, gives them as data; knows
 * nothing of documents.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installRoot } from "../install/root.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";

export const API_VERSION = "ferry/v1";
export const COMMON_SCHEMA = "common.schema.json";
/** Files that hold no kind, only definitions that kinds refer to. */
export const SHARED_SCHEMAS: readonly string[] = [
  COMMON_SCHEMA,
  "deployed.schema.json",
  "framework.schema.json",
  "marathon.schema.json",
  "mesos.schema.json",
];

/** Kinds that become resources. */
export const RESOURCE_KINDS: readonly string[] = [
  "Host",
  "ZooKeeperEnsemble",
  "ZNode",
  "Sync",
  "MesosMasters",
  "MesosAgents",
  "Mesos",
  "MesosRole",
  "MesosAgent",
  "MesosMaintenance",
  "MesosReservation",
  "MesosFramework",
  "MarathonInstance",
  "Marathon",
  "MarathonApp",
  "MarathonGroup",
  "MarathonPod",
  "Migration",
];
/** Every kind of document, in the order in which they are listed to users. */
export const DOCUMENT_KINDS: readonly string[] = ["Project", ...RESOURCE_KINDS, "Module", "ModuleDefinition"];

const cache = new Map<string, JsonObject>();

/** A schema file by name, e.g. `common.schema.json`. Throws only when the installation is damaged. */
export function schemaFile(name: string): JsonObject {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const schema = JSON.parse(readFileSync(join(installRoot(), "schemas", name), "utf8")) as JsonObject;
  cache.set(name, schema);
  return schema;
}

export function schemaFileName(kind: string): string {
  return `${kind}.schema.json`;
}

/** Follows `#/definitions/x` and `file.schema.json#/definitions/x`, seen from `file`. */
export function resolveReference(file: string, reference: string): { file: string; node: JsonObject } {
  const [target = "", pointer = ""] = reference.split("#");
  const name = target === "" ? file : target;
  let node: Json = schemaFile(name);
  for (const step of pointer.split("/").filter((part) => part !== "")) {
    node = isObject(node) ? (node[step] ?? null) : null;
  }
  if (!isObject(node)) throw new Error(`schemas/${file} refers to ${reference}, which does not exist`);
  return { file: name, node };
}
