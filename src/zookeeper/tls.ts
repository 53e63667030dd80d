/** TlsOptions in the words of node:tls. Never reads files. */

import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
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
