/** A live pod in the shape of the spec it is compared with. Pure. */
import { podAsWanted } from "../../../src/marathon/normalise/assigned.js";
import { normalisePod } from "../../../src/marathon/normalise/pod.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { Comparing } from "../app/live.js";
import { knownFields } from "../known-fields.js";

/** What a pod has in these places when Marathon has forgotten what was applied. */
const FORGETFUL: readonly (readonly [path: readonly string[], empty: Json | undefined])[] = [
  [["scheduling", "unreachableStrategy"], { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }],
  [["scheduling", "killSelection"], "YOUNGEST_FIRST"],
  [["executorResources"], { cpus: 0.1, mem: 32, disk: 10 }],
  [["legacySharedCgroups"], undefined],
];

export function livePod(definition: JsonObject, { wanted, scaledElsewhere }: Comparing): JsonObject {
  const live = podAsWanted(normalisePod(knownFields("MarathonPod", definition)), wanted);
  return scaledElsewhere && wanted["scaling"] !== undefined ? { ...live, scaling: wanted["scaling"] } : live;
}

/**
 * Marathon does not store these: after a change of its leader their defaults are back, without a restart. Where live shows the
 * default and something else was applied, what was applied is believed. The names come along.
 */
export function withForgotten(
  live: JsonObject,
  applied: JsonObject | undefined,
): { readonly live: JsonObject; readonly forgotten: readonly string[] } {
  let believed = live;
  const forgotten: string[] = [];
  for (const [path, empty] of FORGETFUL) {
    const was = applied === undefined ? undefined : valueAt(applied, path);
    if (was === undefined || !same(valueAt(live, path), empty) || same(was, empty)) continue;
    believed = withValue(believed, path, was);
    forgotten.push(path.join("."));
  }
  return { live: believed, forgotten };
}

function valueAt(fields: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), fields);
}

function withValue(fields: JsonObject, [name = "", ...rest]: readonly string[], value: Json): JsonObject {
  const inner = fields[name];
  return {
    ...fields,
    [name]: rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest, value),
  };
}

function same(one: Json | undefined, other: Json | undefined): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

/** Equal but for what may drift by itself, and for the number of instances where that is left out. */
export function samePod(one: JsonObject, other: JsonObject, scaledElsewhere: boolean): boolean {
  return same(fixed(one, scaledElsewhere), fixed(other, scaledElsewhere));
}

function fixed(pod: JsonObject, scaledElsewhere: boolean): Json {
  const { executorResources: _e, legacySharedCgroups: _l, scaling, ...rest } = pod;
  const scheduling = isObject(rest["scheduling"]) ? rest["scheduling"] : {};
  const { unreachableStrategy: _u, killSelection: _k, ...kept } = scheduling;
  return { ...rest, scheduling: kept, ...(scaledElsewhere ? {} : { scaling: scaling ?? null }) };
}

export function instancesOf(pod: JsonObject): number {
  const scaling = isObject(pod["scaling"]) ? pod["scaling"] : {};
  return typeof scaling["instances"] === "number" ? scaling["instances"] : 1;
}
