/** What a direction must know of its source's tree: kept by src/sync/tree, fed in the order of the feed. */
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";

export interface SourceEntry {
  readonly version: number;
  readonly aversion: number;
  /** Internal: children ever created. */
  readonly cversion: number;
}

export interface SourceIndex {
  reset(): void;
  addSnapshotNode(node: SnapshotNode): void;
  /** Replays one transaction; again if it was in the snapshot already. */
  apply(transaction: Transaction): void;
  lookup(path: string): SourceEntry | null;
  /** Digest of the whole tree, as servers from 3.6 on count it. */
  readonly digest: bigint;
  readonly size: number;
}
