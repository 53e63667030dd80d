/**
 * Waiting for the lock file and holding it: polling with a deadline, noticing when it is taken away. Knows nothing of what
 * the lock protects.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Lock, LockOwner, LockRequest } from "../backend.js";
import { lockedError, lockInterrupted } from "../lock-errors.js";
import type { Liveness } from "../owner.js";
import type { LockFile } from "./lock.js";

const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 250;
const WATCH_MS = 1000;

export interface HeldLock extends Lock {
  /** Called once when it is released or lost. */
  onEnd(listener: () => void): void;
}

/** Takes the lock or rejects with `state-locked` at the deadline, `interrupted` when the signal aborts. */
export async function acquire(file: LockFile, request: LockRequest, location: string): Promise<HeldLock> {
  const started = performance.now();
  let told: string | null = null;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    if (request.signal?.aborted) throw lockInterrupted(location);
    const taken = await file.take(request.owner);
    if (taken.kind === "taken") {
      if (taken.from !== null) request.onTakeOver?.(taken.from.owner, taken.from.reason);
      return new WatchedLock(file, request.owner);
    }
    const waited = performance.now() - started;
    if (waited >= request.timeoutMs) throw lockedError(location, taken.by, waited, noteOn(taken.liveness));
    if (told !== taken.by.id) {
      told = taken.by.id;
      request.onWait?.(taken.by);
    }
    // Contenders that were started together must not poll together.
    const pause = Math.min(poll * (0.5 + Math.random()), request.timeoutMs - waited);
    await delay(pause, undefined, request.signal === undefined ? {} : { signal: request.signal }).catch(
      () => undefined,
    );
  }
}

function noteOn(liveness: Liveness): string {
  return liveness.kind === "unknown" ? `ferry cannot tell whether it still runs: ${liveness.reason}.` : "";
}

class WatchedLock implements HeldLock {
  private readonly controller = new AbortController();
  private readonly watch: NodeJS.Timeout;
  private ended: (() => void) | null = null;
  private released = false;

  constructor(
    private readonly file: LockFile,
    readonly owner: LockOwner,
  ) {
    this.watch = setInterval(() => void this.look(), WATCH_MS);
    this.watch.unref();
  }

  get lost(): AbortSignal {
    return this.controller.signal;
  }

  onEnd(listener: () => void): void {
    this.ended = listener;
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    this.end();
    await this.file.remove(this.owner.id, this.owner);
  }

  private async look(): Promise<void> {
    // A disk that cannot be read just now says nothing about the lock; writing would fail by itself.
    const holder = await this.file.holder().catch(() => this.owner);
    if (this.released || holder?.id === this.owner.id) return;
    this.end();
    this.controller.abort(holder === null ? "Somebody has removed it." : `${holder.who} holds it now.`);
  }

  private end(): void {
    clearInterval(this.watch);
    this.ended?.();
    this.ended = null;
  }
}
