/**
 * Which version the connected server is. A server answers an operation it does not know by closing the connection, so
 * newer operations are asked for only after looking. When `srvr` is not whitelisted nothing is known, and nothing is
 * assumed.
 */
import { parseConnectString } from "./connect-string.js";
import { fourLetterWord } from "./four-letter.js";
import type { TlsOptions } from "./types.js";

/** First release that knows an operation (ZooDefs.OpCode through the releases). */
export const SINCE = {
  createWithStat: "3.5.0",
  container: "3.5.1",
  ttl: "3.5.3",
  reconfig: "3.5.0",
  removeWatches: "3.5.0",
  addWatch: "3.6.0",
  getEphemerals: "3.6.0",
  whoAmI: "3.7.0",
} as const;

/** `3.8.4` out of `Zookeeper version: 3.8.4-9316c2…, built on …`, or null. */
export function versionOfSrvr(text: string): string | null {
  return /^Zookeeper version: (\d+\.\d+\.\d+)/m.exec(text)?.[1] ?? null;
}

/** Whether `version` is older than `since`. */
export function isOlder(version: string, since: string): boolean {
  const [a, b] = [version, since].map((text) => text.split(".").map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Asks each server once per connection to it. */
export class ServerVersions {
  private known: { readonly server: string; readonly version: Promise<string | null> } | null = null;

  constructor(private readonly tls: TlsOptions | undefined) {}

  /** Version of `server` (host:port), or null when it does not say within two seconds. */
  of(server: string): Promise<string | null> {
    if (this.known?.server === server) return this.known.version;
    const version = this.ask(server);
    this.known = { server, version };
    return version;
  }

  /** The connection ended: it may be another version when it comes back. */
  forget(): void {
    this.known = null;
  }

  private async ask(server: string): Promise<string | null> {
    const parsed = parseConnectString(server);
    const address = typeof parsed === "string" ? undefined : parsed.servers[0];
    if (address === undefined) return null;
    const options = { timeoutMs: 2_000, ...(this.tls === undefined ? {} : { tls: this.tls }) };
    try {
      return versionOfSrvr(await fourLetterWord(address.host, address.port, "srvr", options));
    } catch {
      return null; // not whitelisted, or just going down: the operation itself will tell
    }
  }
}
