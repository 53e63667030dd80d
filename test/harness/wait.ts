/** Waiting for a condition with a deadline; tests never sleep for luck. */
import { setTimeout as delay } from "node:timers/promises";

/**
 * Polls `condition` each 25 ms until it gives something else than false, null or undefined; rejects after
 * `deadlineMs` with the reason and the last error.
 */
export async function waitFor<T>(
  reason: string,
  deadlineMs: number,
  condition: () => Promise<T | false | null | undefined> | T | false | null | undefined,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(
        `waited ${deadlineMs} ms in vain: ${reason}${last === undefined ? "" : ` (last error: ${String(last)})`}`,
      );
    }
    await delay(25);
  }
}
