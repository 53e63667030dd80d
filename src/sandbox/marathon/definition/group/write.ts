/**
 * Group requests applied to a root: nested definitions, scaling by a factor. Gives a root whose specs have no new versions yet.
 * Throws Refusals. Pure.
 */
import type { JsonObject } from "../../../../value/json.js";
import { completeApp } from "../app/update.js";
import { numberOf, objects, strings, textOf, without } from "../fields.js";
import { absoluteId, parentOf, ROOT, segmentFaults } from "../path-id.js";
import { notValid } from "../refusal.js";
import {
  childGroups,
  childSpecs,
  putGroup,
  putSpec,
  type Root,
  removeGroup,
  removeSpec,
  specsWithin,
} from "../root.js";
import { instancesOf, newRunSpec, withInstances } from "../run-spec.js";
import type { DefinitionSettings } from "../settings.js";
import { readRecord } from "../shape.js";
import { defaultRole, isTopLevel, newGroup } from "./roles.js";
import { GROUP } from "./shape.js";

export type GroupRequest =
  | { readonly kind: "scale"; readonly factor: number }
  | { readonly kind: "rollback"; readonly version: string }
  | {
      readonly kind: "content";
      readonly id: string;
      readonly namesItself: boolean;
      readonly content: JsonObject;
    };

/** Reads a body for the group at `url`. scaleBy and version must stand alone (422 else). */
export function readGroup(url: string, body: JsonObject): GroupRequest {
  const given = readRecord(GROUP, body);
  const own = textOf(given["id"]);
  const id = own === null ? url : absoluteId(own, url);
  const faults = segmentFaults(id, "/id");
  if (faults.length > 0) throw notValid(faults);
  const { scaleBy, version } = given;
  const others = Object.keys(without(given, "id", "scaleBy", "version")).length > 0;
  const alone = (name: string) => {
    throw notValid([{ path: "/", error: `The '${name}' field may not be combined with other fields.` }]);
  };
  if (version !== undefined) {
    if (others || scaleBy !== undefined) alone("version");
    return { kind: "rollback", version: String(version) };
  }
  if (scaleBy !== undefined) {
    if (others) alone("scaleBy");
    return { kind: "scale", factor: numberOf(scaleBy, 1) };
  }
  return { kind: "content", id, namesItself: own !== null, content: given };
}

/** ceil(n * factor) for every app below the group. */
export function scaleGroup(root: Root, id: string, factor: number): Root {
  const specs = new Map(root.specs);
  for (const spec of specsWithin(root, id)) {
    if (spec.kind !== "app") continue;
    specs.set(spec.id, withInstances(spec, Math.ceil(instancesOf(spec) * factor)));
  }
  return { ...root, specs };
}

/**
 * Direct apps and groups that the content lists replace what is there, an absent list keeps it; recursively. Pods of a group that
 * stays stay.
 */
export function writeGroup(
  root: Root,
  request: { readonly id: string; readonly namesItself: boolean; readonly content: JsonObject },
  settings: DefinitionSettings,
): Root {
  checkEnforcement(root, request, settings);
  return applyContent(root, request.id, request.content, settings);
}

/** Facts 1.6, enforceRole traps. */
function checkEnforcement(
  root: Root,
  {
    id,
    namesItself,
    content,
  }: { readonly id: string; readonly namesItself: boolean; readonly content: JsonObject },
  settings: DefinitionSettings,
): void {
  const stored = root.groups.get(id);
  const services = objects(content["apps"]).length > 0 || objects(content["groups"]).length > 0;
  if (stored === undefined || !namesItself || !services || id === ROOT) return;
  const wanted = content["enforceRole"] ?? settings.newGroupEnforceRole === "top";
  if (wanted === stored.enforceRole) return;
  const error =
    "enforceRole cannot be updated if services are modified, too. Send the present value, or change it alone.";
  throw notValid([{ path: "/enforceRole", error }]);
}

function applyContent(root: Root, id: string, content: JsonObject, settings: DefinitionSettings): Root {
  const before = root.groups.get(id);
  const make = (group: string) => newGroup(group, settings);
  const dependencies =
    content["dependencies"] === undefined
      ? (before?.dependencies ?? [])
      : strings(content["dependencies"]).map((one) => absoluteId(one, id));
  const enforceRole = content["enforceRole"] ?? settings.newGroupEnforceRole === "top";
  let next = putGroup(
    root,
    isTopLevel(id) ? { id, dependencies, enforceRole: enforceRole === true } : { id, dependencies },
    make,
  );
  if (content["apps"] !== undefined) next = applyApps(next, id, objects(content["apps"]), settings);
  if (content["groups"] !== undefined) next = applyGroups(next, id, objects(content["groups"]), settings);
  return next;
}

function applyApps(
  root: Root,
  group: string,
  apps: readonly JsonObject[],
  settings: DefinitionSettings,
): Root {
  let next = root;
  for (const spec of childSpecs(root, group, "app")) next = removeSpec(next, spec.id);
  apps.forEach((given, at) => {
    const id = absoluteId(String(given["id"]), group);
    if (parentOf(id) !== group) {
      const error = `Identifier is not child of ${group}. Hint: use relative paths.`;
      throw notValid([{ path: `/apps(${at})/id`, error }]);
    }
    const context = { settings, base: group, role: defaultRole(next, id, settings) };
    const spec = newRunSpec("app", completeApp(given, context), root.version);
    next = putSpec(next, spec, (missing) => newGroup(missing, settings));
  });
  return next;
}

function applyGroups(
  root: Root,
  group: string,
  given: readonly JsonObject[],
  settings: DefinitionSettings,
): Root {
  const wanted = new Map(given.map((one) => [absoluteId(String(one["id"]), group), one]));
  let next = root;
  for (const { id } of childGroups(root, group)) if (!wanted.has(id)) next = removeGroup(next, id);
  let at = 0;
  for (const [id, content] of wanted) {
    if (parentOf(id) !== group) {
      const error = `Identifier is not child of ${group}. Hint: use relative paths.`;
      throw notValid([{ path: `/groups(${at})/id`, error }]);
    }
    next = applyContent(next, id, content, settings);
    at += 1;
  }
  return next;
}
