/** Removes everything that a synchronisation keeps on one side. Only for one that no engine works on any more. */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { ControlPaths } from "./layout.js";
import { childrenOf } from "./read-records.js";

/** Deletions under way at once. */
const AT_ONCE = 256;

/** How many znodes were deleted. Safe to repeat. Rejects with ZooKeeperError. */
export async function removeRecords(client: ZooKeeperClient, paths: ControlPaths): Promise<number> {
  return removeTree(client, paths.root);
}

async function removeTree(client: ZooKeeperClient, path: string): Promise<number> {
  let removed = 0;
  const names = await childrenOf(client, path);
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const counts = await Promise.all(some.map((name) => removeTree(client, `${path}/${name}`)));
    removed += counts.reduce((sum, count) => sum + count, 0);
  }
  try {
    await client.delete(path);
    return removed + 1;
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return removed;
    throw error;
  }
}
