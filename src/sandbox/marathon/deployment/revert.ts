/** Undoes what one deployment changed, and nothing that others did since. Gives no versions. Pure. */
import { newGroup } from "../definition/group/roles.js";
import { isWithin, ROOT } from "../definition/path-id.js";
import { putGroup, putSpec, type Root, removeGroup, removeSpec } from "../definition/root.js";
import type { DefinitionSettings } from "../definition/settings.js";
import type { DeploymentPlan } from "./plan.js";

/** The old definitions of what the plan changed or removed, without what it added. */
export function revertPlan(
  plan: Pick<DeploymentPlan, "original" | "target">,
  current: Root,
  settings: DefinitionSettings,
): Root {
  const make = (id: string) => newGroup(id, settings);
  const { original, target } = plan;
  let root = current;
  for (const id of new Set([...original.specs.keys(), ...target.specs.keys()])) {
    const before = original.specs.get(id);
    if (before === target.specs.get(id)) continue;
    if (before !== undefined && sameVersion(before.version, target.specs.get(id)?.version)) continue;
    root = before === undefined ? removeSpec(root, id) : putSpec(root, before, make);
  }
  return revertGroups(plan, root, make);
}

function sameVersion(a: string, b: string | undefined): boolean {
  return a === b;
}

function revertGroups(
  { original, target }: Pick<DeploymentPlan, "original" | "target">,
  current: Root,
  make: (id: string) => { id: string; dependencies: readonly string[] },
): Root {
  let root = current;
  const deepestFirst = [...new Set([...original.groups.keys(), ...target.groups.keys()])].sort(
    (a, b) => b.length - a.length,
  );
  for (const id of deepestFirst) {
    const before = original.groups.get(id);
    const after = target.groups.get(id);
    if (before !== undefined && (after === undefined || before.dependencies !== after.dependencies)) {
      root = putGroup(root, before, make);
    } else if (before === undefined && id !== ROOT && isUnused(root, id)) root = removeGroup(root, id);
  }
  return root;
}

/** Another deployment may have put something into a group that this one made. */
function isUnused(root: Root, id: string): boolean {
  const inside = (known: string) => known !== id && isWithin(known, id);
  return ![...root.specs.keys(), ...root.groups.keys()].some(inside);
}
