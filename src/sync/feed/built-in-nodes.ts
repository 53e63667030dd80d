/** The znodes every ZooKeeper begins with (DataTree's constructor), which no transaction creates. */
import type { SnapshotNode } from "../../zookeeper/learner/transaction.js";

function builtIn(path: string): SnapshotNode {
  return {
    path,
    data: Buffer.alloc(0),
    acl: [{ perms: 31, scheme: "world", id: "anyone" }],
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

export const BUILT_IN_NODES: readonly SnapshotNode[] = [
  builtIn("/"),
  builtIn("/zookeeper"),
  builtIn("/zookeeper/quota"),
  builtIn("/zookeeper/config"),
];
