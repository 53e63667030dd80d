/**
 * What the target has already where a copy is to go: read once before it. Keeps digests of contents, not contents. No I/O
 * but the walk.
 */
import { createHash } from "node:crypto";
import type { Acl, ZooKeeperClient } from "../../zookeeper/types.js";
import { walkTree } from "../walk/walk-tree.js";

export interface TargetEntry {
  readonly version: number;
  readonly aversion: number;
  /** Hash of the data, null and empty being different. */
  readonly data: string;
  readonly acl: string;
  /** 0n unless it is the ephemeral znode of a session there. */
  readonly owner: bigint;
  readonly hasChildren: boolean;
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly mtimeMs: number;
}

export type TargetTree = ReadonlyMap<string, TargetEntry>;

export function dataKey(data: Buffer | null): string {
  if (data === null) return "null";
  // Short contents are their own key.
  return data.length <= 20 ? `=${data.toString("latin1")}` : createHash("sha1").update(data).digest("base64");
}

export function aclKey(acl: readonly Acl[]): string {
  return acl.map(({ perms, scheme, id }) => `${perms}:${scheme}:${id}`).join(" ");
}

/**
 * @param roots on the target
 * @param isOurs whether a path of the target is synchronised
 * @returns the tree, and what of it could not be read
 */
export async function readTarget(
  client: ZooKeeperClient,
  roots: readonly string[],
  isOurs: (path: string) => boolean,
  signal: AbortSignal,
): Promise<{ readonly tree: TargetTree; readonly unreadable: readonly string[] }> {
  const tree = new Map<string, TargetEntry>();
  const unreadable: string[] = [];
  const acls = new Map<string, string>(); // the same few ACLs all over: kept once each
  for (const root of roots) {
    await client.sync(root);
    await walkTree(client, root, {
      without: (path) => !isOurs(path),
      onUnreadable: (path) => unreadable.push(path),
      onNode: ({ path, data, acl, stat }) => {
        const key = aclKey(acl);
        if (!acls.has(key)) acls.set(key, key);
        tree.set(path, {
          version: stat.version,
          aversion: stat.aversion,
          data: dataKey(data),
          acl: acls.get(key) ?? key,
          owner: stat.ephemeralOwner,
          hasChildren: stat.numChildren > 0,
          czxid: stat.czxid,
          mzxid: stat.mzxid,
          mtimeMs: Number(stat.mtime),
        });
      },
      signal,
    });
  }
  return { tree, unreadable };
}
