/** How a service behind HTTP is reached, but for where it is; and the clock that callers may replace. Data only. */
import { setTimeout as delay } from "node:timers/promises";

export interface HttpTls {
  /** PEM. The chain and the name are always verified. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export interface HttpConnection {
  /** Basic authentication. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly tls?: HttpTls;
  /** Milliseconds for one connection; 5000 when left out. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one answer, all of it; 30000 when left out. */
  readonly requestTimeoutMs?: number;
}

/** Time as the clients use it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the reason of `signal` when that is aborted. */
  delay(ms: number, signal: AbortSignal): Promise<void>;
}

export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  delay: async (ms, signal) => {
    signal.throwIfAborted();
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // Node has an error of its own for it.
      signal.throwIfAborted();
      throw error;
    }
  },
};

export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
export const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
