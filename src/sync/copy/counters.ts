/**
 * Sequence counters after a copy: raised on the target to the source's by children that are made and deleted in one multi.
 * They cannot be lowered; where the target's is ahead, that is reported.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { TargetOp } from "../translate/target-op.js";

export interface CounterWish {
  /** On the target. */
  readonly path: string;
  /** Children ever created on the source. */
  readonly cversion: number;
}

export interface CounterResult {
  /** Each fits one multi. */
  readonly ops: readonly (readonly TargetOp[])[];
  readonly ahead: readonly { readonly path: string; readonly by: number }[];
}

/** Creations raised by one multi at most. */
const BUMP_STEP = 500;
const READ_AT_ONCE = 500;

/** How many children were ever created below a znode, out of what clients see: the number the next sequential one gets. */
export function nextSequence(stat: { readonly cversion: number; readonly numChildren: number }): number {
  return (stat.cversion + stat.numChildren) / 2;
}

export async function planCounters(
  client: ZooKeeperClient,
  wishes: readonly CounterWish[],
): Promise<CounterResult> {
  const ops: TargetOp[][] = [];
  const ahead: { path: string; by: number }[] = [];
  for (let from = 0; from < wishes.length; from += READ_AT_ONCE) {
    const some = wishes.slice(from, from + READ_AT_ONCE);
    const stats = await Promise.all(some.map(({ path }) => statOf(client, path)));
    for (const [at, { path, cversion }] of some.entries()) {
      const stat = stats[at];
      if (stat === null || stat === undefined) continue;
      const missing = cversion - nextSequence(stat);
      if (missing < 0) ahead.push({ path, by: -missing });
      for (let left = missing; left > 0; left -= BUMP_STEP) {
        ops.push([{ kind: "bump", path, count: Math.min(left, BUMP_STEP) }]);
      }
    }
  }
  return { ops, ahead };
}

async function statOf(client: ZooKeeperClient, path: string) {
  try {
    return await client.exists(path);
  } catch (error) {
    if (isZooKeeperError(error, "NO_AUTH")) return null;
    throw error;
  }
}
