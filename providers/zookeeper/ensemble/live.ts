/**
 * Puts together what is live from what the servers' files and processes say, in the shape of the spec. Pure. Where
 * servers differ among each other, the one that differs from what is wanted is shown.
 */
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { withRuntimeFacts } from "../../deployed/unit.js";
import { satisfiesVersion } from "../distribution-model.js";
import type { DeployedServer } from "./cluster.js";
import { sharedSections } from "./spec.js";

/** Keys that servers rewrite themselves, or that are the membership's. */
const NOT_SETTINGS = /^(server\.\d+|dynamicConfigFile|clientPort|version|dataDir)$/;

/** zoo.cfg keys whose value is not what was deployed: key → value now, null when it was taken out. */
export function editsByHand(server: DeployedServer): Record<string, string | null> {
  const now = server.properties ?? {};
  const then = server.record?.properties ?? {};
  const keys = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter(
    (key) => !NOT_SETTINGS.test(key),
  );
  const edited = keys.filter((key) => now[key] !== then[key]);
  return Object.fromEntries(edited.sort().map((key) => [key, now[key] ?? null]));
}

function typedLike(text: string, example: Json | undefined): Json {
  if (typeof example === "number" && !Number.isNaN(Number(text))) return Number(text);
  if (typeof example === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function withEdits(sections: JsonObject, edits: Readonly<Record<string, string | null>>): JsonObject {
  if (Object.keys(edits).length === 0) return sections;
  const settings: Record<string, Json> = isObject(sections["settings"]) ? { ...sections["settings"] } : {};
  const extra: Record<string, Json> = isObject(settings["extra"]) ? { ...settings["extra"] } : {};
  for (const [key, value] of Object.entries(edits)) {
    const place = settings[key] !== undefined ? settings : extra;
    if (value === null) place[key] = null;
    else place[key] = typedLike(value, place[key]);
  }
  if (Object.keys(extra).length > 0) settings["extra"] = extra;
  return { ...sections, settings };
}

/** Sections as one server has them, edits by hand included. */
export function sectionsOf(server: DeployedServer): JsonObject {
  return withRuntimeFacts(withEdits(server.record?.sections ?? {}, editsByHand(server)), server.unit);
}

function liveServer(server: DeployedServer): JsonObject {
  const declared = server.record?.server ?? { id: server.id };
  return { ...declared, host: server.host, running: server.unit.running };
}

/** A wanted version that what runs satisfies is what is live: `3.8` and a running 3.8.4 do not differ. */
function withVersion(
  sections: JsonObject,
  wanted: JsonObject | null,
  running: string | undefined,
): JsonObject {
  const { version: recorded, ...rest } = sections;
  const found = running ?? (typeof recorded === "string" ? recorded : undefined);
  const asked = wanted?.["version"];
  if (found === undefined) return sections;
  if (typeof asked === "string" && satisfiesVersion(found, asked)) return { ...rest, version: asked };
  return asked === undefined && recorded === undefined ? rest : { ...rest, version: found };
}

/** The live spec, comparable with the normalised desired one. `versions`: what running servers say of themselves. */
export function liveSpec(
  servers: readonly DeployedServer[],
  wanted: JsonObject | null,
  versions: ReadonlyMap<number, string>,
): JsonObject {
  const target = canonicalJson(wanted === null ? {} : sharedSections(wanted));
  const all = servers.map((server) => withVersion(sectionsOf(server), wanted, versions.get(server.id)));
  const differing = all.find((sections) => canonicalJson(sections) !== target);
  return { ...(differing ?? all[0] ?? {}), servers: servers.map(liveServer) };
}
