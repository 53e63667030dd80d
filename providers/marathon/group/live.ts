/** A live group in the shape of the spec it is compared with. Pure. */
import { groupAsWanted } from "../../../src/marathon/normalise/assigned.js";
import { normaliseGroup } from "../../../src/marathon/normalise/group.js";
import { canonicalJson, type Json, type JsonObject } from "../../../src/value/json.js";
import { type Comparing, isReconfigured, withForgotten } from "../app/live.js";
import { knownFields } from "../known-fields.js";
import { appsIn, withApps } from "./members.js";

/** The definition of the kind: with its id, everything else as the normaliser of groups makes it. */
export function normaliseDefinition(definition: JsonObject): JsonObject {
  const { id } = definition;
  if (typeof id !== "string") return definition;
  const absolute = id.startsWith("/") ? id : `/${id}`;
  return { ...normaliseGroup(definition, absolute), id: absolute };
}

/** What was left open in `wanted`, lists of members included, is left open here too. */
export function liveGroup(answer: JsonObject, { wanted, scaledElsewhere }: Comparing): JsonObject {
  const live = groupAsWanted(normaliseDefinition(knownFields("MarathonGroup", answer)), wanted);
  if (!scaledElsewhere) return live;
  const declared = appsIn(wanted);
  return withApps(live, (app) => {
    const instances = declared.get(String(app["id"]))?.["instances"];
    return instances === undefined ? app : { ...app, instances };
  });
}

/** As for single apps; the names are those of apps and their fields. */
export function withForgottenInApps(
  live: JsonObject,
  applied: JsonObject | undefined,
): { readonly live: JsonObject; readonly forgotten: readonly string[] } {
  const before = applied === undefined ? new Map<string, JsonObject>() : appsIn(applied);
  const forgotten: string[] = [];
  const believed = withApps(live, (app) => {
    const id = String(app["id"]);
    const found = withForgotten(app, before.get(id));
    forgotten.push(...found.forgotten.map((name) => `${name} of ${id}`));
    return found.live;
  });
  return { live: believed, forgotten };
}

/** Equal but for what may drift by itself, and for numbers of instances where those are somebody else's. */
export function sameGroup(one: JsonObject, other: JsonObject, scaledElsewhere: boolean): boolean {
  const fixed = (group: JsonObject): Json =>
    withApps(group, ({ executorResources: _volatile, instances, ...app }) =>
      scaledElsewhere ? app : { ...app, instances: instances ?? null },
    );
  return canonicalJson(fixed(one)) === canonicalJson(fixed(other));
}

/** What happens to the apps of a group, by id. */
export interface GroupChanges {
  readonly started: readonly string[];
  readonly restarted: readonly string[];
  readonly scaled: readonly string[];
  readonly deleted: readonly string[];
}

/** `before` as it is compared: with lists only where they are managed. */
export function groupChanges(before: JsonObject, after: JsonObject): GroupChanges {
  const [was, is] = [appsIn(before), appsIn(after)];
  const kept = [...is].flatMap(([id, app]) => {
    const old = was.get(id);
    return old === undefined ? [] : [{ id, app, old }];
  });
  const restarted = kept.filter(({ app, old }) => isReconfigured(old, app));
  const scaled = kept.filter(
    ({ app, old }) => !isReconfigured(old, app) && app["instances"] !== old["instances"],
  );
  return {
    started: [...is.keys()].filter((id) => !was.has(id)),
    restarted: restarted.map(({ id }) => id),
    scaled: scaled.map(({ id }) => id),
    // A list that is no longer given gives its members free; it deletes none.
    deleted: [...was.keys()].filter((id) => !is.has(id) && isManaged(id, after)),
  };
}

/** Whether the definition says which apps there are at that place. */
function isManaged(id: string, group: JsonObject): boolean {
  const own = String(group["id"]);
  const parent = id.slice(0, id.lastIndexOf("/"));
  if (parent === own) return group["apps"] !== undefined;
  const groups = group["groups"];
  if (!Array.isArray(groups)) return false;
  const child = (groups as readonly JsonObject[]).find((other) => id.startsWith(`${String(other["id"])}/`));
  return child === undefined ? true : isManaged(id, child);
}
