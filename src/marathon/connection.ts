/** How Marathon is reached: what callers give. Data only. */
import type { HttpConnection, HttpTls } from "../http/connection.js";

export { type Clock, REAL_CLOCK } from "../http/connection.js";
export type MarathonTls = HttpTls;

export interface MarathonConnection extends HttpConnection {
  /** Of the nodes of one Marathon: `http(s)://host:port`, a path for gateways. At least one. Standbys forward to the leader. */
  readonly urls: readonly string[];
  /** Milliseconds for which a call is tried again while there is no leader; 20000 when left out: an election takes about 10 s. */
  readonly retryMs?: number;
}

export const DEFAULT_RETRY_MS = 20_000;
