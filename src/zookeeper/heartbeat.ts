/**
 * When to ping and when to give a server up: pure arithmetic on the times of the last byte sent and received. A server
 * that stops answering is given up within 2/3 of the session timeout, so that a third is left to move the session.
 */

/** Checked this often, in parts of the session timeout. */
const CHECKS = 12;

export type Verdict = "fine" | "ping" | "dead";

export class Heartbeat {
  private lastSent: number;
  private lastReceived: number;
  private pinged = false;

  /**
   * @param sessionTimeoutMs as negotiated
   * @param now milliseconds of a clock that never jumps
   */
  constructor(
    private readonly sessionTimeoutMs: number,
    now: number,
  ) {
    this.lastSent = now;
    this.lastReceived = now;
  }

  /** Milliseconds between two calls of `check`. */
  get checkEveryMs(): number {
    return Math.max(10, Math.floor(this.sessionTimeoutMs / CHECKS));
  }

  /** Longest silence borne: with the check interval it makes 2/3. */
  get silenceLimitMs(): number {
    return Math.floor((this.sessionTimeoutMs * 2) / 3) - this.checkEveryMs;
  }

  sent(now: number): void {
    this.lastSent = now;
  }

  received(now: number): void {
    this.lastReceived = now;
    this.pinged = false;
  }

  /** Milliseconds since the last byte came. */
  silence(now: number): number {
    return now - this.lastReceived;
  }

  /** After "ping" the caller sends one and calls sent(). */
  check(now: number): Verdict {
    if (this.silence(now) >= this.silenceLimitMs) return "dead";
    const quiet = 2 * this.checkEveryMs;
    const due = now - this.lastSent >= quiet || (!this.pinged && this.silence(now) >= quiet);
    if (!due) return "fine";
    this.pinged = true;
    return "ping";
  }
}
