/**
 * When the checkpoint moves over transactions that have nothing for the target: now and then, and sooner when the other
 * direction waits for it. Pure but for what it remembers.
 */
import type { Transaction } from "../../zookeeper/learner/transaction.js";

/** Milliseconds between two moves that nobody waits for. */
const MOVE_MS = 1_000;

export class IdleCheckpoint {
  /** Newest transaction with nothing for the target in it, not in the checkpoint yet. */
  private skipped: bigint | null = null;
  /** The other direction remembers what it wrote until it is in our checkpoint. */
  private isAwaited = false;
  private movedAt = Number.NEGATIVE_INFINITY;
  private isUnderWay = false;

  /** @param isPair whether there is another direction */
  constructor(private readonly isPair: boolean) {}

  /** A checkpoint with nothing else in it has been sent and not been answered. */
  get isMoving(): boolean {
    return this.isUnderWay;
  }

  skip({ zxid, body }: Transaction, own: boolean): void {
    const writes = body.kind === "changes" ? body.changes.length : 0;
    // The move of the other direction's checkpoint alone: answered by one of ours, it would never end.
    if (this.isPair && own && writes === 1) return;
    this.skipped = zxid;
    this.isAwaited ||= this.isPair && own;
  }

  /** Something else moves the checkpoint. */
  passed(): void {
    this.skipped = null;
  }

  /** Up to where it is to be moved now; null: not now. @param now steady clock, milliseconds */
  take(now: number): bigint | null {
    const { skipped } = this;
    if (skipped === null || (!this.isAwaited && now - this.movedAt < MOVE_MS)) return null;
    this.skipped = null;
    this.isAwaited = false;
    this.movedAt = now;
    this.isUnderWay = true;
    return skipped;
  }

  moved(): void {
    this.isUnderWay = false;
  }
}
