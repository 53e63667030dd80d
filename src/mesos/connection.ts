/** How the masters of a Mesos are reached: what callers give. Data only; secrets in it are the caller's to keep. */
import type { HttpConnection } from "../http/connection.js";
import type { TlsOptions } from "../zookeeper/types.js";

/** The path under which the masters elect. */
export interface ElectionPlace {
  /** `host:port,host:port`. */
  readonly connectString: string;
  /** `/mesos`. */
  readonly path: string;
  readonly auth?: readonly { readonly scheme: string; readonly credential: Buffer }[];
  readonly tls?: TlsOptions;
}

/** `host:port` of masters, or where they elect. */
export type Masters =
  | { readonly addresses: readonly string[] }
  /** Agents and frameworks find their master in the same way. */
  | { readonly zookeeper: ElectionPlace };

export interface MesosConnection extends HttpConnection {
  readonly masters: Masters;
  readonly scheme: "http" | "https";
  /** Milliseconds for which a call is tried again while nobody leads; 30000 when left out: a lost leader costs about 10 s. */
  readonly retryMs?: number;
}

export const DEFAULT_RETRY_MS = 30_000;
