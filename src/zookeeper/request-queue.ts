/**
 * Requests that cannot be sent yet. While there is no connection each has a deadline, so that nobody waits for ever
 * for a server that does not come back.
 */
import type { Request } from "./request.js";
import type { ZooKeeperErrorCode } from "./types.js";

interface Queued {
  readonly request: Request;
  /** By performance.now(), which no clock change moves; or null while there is a connection. */
  deadline: number | null;
}

export class RequestQueue {
  private entries: Queued[] = [];
  private head = 0;
  private timer: NodeJS.Timeout | null = null;

  /**
   * @param patienceMs how long a request waits for a connection; 0 = for ever
   * @param reason why there is none, at the moment of asking
   */
  constructor(
    private readonly patienceMs: number,
    private readonly reason: () => string,
  ) {}

  get length(): number {
    return this.entries.length - this.head;
  }

  push(request: Request, disconnected: boolean): void {
    const timed = disconnected && this.patienceMs > 0;
    this.entries.push({ request, deadline: timed ? performance.now() + this.patienceMs : null });
    if (timed) this.arm();
  }

  shift(): Request | undefined {
    const entry = this.entries[this.head];
    if (entry === undefined) return undefined;
    this.head++;
    if (this.head === this.entries.length || this.head > 1_024) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return entry.request;
  }

  /** The connection is gone: what waits for room now waits for a connection. */
  startDeadlines(): void {
    if (this.patienceMs === 0) return;
    const deadline = performance.now() + this.patienceMs;
    for (const entry of this.entries) entry.deadline ??= deadline;
    this.arm();
  }

  rejectAll(code: ZooKeeperErrorCode, server: string | null, reason?: string): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const entries = this.entries.slice(this.head);
    this.entries = [];
    this.head = 0;
    for (const entry of entries) entry.request.fail(code, server, reason);
  }

  private arm(): void {
    const first = this.entries[this.head]?.deadline;
    if (this.timer !== null || first === undefined || first === null) return;
    this.timer = setTimeout(() => this.expire(), Math.max(1, Math.ceil(first - performance.now())));
  }

  private expire(): void {
    this.timer = null;
    const now = performance.now();
    for (;;) {
      const entry = this.entries[this.head];
      if (entry === undefined || entry.deadline === null || entry.deadline > now) break;
      this.shift();
      entry.request.fail("UNREACHABLE", null, this.reason());
    }
    this.arm();
  }
}
