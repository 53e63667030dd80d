/**
 * Who wrote last to each znode of a side, as its feed tells: what a conflict is decided by. Remembers the newest paths only;
 * for older ones the stat has to do. No I/O.
 */
import type { Side } from "../spec.js";

export interface Written {
  /** Side on which the write was made first; the other one only mirrors it. */
  readonly origin: Side;
  /** The leader's clock there, milliseconds. */
  readonly timeMs: number;
  /** On this side. */
  readonly zxid: bigint;
  readonly session: bigint;
  readonly deleted: boolean;
}

/** Paths remembered: half an hour of busy writing, some 30 MB. */
const KEPT = 200_000;

interface Waiter {
  readonly zxid: bigint;
  readonly wake: () => void;
  readonly giveUp: () => void;
}

export class Journal {
  private readonly last = new Map<string, Written>();
  private position = 0n;
  private muted = false;
  private waiters: Waiter[] = [];

  note(path: string, written: Written): void {
    this.last.delete(path); // so that it comes last in the order of insertion
    this.last.set(path, written);
    if (this.last.size <= KEPT) return;
    const oldest = this.last.keys().next();
    if (!oldest.done) this.last.delete(oldest.value);
  }

  of(path: string): Written | null {
    return this.last.get(path) ?? null;
  }

  /** The feed has told everything up to here. */
  reach(zxid: bigint): void {
    this.position = zxid;
    if (this.waiters.length === 0) return;
    const due = this.waiters.filter((waiter) => waiter.zxid <= zxid);
    if (due.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => waiter.zxid > zxid);
    for (const { wake } of due) wake();
  }

  /** Whether what happened up to here is known. */
  hasReached(zxid: bigint): boolean {
    return this.position >= zxid;
  }

  /** The feed tells nothing for a while, because whole states are compared: nobody needs to wait for it, and what it told is old. */
  mute(muted: boolean): void {
    this.muted = muted;
    if (muted) this.last.clear();
    if (muted) for (const { giveUp } of this.waiters.splice(0)) giveUp();
  }

  /** Resolves with true when the feed has told that much, with false when it has not within `ms`, or is muted. */
  async reached(zxid: bigint, ms: number): Promise<boolean> {
    if (this.position >= zxid) return true;
    if (this.muted) return false;
    return new Promise((resolve) => {
      const settle = (reached: boolean) => {
        clearTimeout(timer);
        resolve(reached);
      };
      const waiter = { zxid, wake: () => settle(true), giveUp: () => settle(false) };
      const timer = setTimeout(() => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        resolve(false);
      }, ms);
      this.waiters.push(waiter);
    });
  }
}
