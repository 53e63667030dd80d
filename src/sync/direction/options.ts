/** What a direction is given: its two sides, what it remembers of them, and whom it tells. */

import type { Transaction } from "../../zookeeper/learner/transaction.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import type { Checkpoint } from "../apply/checkpoint.js";
import type { OffsetStore } from "../apply/offset-store.js";
import type { Repairer } from "../apply/pipeline.js";
import type { Problem } from "../apply/problem.js";
import type { ControlPaths } from "../control/layout.js";
import type { CopySummary } from "../copy/copier.js";
import type { MergeRules } from "../copy/merge-node.js";
import type { Feed } from "../feed/feed.js";
import type { Direction as DirectionName, SyncSpec } from "../spec.js";
import type { TransactionSpool } from "../spool/transaction-spool.js";
import type { Shadows } from "../translate/shadows.js";
import type { SourceIndex } from "./source-index.js";

/** While it lasts, no other direction copies. */
export interface MergeTurn {
  /** To be called when the target has been read. Rejects when it cannot be reached. */
  ready(): Promise<MergeRules>;
  /** Safe to call twice. */
  end(): void;
}

export interface DirectionOptions {
  readonly name: DirectionName;
  readonly spec: SyncSpec;
  readonly paths: ControlPaths;
  readonly epoch: number;
  readonly engine: string;
  readonly checkpoint: Checkpoint;
  readonly feed: Feed;
  readonly index: SourceIndex;
  /** Another feed of the same source, for building the index after a restart by DIFF; null: it stays unknown. */
  readonly secondFeed: (() => Feed) | null;
  readonly shadows: Shadows;
  readonly skipped: Shadows;
  readonly offsets: OffsetStore;
  readonly repairer: Repairer;
  readonly target: () => Promise<ZooKeeperClient>;
  readonly toTarget: (path: string) => string | null;
  readonly toSource: (path: string) => string | null;
  /** Roots of the synchronised subtrees on the target. */
  readonly targetRoots: readonly string[];
  /** Held for a person's decision. Path of the target. */
  readonly isHeld: (path: string) => boolean;
  /**
   * Begins a copy when both sides count; null: the source alone does. Given is up to where the target has what the source had.
   * Rejects with the signal's reason, or when a side cannot be reached.
   */
  readonly beginCopy: ((base: bigint | null, signal: AbortSignal) => Promise<MergeTurn>) | null;
  /** Multis of ours on the target that the other direction has passed for good; null where there is none. */
  readonly seenMultis: (() => number) | null;
  /** A transaction this synchronisation made itself, in the other direction. Asked once for each, in order. */
  readonly isOwn: (transaction: Transaction) => boolean;
  /** Znodes that a snapshot of the source is going to have; null when nobody knows. Never rejects. */
  readonly sourceNodes: () => Promise<number | null>;
  /** For what the target does not take in time. */
  readonly spool: TransactionSpool;
  /** Share of the target that a copy may delete, 0 … 1. */
  readonly deletableShare: number;
  readonly onCopying: (copying: boolean) => void;
  readonly onCopied: (summary: CopySummary) => void;
  /** It has stopped for good; the engine decides what follows. */
  readonly onStopped: (problem: Problem) => void;
}
