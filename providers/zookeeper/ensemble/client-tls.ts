/** TLS with which ferry itself talks to an ensemble that takes encrypted connections only. Pure. */
import type { TlsOptions } from "../../../src/zookeeper/types.js";
import type { EnsembleSpec } from "./spec.js";

/** Undefined while there is a plain client port. Stores must be PEM: Node reads no Java key stores. */
export function clientTls(spec: EnsembleSpec, secrets: ReadonlyMap<string, Buffer>): TlsOptions | undefined {
  const side = spec.tls.client;
  if (side?.only !== true) return undefined;
  const content = (name: "keyStore" | "trustStore" | "keyStorePassword"): Buffer | undefined => {
    const secret = side[name];
    return secret === undefined ? undefined : secrets.get(secret.$secret);
  };
  const store = content("keyStore");
  const ca = content("trustStore");
  const password = content("keyStorePassword")
    ?.toString("utf8")
    .replace(/\r?\n$/, "");
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(store === undefined ? {} : { cert: store, key: store }),
    ...(password === undefined ? {} : { passphrase: password }),
    serverName: null,
  };
}
