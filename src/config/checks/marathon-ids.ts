/** Which ids of a Marathon the resources declare, and which places of it a group has to itself. Computes only. */
import { absoluteId, isBelow, parentId } from "../../marathon/ids.js";
import type { JsonObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, itemsAt, objectAt, ofKind, textAt } from "./input.js";

export interface DeclaredId {
  readonly resource: LoadedResource;
  /** Address of the Marathon. */
  readonly marathon: string;
  readonly kind: "app" | "pod" | "group";
  /** Absolute. */
  readonly id: string;
  /** Where it stands in the spec. */
  readonly at: readonly (string | number)[];
  /** A group that says which apps, and which groups, there are in it. */
  readonly listsApps: boolean;
  readonly listsGroups: boolean;
}

const KINDS: readonly (readonly [string, DeclaredId["kind"]])[] = [
  ["MarathonApp", "app"],
  ["MarathonPod", "pod"],
  ["MarathonGroup", "group"],
];

/** Of all resources; what is known only later is left out. */
export function declaredIds(input: CheckInput): DeclaredId[] {
  return KINDS.flatMap(([kind, what]) =>
    ofKind(input, kind).flatMap((resource) => {
      const marathon = textAt(resource.spec, "marathon");
      const definition = objectAt(resource.spec, "definition");
      if (marathon === undefined) return [];
      return idsIn({ resource, marathon }, what, definition, ["definition"], "/");
    }),
  );
}

type Owner = Pick<DeclaredId, "resource" | "marathon">;

function idsIn(
  owner: Owner,
  kind: DeclaredId["kind"],
  definition: JsonObject,
  at: readonly (string | number)[],
  group: string,
): DeclaredId[] {
  const written = textAt(definition, "id");
  if (written === undefined) return [];
  const id = absoluteId(written, group);
  const [listsApps, listsGroups] = ["apps", "groups"].map((name) => Array.isArray(definition[name]));
  const own: DeclaredId = {
    ...owner,
    kind,
    id,
    at: [...at, "id"],
    listsApps: listsApps === true,
    listsGroups: listsGroups === true,
  };
  if (kind !== "group") return [own];
  const below = (name: string, what: DeclaredId["kind"]): DeclaredId[] =>
    itemsAt(definition, name).flatMap(({ item, index }) =>
      idsIn(owner, what, item, [...at, name, index], id),
    );
  return [own, ...below("apps", "app"), ...below("groups", "group")];
}

/** Whether a write of `group` would delete `other`, which another resource declares, because it does not list it. */
export function wouldDelete(group: DeclaredId, other: DeclaredId, all: readonly DeclaredId[]): boolean {
  if (group.kind !== "group" || group.marathon !== other.marathon || !isBelow(other.id, group.id))
    return false;
  if (other.kind === "app" && parentId(other.id) === group.id) return group.listsApps;
  if (!group.listsGroups || (other.kind !== "group" && parentId(other.id) === group.id)) return false;
  // The group directly below on the way to the other one must be listed.
  const rest = other.id.slice(group.id === "/" ? 1 : group.id.length + 1);
  const child = absoluteId(rest.split("/")[0] ?? "", group.id);
  return !all.some((one) => one.resource === group.resource && one.kind === "group" && one.id === child);
}
