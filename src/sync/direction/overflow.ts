/**
 * What a direction receives faster than its target takes: kept in order, in the spool, until there is room in memory again.
 * When the spool is full too, the feed is left and taken up where it was left, which may cost a comparison of states.
 */
import type { Transaction } from "../../zookeeper/learner/transaction.js";
import type { TransactionSpool } from "../spool/transaction-spool.js";

export interface OverflowOptions {
  readonly spool: TransactionSpool;
  /** Bytes waiting for the target beyond which nothing more is followed. */
  readonly limitBytes: number;
  readonly waitingBytes: () => number;
  /** Whether what waits may go on now: not during a copy. */
  readonly mayFollow: () => boolean;
  readonly follow: (transaction: Transaction, own: boolean) => void;
  /** What waits cannot be read any more. */
  readonly onFault: (error: unknown) => void;
  /** Leaves the feed; resolves when nothing more comes. */
  readonly leave: (reason: string) => Promise<void>;
  /** Takes the feed up again after the last transaction that was received. */
  readonly takeUp: () => void;
}

/** Transactions that are followed before other work gets its turn. */
const TURN = 1_000;

export class Overflow {
  private draining = false;
  /** `left`: nothing more comes from the feed until it is taken up again. */
  private feed: "open" | "leaving" | "left" = "open";

  constructor(private readonly options: OverflowOptions) {}

  get length(): number {
    return this.options.spool.length;
  }

  get bytes(): number {
    return this.options.spool.bytes;
  }

  /** The feed has been left: what still comes will come again. */
  get isLeft(): boolean {
    return this.feed !== "open";
  }

  /** Follows at once, or keeps it for later. */
  take(transaction: Transaction, own: boolean): void {
    const { spool, limitBytes, waitingBytes, mayFollow, follow } = this.options;
    if (spool.length === 0 && mayFollow() && waitingBytes() <= limitBytes) {
      follow(transaction, own);
      return;
    }
    spool.add({ transaction, own });
    const { full } = spool;
    if (full !== null) void this.leave(full);
  }

  /** There may be room again. */
  relieved(): void {
    const { spool, limitBytes, waitingBytes } = this.options;
    if (spool.length > 0 && waitingBytes() <= limitBytes / 2) this.drain();
    else this.takeUpAgain();
  }

  /** Forgets what waits: a copy makes it void. */
  clear(): void {
    this.feed = "open";
    this.options.spool.clear();
  }

  close(): void {
    this.feed = "open";
    this.options.spool.close();
  }

  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    setImmediate(() => {
      this.draining = false;
      try {
        this.followSome();
      } catch (error) {
        this.options.onFault(error);
      }
    });
  }

  private followSome(): void {
    const { spool, limitBytes, waitingBytes, mayFollow, follow } = this.options;
    for (let left = TURN; left > 0 && mayFollow() && waitingBytes() <= limitBytes; left--) {
      const next = spool.take();
      if (next === null) {
        this.takeUpAgain();
        return;
      }
      follow(next.transaction, next.own);
    }
    if (mayFollow() && waitingBytes() <= limitBytes) this.drain();
  }

  private async leave(full: string): Promise<void> {
    if (this.feed !== "open") return;
    this.feed = "leaving";
    await this.options.leave(
      `the target is slower than the source, and the spool takes no more (${full}): the feed waits until the backlog is applied`,
    );
    if (this.feed !== "leaving") return;
    this.feed = "left";
    this.takeUpAgain();
  }

  private takeUpAgain(): void {
    const { spool, limitBytes, waitingBytes, takeUp } = this.options;
    if (this.feed !== "left" || spool.length > 0 || waitingBytes() > limitBytes / 2) return;
    this.feed = "open";
    takeUp();
  }
}
