/** Opening a socket, plain or with TLS; TlsOptions in the words of node:tls. Never reads files. */

import { connect as connectTcp, isIP, type Socket } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
} from "node:tls";
import type { TlsOptions } from "./types.js";

/** Verification of the chain is always on; that of the name only when `serverName` is not null. */
export function tlsConnectOptions(tls: TlsOptions, host: string): ConnectionOptions {
  const name = tls.serverName === undefined ? host : tls.serverName;
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    // RFC 6066: an address is no server name.
    ...(name === null || isIP(name) !== 0 ? {} : { servername: name }),
    checkServerIdentity: (_asked, certificate) =>
      name === null ? undefined : checkServerIdentity(name, certificate),
  };
}

/** Begins to connect. `readyEvent` names the event after which bytes can be sent. */
export function dial(
  host: string,
  port: number,
  tls: TlsOptions | undefined,
): { readonly socket: Socket; readonly readyEvent: "connect" | "secureConnect" } {
  if (tls === undefined) return { socket: connectTcp({ host, port }), readyEvent: "connect" };
  const socket = connectTls({ host, port, ...tlsConnectOptions(tls, host) });
  return { socket, readyEvent: "secureConnect" };
}

/** What is wrong with the certificates and keys themselves, in OpenSSL's words, or null. */
export function tlsFault(tls: TlsOptions): string | null {
  const { ca, cert, key, passphrase } = tls;
  try {
    createSecureContext({ ca, cert, key, passphrase });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
