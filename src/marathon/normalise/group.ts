/**
 * A group's definition in its canonical form: ids and dependencies absolute, apps as in app.ts, members in one order. A list
 * that is not given stays so, because it means "whatever is there". Pure.
 */
import type { Json, JsonObject } from "../../value/json.js";
import { absoluteId, parentId } from "../ids.js";
import { absoluteIds, normaliseApp } from "./app.js";
import { asSet, changed, inList, isPlain, without, withoutNull } from "./parts.js";

/** `id`: the absolute id of the group; what is below is named from it. Pods are no part of what a group's PUT can say. */
export function normaliseGroup(written: JsonObject, id: string): JsonObject {
  const given = without(withoutNull(written), ["id", "version", "pods"]);
  // Older versions print it on nested groups too, where it means nothing.
  const group = parentId(id) === "/" && id !== "/" ? given : without(given, ["enforceRole"]);
  const steps: readonly [string, (value: Json) => Json][] = [
    ["dependencies", (list) => asSet(absoluteIds(list, id))],
    ["apps", (list) => byId(inList(list, (app) => normaliseApp(app, id)))],
    ["groups", (list) => byId(inList(list, (child) => normaliseChild(child, id)))],
  ];
  const filled: JsonObject = { dependencies: [], ...group };
  return steps.reduce((fields, [name, change]) => changed(fields, name, change), filled);
}

function normaliseChild(child: JsonObject, parent: string): JsonObject {
  const { id } = child;
  if (typeof id !== "string") return child;
  const absolute = absoluteId(id, parent);
  return { id: absolute, ...normaliseGroup(child, absolute) };
}

function byId(members: Json): Json {
  if (!Array.isArray(members)) return members;
  const idOf = (member: Json): string => (isPlain(member) ? String(member["id"]) : "");
  return [...(members as readonly Json[])].sort((a, b) =>
    idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0,
  );
}
