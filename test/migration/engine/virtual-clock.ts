/** Time that passes only when nothing else can happen: a test of hours takes milliseconds, and the same seed gives the same order. */
import type { Clock } from "../../../src/migration/engine/clock.js";

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export class VirtualTime {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  private sleepers: Sleeper[] = [];
  private order = 0;

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        this.sleepers = this.sleepers.filter((each) => each !== sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { atMs: this.nowMs + ms, order: this.order++, wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Lets everything happen that can, then goes to the next moment somebody waits for; false when nobody does. */
  async step(): Promise<boolean> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const [first] = this.sleepers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (first === undefined) return false;
    this.nowMs = Math.max(this.nowMs, first.atMs);
    first.wake();
    return true;
  }

  /** Until `ended` says so; rejects when that takes more than `steps`. */
  async until(ended: () => boolean, steps = 200_000): Promise<void> {
    let idle = 0;
    for (let count = 0; count < steps; count += 1) {
      if (ended()) return;
      idle = (await this.step()) ? 0 : idle + 1;
      if (idle > 3) throw new Error("everybody waits for nothing");
    }
    throw new Error(`not over after ${steps} steps`);
  }

  /** A clock of one process: nothing of it wakes up once it is dead. */
  clockOf(process: { readonly isDead: boolean }): Clock {
    return {
      now: () => this.nowMs,
      sleep: (ms, signal) =>
        this.sleep(ms, signal).then(() => (process.isDead ? new Promise<void>(() => undefined) : undefined)),
    };
  }
}
