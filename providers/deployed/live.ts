/**
 * Puts together what is live from what the servers' records, files and units say, in the shape of the spec. Pure. Where
 * servers differ among each other, each field shows one that differs from what is wanted.
 */
import { canonicalJson, isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { DeployedServer } from "./fleet.js";
import type { DeployedKind } from "./kind.js";
import { sharedSections, withRuntimeFacts } from "./unit.js";

/** `resolved`: what other resources give now (DeployedKind.resolve); null when that is not known. */
export function liveSpec(
  kind: DeployedKind,
  deployed: readonly DeployedServer[],
  wanted: JsonObject | null,
  resolved: Readonly<Record<string, string>> | null,
): JsonObject {
  const target = wanted === null ? {} : sharedSections(kind, wanted);
  const all = deployed.map((server) => sectionsOf(kind, server, resolved));
  const names = [...new Set(all.flatMap((sections) => Object.keys(sections)))];
  const shared = names.map((name): [string, Json] => {
    // A server that was made before the field was declared does not have it.
    const values = all.map((sections) => sections[name] ?? null);
    const wantedValue = canonicalJson(target[name] ?? null);
    const [differing = values[0] ?? null] = values.filter((value) => canonicalJson(value) !== wantedValue);
    return [name, differing];
  });
  return { ...Object.fromEntries(shared), [kind.list]: deployed.map(liveServer) };
}

function liveServer({ record, id, host, unit }: DeployedServer): JsonObject {
  const declared = record?.server ?? { id };
  return { ...declared, host, running: unit.running };
}

/** Sections as one server has them: edits by hand and values that have changed since included. */
function sectionsOf(
  kind: DeployedKind,
  server: DeployedServer,
  resolved: Readonly<Record<string, string>> | null,
): JsonObject {
  let sections = server.record?.sections ?? {};
  for (const path of server.editedFiles) {
    const field = kind.fileFields[path];
    if (field !== undefined) sections = { ...sections, [field]: null };
  }
  for (const [path, value] of Object.entries(server.record?.resolved ?? {})) {
    const now = resolved?.[path];
    if (now !== undefined && now !== value) sections = withValue(sections, path.split("."), value);
  }
  return withRuntimeFacts(sections, server.unit);
}

/** `target` with `value` at `path`, when the field is there. */
function withValue(target: JsonObject, [name = "", ...rest]: readonly string[], value: Json): JsonObject {
  const child = target[name];
  if (child === undefined) return target;
  if (rest.length === 0) return { ...target, [name]: value };
  return isObject(child) ? { ...target, [name]: withValue(child, rest, value) } : target;
}
