/**
 * Deletes from the side that is to be made like the other one what no copy can make level: znodes with others below them whose counts of
 * changes are ahead, because the other side has made them anew since. Left as they are, they would be carried back.
 */
import { readNode, sameAcl, sameData } from "../../sync/apply/node-reader.js";
import type { PathRule } from "../../sync/spec.js";
import { type WalkedNode, walkTree } from "../../sync/walk/walk-tree.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";

/** Deletions under way at once. */
const AT_ONCE = 500;

export interface StaleRequest {
  /** The side that is right; nothing is written there. */
  readonly source: ZooKeeperClient;
  readonly target: ZooKeeperClient;
  readonly rules: readonly PathRule[];
  readonly signal: AbortSignal;
}

/** How many znodes were deleted from the target. Safe to repeat. Rejects with ZooKeeperError, or with the reason of the signal. */
export async function clearStale({ source, target, rules, signal }: StaleRequest): Promise<number> {
  let cleared = 0;
  // A migration renames nothing: a path is the same on both sides.
  for (const { b: root, exclude } of rules) {
    const paths: string[] = [];
    const parents: WalkedNode[] = [];
    const living: string[] = [];
    await target.sync(root);
    await walkTree(target, root, {
      without: (path) => exclude.some((one) => isWithin(path, one)),
      onNode: (node) => {
        paths.push(node.path);
        if (node.stat.numChildren > 0) parents.push(node);
        if (node.stat.ephemeralOwner !== 0n) living.push(node.path);
      },
      onUnreadable: () => {},
      signal,
    });
    const kept = [...exclude, ...living];
    for (const stale of await staleOf(source, parents, signal)) {
      if (kept.some((path) => isWithin(path, stale))) continue;
      const below = paths.filter((path) => isWithin(path, stale));
      await deleteAll(target, below);
      cleared += below.length;
    }
  }
  return cleared;
}

/** The topmost ones. */
async function staleOf(
  source: ZooKeeperClient,
  parents: readonly WalkedNode[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const node of parents.toSorted((one, other) => one.path.length - other.path.length)) {
    signal.throwIfAborted();
    if (found.some((path) => isWithin(node.path, path))) continue;
    if (!(await canBeLevel(source, node))) found.push(node.path);
  }
  return found;
}

/** By changes made to it where it is. What the source does not have is deleted by the copy. */
async function canBeLevel(source: ZooKeeperClient, { path, data, acl, stat }: WalkedNode): Promise<boolean> {
  const right = await readNode(source, path);
  if (right === null) return true;
  const behind = right.stat.version - stat.version;
  const dataFits = behind > 0 || (behind === 0 && sameData(right.data, data));
  const aclBehind = right.stat.aversion - stat.aversion;
  return dataFits && aclBehind === (sameAcl(right.acl, acl) ? 0 : 1);
}

/** Deepest first; requests of one session are carried out in their order. */
async function deleteAll(client: ZooKeeperClient, paths: readonly string[]): Promise<void> {
  const deepestFirst = paths.toSorted((one, other) => depth(other) - depth(one));
  for (let at = 0; at < deepestFirst.length; at += AT_ONCE) {
    await Promise.all(deepestFirst.slice(at, at + AT_ONCE).map((path) => deleteOne(client, path)));
  }
}

async function deleteOne(client: ZooKeeperClient, path: string): Promise<void> {
  try {
    await client.delete(path);
  } catch (error) {
    if (!isZooKeeperError(error, "NO_NODE")) throw error;
  }
}

function depth(path: string): number {
  return path.split("/").length;
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}
