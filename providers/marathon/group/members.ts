/** Walks over what a group's definition declares: its apps and groups at any depth. Pure. */
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";

/** Items of a list of a definition; none when it is left out. */
export function membersOf(group: JsonObject, name: "apps" | "groups"): JsonObject[] {
  const members = group[name];
  return Array.isArray(members) ? (members as readonly Json[]).filter(isObject) : [];
}

/** Every app in it, by absolute id. The definition is a canonical one. */
export function appsIn(group: JsonObject): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const app of membersOf(group, "apps")) found.set(String(app["id"]), app);
  for (const child of membersOf(group, "groups")) {
    for (const [id, app] of appsIn(child)) found.set(id, app);
  }
  return found;
}

/** Every group in it, by absolute id, without itself. */
export function groupsIn(group: JsonObject): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const child of membersOf(group, "groups")) {
    found.set(String(child["id"]), child);
    for (const [id, below] of groupsIn(child)) found.set(id, below);
  }
  return found;
}

/** The same definition with other apps. */
export function withApps(group: JsonObject, change: (app: JsonObject) => JsonObject): JsonObject {
  return {
    ...group,
    ...(group["apps"] === undefined ? {} : { apps: membersOf(group, "apps").map(change) }),
    ...(group["groups"] === undefined
      ? {}
      : { groups: membersOf(group, "groups").map((child) => withApps(child, change)) }),
  };
}

/** Ids of everything that an answer of Marathon has in a group, pods too. */
export function contentsOf(answer: JsonObject): string[] {
  const pods = Array.isArray(answer["pods"]) ? (answer["pods"] as readonly Json[]).filter(isObject) : [];
  return [
    ...membersOf(answer, "apps").map((app) => String(app["id"])),
    ...pods.map((pod) => String(pod["id"])),
    ...membersOf(answer, "groups").flatMap((child) => [String(child["id"]), ...contentsOf(child)]),
  ];
}
