/** How Marathon is reached: what callers give, and the clock they may replace. Data only. */
import { setTimeout as delay } from "node:timers/promises";

export interface MarathonTls {
  /** PEM. The chain and the name are always verified. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export interface MarathonConnection {
  /** Of the nodes of one Marathon: `http(s)://host:port`, a path for gateways. At least one. Standbys forward to the leader. */
  readonly urls: readonly string[];
  /** Basic authentication. */
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly tls?: MarathonTls;
  /** Milliseconds for one connection; 5000 when left out. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one answer, all of it; 30000 when left out. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds for which a call is tried again while there is no leader; 20000 when left out: an election takes about 10 s. */
  readonly retryMs?: number;
}

/** Time as the client uses it. */
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
    await delay(ms, undefined, { signal });
  },
};

export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
export const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
export const DEFAULT_RETRY_MS = 20_000;
