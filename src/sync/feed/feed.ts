/**
 * One interface for everything that tells what happens on a side: the observer, the recursive watch, the one-shot
 * watches. A feed reports in the order of the source and never waits for its listener; it reconnects by itself.
 */
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";

export type FeedKind = "observer" | "watch" | "classic";

/** What a feed may miss. Shown in status; each text is one sentence. */
export interface FeedQuality {
  /** Every committed transaction, whole, in order, with session, time and boundaries. */
  readonly exact: boolean;
  readonly losses: readonly string[];
}

export interface FeedListener {
  /**
   * The whole state follows, node by node, parents first: what was known before is void. Transactions that come between
   * the begin and `current` may be in it already (a snapshot is fuzzy); applying them again must do no harm.
   * @param nodes how many znodes are to come, when the feed knows
   */
  onSnapshotBegin(zxid: bigint, nodes: number | null): void;
  onSnapshotNode(node: SnapshotNode): void;
  onSnapshotEnd(zxid: bigint): void;
  onTransaction(transaction: Transaction): void;
  /** Everything committed up to `zxid` has been reported: from here on the feed is live. After every (re)connection. */
  onCurrent(zxid: bigint): void;
  /** The newest zxid the source has proposed, as far as known: what is behind can be told from it. */
  onHead(zxid: bigint): void;
  /** Lost its server and looks for another; `reason` for people. */
  onLost(reason: string): void;
  /** It cannot go on by itself and has stopped: gap, fork, refused. */
  onFailed(failure: FeedFailure): void;
}

export interface FeedFailure {
  readonly kind: /** zxids are missing between two transactions. */
    | "gap"
    /** The source lacks what we hold: restored, wiped, another ensemble. */
    | "truncated"
    /** The server refuses us for good: certificate, SASL, no quorum port. */
    | "refused"
    /** Bytes that are no ZooKeeper, or a transaction type nobody knows. */
    | "not-understood";
  readonly reason: string;
  readonly remedy: string;
}

export interface Feed {
  readonly kind: FeedKind;
  readonly quality: FeedQuality;
  /**
   * Znodes of the source that it may not read: nothing is known of them and of what is below them. Complete at the end of a
   * snapshot; always empty for an exact feed.
   */
  readonly unreadable: ReadonlySet<string>;
  /** host:port it reads from now, or null. */
  readonly server: string | null;
  /**
   * Begins after `from`; null asks for a snapshot. Returns at once; all news go to the listener. May be called again after
   * `stop` has resolved.
   */
  start(from: bigint | null, listener: FeedListener): void;
  /** During a snapshot only: holds the source back, and lets it go on. A feed that cannot does nothing. */
  hold(held: boolean): void;
  /** Resolves when nothing more will be reported. */
  stop(): Promise<void>;
}
