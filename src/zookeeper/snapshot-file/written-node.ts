/** What of a znode is changed when it goes into the snapshot of a new ensemble, and why. Pure. */
import { nodeOwner } from "../learner/node-owner.js";
import type { SnapshotNode } from "../learner/transaction.js";
import type { Acl } from "../types.js";
import { OPEN_ACL } from "./format.js";

export interface NodeChanges {
  /**
   * `shadow`: ephemerals become persistent znodes (owner 0), for someone else to remove when their owner is gone. `keep`:
   * they keep their session, and since no session is written the new ensemble's leader removes them when it loads the file.
   */
  readonly ephemerals: "shadow" | "keep";
  /** Whether the target knows containers and TTL znodes (3.5 and newer); otherwise they become persistent ones. */
  readonly extendedTypes: boolean;
}

export const CONFIG_PATH = "/zookeeper/config";
const NOTHING = Buffer.alloc(0);

/** The znode as it is written; its path is the caller's business. */
export function writtenNode(node: SnapshotNode, changes: NodeChanges): SnapshotNode {
  const owner = node.owner === 0n ? 0n : writtenOwner(node.owner, changes);
  // It holds the source's servers. The new ones write their own configuration there as they start.
  const data = node.path === CONFIG_PATH ? NOTHING : node.data;
  return owner === node.owner && data === node.data ? node : { ...node, owner, data };
}

function writtenOwner(owner: bigint, { ephemerals, extendedTypes }: NodeChanges): bigint {
  switch (nodeOwner(owner).kind) {
    case "persistent":
      return 0n;
    case "ephemeral":
      return ephemerals === "keep" ? owner : 0n;
    case "container":
    case "ttl":
      return extendedTypes ? owner : 0n;
  }
}

/** A znode that every server has from the beginning, for trees that come without it. */
export function builtInNode(path: string, acl: readonly Acl[] = OPEN_ACL): SnapshotNode {
  return {
    path,
    data: NOTHING,
    acl,
    czxid: 0n,
    mzxid: 0n,
    pzxid: 0n,
    ctimeMs: 0,
    mtimeMs: 0,
    version: 0,
    cversion: 0,
    aversion: 0,
    owner: 0n,
  };
}

/** Parents first. `/zookeeper/config` is not among them: servers that know it make it when it is missing. */
export const BUILT_IN_PATHS: readonly string[] = ["/zookeeper", "/zookeeper/quota"];
