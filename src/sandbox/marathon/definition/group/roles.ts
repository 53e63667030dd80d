/** Which Mesos role apps and pods get, and which they may have (facts 2.1). Pure. */
import { parentOf, ROOT, topLevelOf } from "../path-id.js";
import type { Fault } from "../refusal.js";
import type { GroupNode, Root } from "../root.js";
import { isResident, type RunSpec, roleOf } from "../run-spec.js";
import type { DefinitionSettings } from "../settings.js";

/** A group nobody described: new top-level ones enforce their role when --new_group_enforce_role says so. */
export function newGroup(id: string, settings: DefinitionSettings): GroupNode {
  const enforceRole = settings.newGroupEnforceRole === "top";
  return isTopLevel(id) ? { id, dependencies: [], enforceRole } : { id, dependencies: [] };
}

export function isTopLevel(id: string): boolean {
  return id !== ROOT && parentOf(id) === ROOT;
}

/** For a spec that names none. */
export function defaultRole(root: Root, id: string, settings: DefinitionSettings): string {
  const top = topLevelOf(id);
  if (top === null) return settings.role;
  const group = root.groups.get(`/${top}`) ?? newGroup(`/${top}`, settings);
  return group.enforceRole === true ? top : settings.role;
}

/** @param original the spec as it was, whose role may stay */
export function roleFaults(
  root: Root,
  spec: RunSpec,
  original: RunSpec | null,
  settings: DefinitionSettings,
  force: boolean,
): Fault[] {
  const top = topLevelOf(spec.id);
  const enforced = top !== null && root.groups.get(`/${top}`)?.enforceRole === true;
  const role = roleOf(spec);
  const present = original === null ? [] : [roleOf(original)];
  const allowed = enforced ? [top, ...present] : [settings.role, ...(top === null ? [] : [top]), ...present];
  if (!allowed.includes(role)) {
    return [{ path: "/role", error: `is not one of (${[...new Set(allowed)].join(",")})` }];
  }
  if (original !== null && isResident(original) && roleOf(original) !== role && !force) {
    const error =
      "It is not possible to change the role for existing reservations. If you proceed with this change, all existing " +
      `instances will continue to under the previous role, ${roleOf(original)}. Use ?force=true to proceed.`;
    return [{ path: "/role", error }];
  }
  return [];
}
