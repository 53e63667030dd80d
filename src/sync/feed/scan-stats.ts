/**
 * Compares the stat of every known znode with what is remembered: the only way to see a changed ACL, which raises no event.
 * One small question for each znode (`exists`, which needs no permission); it changes nothing.
 */
import type { Stat, ZooKeeperClient } from "../../zookeeper/types.js";
import type { KnownNode, KnownTree } from "./known-tree.js";

export interface ScanListener {
  isOver(): boolean;
  /** To be looked at. It may have been looked at meanwhile. */
  onDifferent(path: string): void;
}

/** Few, so that looks that events ask for are not held up. */
const AT_ONCE = 50;

/** Rejects with ZooKeeperError when the server does not answer. */
export async function scanStats(
  client: ZooKeeperClient,
  tree: KnownTree,
  listener: ScanListener,
): Promise<void> {
  const paths = tree.paths();
  const worker = async () => {
    for (let next = paths.next(); next.done !== true && !listener.isOver(); next = paths.next()) {
      const path = next.value;
      const stat = await client.exists(path);
      const known = tree.get(path);
      if (known !== undefined && !listener.isOver() && isDifferent(known, stat)) listener.onDifferent(path);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function isDifferent(known: KnownNode, stat: Stat | null): boolean {
  if (stat === null) return true;
  return stat.aversion !== known.aversion || stat.mzxid !== known.mzxid || stat.czxid !== known.czxid;
}
