/**
 * Who may touch a synchronisation's own znodes: where its engines authenticate, they alone. Whoever could write the owner or
 * the checkpoint could make the target wrong unnoticed.
 */
import { type Acl, PERMS, type ZooKeeperClient } from "../../zookeeper/types.js";
import type { SideSpec } from "../spec.js";
import type { ControlPaths } from "./layout.js";

const OPEN: readonly Acl[] = [{ perms: PERMS.all, scheme: "world", id: "anyone" }];
/** The servers put the session's own identities in its place (ZooKeeper Programmer's Guide, "ACL schemes"). */
const CREATOR: readonly Acl[] = [{ perms: PERMS.all, scheme: "auth", id: "" }];

/** ACL of the znodes below the root of a synchronisation's records on this side. */
export function controlAcl({ auth, sasl }: Pick<SideSpec, "auth" | "sasl">): readonly Acl[] {
  return auth.length === 0 && sasl === null ? OPEN : CREATOR;
}

/** Parents that several synchronisations share, perhaps with different credentials: open to all. */
export async function createControlRoot(client: ZooKeeperClient, paths: ControlPaths): Promise<void> {
  await client.createParents(paths.root, OPEN);
}

/** Parents of a synchronised subtree that take no part themselves. */
export async function createOpenParents(client: ZooKeeperClient, path: string): Promise<void> {
  await client.createParents(path, OPEN);
}
