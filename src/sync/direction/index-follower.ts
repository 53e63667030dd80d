/**
 * The index of the source beside a direction that follows: kept in step with it, checked against the digests the servers
 * send, and built in the background where a direction went on by DIFF and knows no whole state.
 */
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import { Problem } from "../apply/problem.js";
import { FuzzyWindow } from "../copy/fuzzy-window.js";
import type { Feed, FeedListener } from "../feed/feed.js";
import { hex } from "../feed/zxid.js";
import type { SourceIndex } from "./source-index.js";

export type DigestState = "not-sent" | "unchecked" | "equal" | "different";

export class IndexFollower {
  digest: DigestState = "unchecked";
  private known = false;
  private builder: IndexBuilder | null = null;

  /** @param secondFeed another feed of the same source, to build with; null where none can give a whole state */
  constructor(
    readonly index: SourceIndex,
    private readonly secondFeed: (() => Feed) | null,
  ) {}

  /** The source as it is before the next transaction; null while it is not known. */
  get view(): SourceIndex | null {
    return this.known ? this.index : null;
  }

  /** The index holds the whole state exactly, as after a copy. */
  complete(): void {
    this.known = true;
    this.digest = "unchecked";
  }

  /** Another whole state is about to come. */
  async drop(): Promise<void> {
    this.known = false;
    const { builder } = this;
    this.builder = null;
    await builder?.stop();
  }

  /** Begins to build, if nothing is known and nothing is being built. */
  build(): void {
    if (this.known || this.builder !== null || this.secondFeed === null) return;
    this.builder = new IndexBuilder(this.secondFeed(), this.index);
    this.builder.start();
  }

  /** To be called before a transaction is translated: what was built may be of use from here on. */
  before(transaction: Transaction): void {
    if (this.known || this.builder === null || !this.builder.bringTo(transaction.zxid)) return;
    this.complete();
    const { builder } = this;
    this.builder = null;
    void builder.stop();
  }

  /** To be called after it was translated. Throws Problem when the digests differ. */
  after(transaction: Transaction): void {
    if (!this.known) return;
    const { index } = this;
    index.apply(transaction);
    if (transaction.digest === null) {
      if (this.digest === "unchecked" && transaction.body.kind !== "failed") this.digest = "not-sent";
      return;
    }
    if (index.digest === transaction.digest) {
      this.digest = "equal";
      return;
    }
    this.digest = "different";
    throw new Problem(
      "digest",
      `after transaction ${hex(transaction.zxid)} the source's digest of its tree is not the one of what ferry received`,
      "Start it again with --from-snapshot: the whole state is compared. Please report it with the source's version",
    );
  }
}

/** Fills an index from a snapshot, and keeps what comes after it until somebody takes it over. */
class IndexBuilder implements FeedListener {
  private current: bigint | null = null;
  private newest = 0n;
  private later: Transaction[] = [];
  private window: FuzzyWindow | null = null;
  private stopped = false;

  constructor(
    private readonly feed: Feed,
    private readonly index: SourceIndex,
  ) {}

  start(): void {
    this.feed.start(null, this);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.feed.stop();
  }

  /** Brings the index to the state just before `zxid`; false when it is not that far, or too far already. */
  bringTo(zxid: bigint): boolean {
    if (this.current === null || zxid <= this.current || this.newest < zxid - 1n) return false;
    for (const transaction of this.later) if (transaction.zxid < zxid) this.index.apply(transaction);
    this.later = [];
    return true;
  }

  onSnapshotBegin(zxid: bigint): void {
    if (this.stopped) return;
    this.current = null;
    this.later = [];
    this.index.reset();
    this.window = new FuzzyWindow(this.index, () => true);
    this.window.begin(zxid);
  }
  onSnapshotNode(node: SnapshotNode): void {
    if (!this.stopped) this.window?.node(node);
  }
  onSnapshotEnd(zxid: bigint): void {
    this.newest = zxid;
  }
  onTransaction(transaction: Transaction): void {
    if (this.stopped) return;
    this.newest = transaction.zxid;
    if (this.current === null) this.replay(transaction);
    else this.later.push(transaction);
  }
  private replay(transaction: Transaction): void {
    try {
      this.window?.take(transaction, () => {});
    } catch {
      this.stopped = true; // the index stays unknown, as it may
    }
  }
  onCurrent(zxid: bigint): void {
    if (this.stopped) return;
    this.window = null;
    this.current ??= zxid;
    if (zxid > this.newest) this.newest = zxid;
  }
  onHead(): void {}
  onLost(): void {}
  /** The direction's own feed meets the same and says so. */
  onFailed(): void {}
}
