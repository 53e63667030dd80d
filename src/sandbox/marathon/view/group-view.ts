/** Groups as the API shows them. */
import type { JsonObject } from "../../../value/json.js";
import { compact } from "../definition/fields.js";
import { isTopLevel } from "../definition/group/roles.js";
import { childGroups, childSpecs, type GroupNode, type Root } from "../definition/root.js";
import type { Engine } from "../engine/engine.js";
import { type AppEmbed, appInfo } from "./app-view.js";
import { podStatus } from "./pod-view.js";

export interface GroupEmbed {
  readonly groups: boolean;
  readonly apps: boolean;
  readonly pods: boolean;
  readonly app: ReadonlySet<AppEmbed>;
}

/** @param root the present one or one of the past, which shows no tasks */
export function groupInfo(engine: Engine, root: Root, group: GroupNode, embed: GroupEmbed): JsonObject {
  const { id, dependencies, enforceRole } = group;
  const byId = <T extends { readonly id: string }>(list: readonly T[]) =>
    [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
  return compact({
    id,
    apps: embed.apps ? byId(childSpecs(root, id, "app")).map((spec) => appInfo(engine, spec, embed.app)) : [],
    pods: embed.pods ? byId(childSpecs(root, id, "pod")).map((spec) => podStatus(engine, spec)) : [],
    groups: embed.groups
      ? byId(childGroups(root, id)).map((child) => groupInfo(engine, root, child, embed))
      : [],
    dependencies: [...dependencies],
    version: root.version,
    enforceRole: isTopLevel(id) ? (enforceRole ?? false) : undefined,
  });
}
