/**
 * Compares the stat of every known znode with what is remembered: the only way to see a changed ACL, which raises no event,
 * and what was created out of sight of this session. One small question for each znode; it changes nothing.
 */
import type { Stat, ZooKeeperClient } from "../../zookeeper/types.js";
import type { KnownNode, KnownTree } from "./known-tree.js";
import { part } from "./node-state.js";

export interface ScanListener {
  isOver(): boolean;
  /** It is not as remembered. It may have been looked at meanwhile. */
  onDifferent(path: string): void;
  /** It has more or fewer children than are remembered. */
  onOtherChildren(path: string): void;
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
      const answer = await part(client.exists(path));
      const known = tree.get(path);
      if (known === undefined || listener.isOver()) continue;
      const stat = answer === "gone" || answer === "forbidden" ? null : answer;
      if (stat === null || isDifferent(known, stat)) listener.onDifferent(path);
      else if (stat.numChildren !== tree.children(path).size) listener.onOtherChildren(path);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function isDifferent(known: KnownNode, stat: Stat): boolean {
  return stat.aversion !== known.aversion || stat.mzxid !== known.mzxid || stat.czxid !== known.czxid;
}
