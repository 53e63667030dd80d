/**
 * All that a Marathon is asked to run: groups, apps and pods, as one value that is never changed in place. Knows how to find and
 * replace, gives no versions to specs and checks no rules.
 */
import { ancestorsOf, isWithin, parentOf, ROOT } from "./path-id.js";
import type { RunSpec } from "./run-spec.js";

export interface GroupNode {
  readonly id: string;
  readonly dependencies: readonly string[];
  /** Top-level groups only. */
  readonly enforceRole?: boolean;
}

export interface Root {
  /** Moves on each write; every group shows it as its own. */
  readonly version: string;
  /** By id, parents included, `/` always. */
  readonly groups: ReadonlyMap<string, GroupNode>;
  /** Apps and pods by id. */
  readonly specs: ReadonlyMap<string, RunSpec>;
}

export function emptyRoot(version: string): Root {
  return { version, groups: new Map([[ROOT, { id: ROOT, dependencies: [] }]]), specs: new Map() };
}

export function specOf(root: Root, id: string, kind: "app" | "pod"): RunSpec | null {
  const spec = root.specs.get(id);
  return spec?.kind === kind ? spec : null;
}

export function specsWithin(root: Root, group: string): RunSpec[] {
  return [...root.specs.values()].filter(({ id }) => isWithin(id, group) && id !== group);
}

export function childSpecs(root: Root, group: string, kind: "app" | "pod"): RunSpec[] {
  return [...root.specs.values()].filter((spec) => spec.kind === kind && parentOf(spec.id) === group);
}

export function childGroups(root: Root, group: string): GroupNode[] {
  return [...root.groups.values()].filter(({ id }) => id !== ROOT && parentOf(id) === group);
}

/** How a group begins that nobody described; says whether a new top-level group enforces its role. */
export type MakeGroup = (id: string) => GroupNode;

/** Adds or replaces; missing groups above it are made, an empty group of the same id gives way. */
export function putSpec(root: Root, spec: RunSpec, make: MakeGroup): Root {
  const groups = withAncestors(root.groups, spec.id, make);
  if (groups.has(spec.id) && isEmptyGroup(root, spec.id)) groups.delete(spec.id);
  return { ...root, groups, specs: new Map([...root.specs, [spec.id, spec]]) };
}

export function removeSpec(root: Root, id: string): Root {
  const specs = new Map(root.specs);
  specs.delete(id);
  return { ...root, specs };
}

export function putGroup(root: Root, group: GroupNode, make: MakeGroup): Root {
  const groups = withAncestors(root.groups, group.id, make);
  groups.set(group.id, group);
  return { ...root, groups };
}

/** With everything below it. The root group itself stays, emptied. */
export function removeGroup(root: Root, id: string): Root {
  const groups = [...root.groups].filter(([known]) => known === ROOT || !isWithin(known, id));
  const specs = [...root.specs].filter(([known]) => !isWithin(known, id));
  return { ...root, groups: new Map(groups), specs: new Map(specs) };
}

function isEmptyGroup(root: Root, id: string): boolean {
  const inside = (known: string) => known !== id && isWithin(known, id);
  return ![...root.groups.keys()].some(inside) && ![...root.specs.keys()].some(inside);
}

function withAncestors(
  groups: ReadonlyMap<string, GroupNode>,
  id: string,
  make: MakeGroup,
): Map<string, GroupNode> {
  const all = new Map(groups);
  for (const ancestor of ancestorsOf(id)) if (!all.has(ancestor)) all.set(ancestor, make(ancestor));
  return all;
}
