/**
 * Apps, pods, roots and plans as they are stored. The real Marathon stores most of them as protobuf; here all is JSON in the same
 * places, so that a tool that copies or watches znodes meets the same layout, and one that decodes them does not. Pure.
 */
import { isObject, type Json, type JsonObject } from "../../../value/json.js";
import { objects, strings, textOf } from "../definition/fields.js";
import type { GroupNode, Root } from "../definition/root.js";
import type { RunSpec } from "../definition/run-spec.js";

export function specRecord(spec: RunSpec): JsonObject {
  const { kind, id, version, lastScalingAt, lastConfigChangeAt, definition } = spec;
  return { kind, id, version, lastScalingAt, lastConfigChangeAt, definition };
}

/** Null for what is not of that form. */
export function readSpec(value: Json | null): RunSpec | null {
  if (!isObject(value)) return null;
  const { kind, id, version, lastScalingAt, lastConfigChangeAt, definition } = value;
  if ((kind !== "app" && kind !== "pod") || !isObject(definition)) return null;
  if (typeof id !== "string" || typeof version !== "string") return null;
  const scaled = textOf(lastScalingAt) ?? version;
  const configured = textOf(lastConfigChangeAt) ?? version;
  return { kind, id, version, lastScalingAt: scaled, lastConfigChangeAt: configured, definition };
}

/** Specs by reference only: each version of them is stored on its own. */
export function rootRecord(root: Root): JsonObject {
  return {
    version: root.version,
    groups: [...root.groups.values()].map(({ id, dependencies, enforceRole }) => ({
      id,
      dependencies: [...dependencies],
      ...(enforceRole === undefined ? {} : { enforceRole }),
    })),
    specs: [...root.specs.values()].map(({ kind, id, version }) => ({ kind, id, version })),
  };
}

export interface RootReferences {
  readonly version: string;
  readonly groups: ReadonlyMap<string, GroupNode>;
  readonly specs: readonly { readonly kind: "app" | "pod"; readonly id: string; readonly version: string }[];
}

export function readRoot(value: Json | null): RootReferences | null {
  if (!isObject(value) || typeof value["version"] !== "string") return null;
  const groups = objects(value["groups"]).map((group): [string, GroupNode] => {
    const id = String(group["id"]);
    const dependencies = strings(group["dependencies"]);
    const { enforceRole } = group;
    return [id, typeof enforceRole === "boolean" ? { id, dependencies, enforceRole } : { id, dependencies }];
  });
  const specs = objects(value["specs"]).map(({ kind, id, version }) => ({
    kind: kind === "pod" ? ("pod" as const) : ("app" as const),
    id: String(id),
    version: String(version),
  }));
  return { version: value["version"], groups: new Map(groups), specs };
}

/** A plan is computed again from the two roots; only where it comes from is stored. */
export interface PlanRecord {
  readonly id: string;
  readonly original: string;
  readonly target: string;
}

export function readPlan(value: Json | null): PlanRecord | null {
  if (!isObject(value)) return null;
  const { id, original, target } = value;
  if (typeof id !== "string" || typeof original !== "string" || typeof target !== "string") return null;
  return { id, original, target };
}
