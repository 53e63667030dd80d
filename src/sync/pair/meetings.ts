/**
 * Notices znodes that both sides write to within a short time. A conflict shows itself by a version, but versions begin at
 * 0 again with each incarnation of a znode, so that two histories can agree by chance. No I/O.
 */
import type { Side } from "../spec.js";

/** Milliseconds within which two writes count as meeting. */
const NEAR_MS = 60_000;
const KEPT = 100_000;

export class Meetings {
  private readonly wroteAt: Readonly<Record<Side, Map<string, number>>> = { a: new Map(), b: new Map() };

  /** @param now steady clock, milliseconds */
  constructor(
    private readonly onMeeting: (path: string) => void,
    private readonly now: () => number,
  ) {}

  /** @param path of side a */
  wrote(side: Side, path: string): void {
    const now = this.now();
    const own = this.wroteAt[side];
    own.delete(path);
    own.set(path, now);
    if (own.size > KEPT) {
      const oldest = own.keys().next();
      if (!oldest.done) own.delete(oldest.value);
    }
    const other = this.wroteAt[side === "a" ? "b" : "a"].get(path);
    if (other !== undefined && now - other < NEAR_MS) this.onMeeting(path);
  }
}
