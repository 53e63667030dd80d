/**
 * Takes a snapshot of the source and what is committed meanwhile from a feed, up to the moment at which the two together
 * are exact: when the feed says that everything committed has been told. Writes only to the spool.
 */
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import type { Feed, FeedFailure, FeedListener } from "../feed/feed.js";
import type { NodeSpool } from "./node-spool.js";
import { Touched } from "./touched.js";

export type Collected =
  /** The spool, with what is in `touched`, is the source as of this zxid. */
  | { readonly kind: "snapshot"; readonly zxid: bigint; readonly touched: Touched }
  /** No snapshot came: nothing in scope has happened since the zxid that was asked for, or something has. */
  | { readonly kind: "same" | "changed" };

/** What an earlier run knew of the source. */
export interface Known {
  readonly zxid: bigint;
  /** Sessions that had ephemerals in scope; see Touched. */
  readonly owners: ReadonlySet<bigint>;
}

export interface CollectOptions {
  readonly feed: Feed;
  /** Asks what happened after it, if the source can tell; null asks for a snapshot. */
  readonly known: Known | null;
  readonly inScope: (path: string) => boolean;
  readonly spool: NodeSpool;
  readonly onNodes: (nodes: number) => void;
  readonly signal: AbortSignal;
}

/** The connection broke; another try may go well. */
export class CollectLost extends Error {
  override readonly name = "CollectLost";
}

/** The feed cannot go on. */
export class CollectFailed extends Error {
  override readonly name = "CollectFailed";
  constructor(readonly failure: FeedFailure) {
    super(failure.reason);
  }
}

/** Milliseconds for a leader to be found, and for each further sign of life. */
const SILENCE_MS = 30_000;

/** Rejects with CollectLost, CollectFailed, the signal's reason, or the file system's error. The feed has stopped then. */
export async function collect(options: CollectOptions): Promise<Collected> {
  const collecting = new Collecting(options);
  try {
    return await collecting.result;
  } finally {
    collecting.end();
    await options.feed.stop();
  }
}

class Collecting implements FeedListener {
  readonly result: Promise<Collected>;
  private settle: { resolve(collected: Collected): void; reject(reason: unknown): void } | null = null;
  private touched: Touched;
  private begun = false;
  private nodes = 0;
  private timer: NodeJS.Timeout | null = null;
  /** Why the feed looks for another server. */
  private lost = "no server of the source has answered as a leader";
  private readonly abort = () => this.fail(this.options.signal.reason);

  constructor(private readonly options: CollectOptions) {
    this.touched = new Touched(options.inScope, options.known?.owners ?? null);
    this.result = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    options.signal.addEventListener("abort", this.abort, { once: true });
    if (options.signal.aborted) this.abort();
    else {
      this.alive();
      options.feed.start(options.known?.zxid ?? null, this);
    }
  }

  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.settle = null;
    this.options.signal.removeEventListener("abort", this.abort);
  }

  onSnapshotBegin(): void {
    if (this.begun) this.fail(new CollectLost("the source began a second snapshot"));
    this.begun = true;
    this.touched = new Touched(this.options.inScope, null);
    this.alive();
  }

  onSnapshotNode(node: SnapshotNode): void {
    if (this.settle === null) return;
    this.touched.node(node);
    this.nodes++;
    this.options.onNodes(this.nodes);
    if (this.nodes % 1_024 === 0) this.alive();
    if (!this.options.inScope(node.path)) return;
    const { feed, spool } = this.options;
    const wait = spool.add(node);
    if (wait === undefined) return;
    feed.hold(true);
    wait.then(
      () => feed.hold(false),
      (error: unknown) => this.fail(error),
    );
  }

  onSnapshotEnd(): void {
    this.alive();
  }

  onTransaction(transaction: Transaction): void {
    if (this.settle === null) return;
    this.touched.take(transaction);
    this.alive();
    if (!this.begun && this.touched.isChanged) this.succeed({ kind: "changed" });
  }

  onCurrent(zxid: bigint): void {
    this.succeed(this.begun ? { kind: "snapshot", zxid, touched: this.touched } : { kind: "same" });
  }

  onHead(): void {}

  onLost(reason: string): void {
    this.lost = reason;
    // What has come of a snapshot is void; before one the feed just looks for the leader.
    if (this.begun) this.fail(new CollectLost(reason));
  }

  onFailed(failure: FeedFailure): void {
    this.fail(new CollectFailed(failure));
  }

  private alive(): void {
    if (this.timer === null && this.settle !== null) {
      this.timer = setTimeout(() => this.fail(new CollectLost(this.lost)), SILENCE_MS);
    } else this.timer?.refresh();
  }

  private succeed(collected: Collected): void {
    this.settle?.resolve(collected);
    this.end();
  }

  private fail(reason: unknown): void {
    this.settle?.reject(reason);
    this.end();
  }
}
