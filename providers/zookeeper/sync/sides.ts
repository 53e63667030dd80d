/** How the provider reaches the two sides of a Sync. Sessions are shared with the other kinds and closed with the provider. */

import { resolveSide } from "../../../src/sync/declared/resolve-spec.js";
import { connectOptions } from "../../../src/sync/side/side.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import type { ProviderContext } from "../../provider.js";
import type { Connections } from "../znode/access.js";

export type SideName = "source" | "target";

const CONNECT_TIMEOUT_MS = 10_000;

/** What the state remembers of a Sync in the world. */
export interface SyncIdentity extends JsonObject {
  readonly name: string;
  /** Connect strings, for when an ensemble is declared no more. */
  readonly source: string | null;
  readonly target: string | null;
}

/** The last part of an address: `shop` of `module.x.Sync/shop`. */
export function nameOf(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}

/** Connects to a side. Rejects with ZooKeeperError or DiagnosticError. */
export async function clientOf(
  connections: Connections,
  which: SideName,
  subject: { readonly address: string; readonly spec: JsonObject; readonly identity: Json },
  context: ProviderContext,
): Promise<{ readonly client: ZooKeeperClient; readonly connectString: string }> {
  const { address, spec, identity } = subject;
  const side = await resolveSide(spec, which, {
    address,
    outputs: (ensemble) => context.resource(ensemble)?.outputs ?? remembered(identity, which),
    secret: (reference) => context.secrets.resolve(reference),
  });
  const access = spec[which];
  const key = JSON.stringify(["sync", side.connectString, isObject(access) ? access : null]);
  const options = { ...connectOptions(side), connectTimeoutMs: CONNECT_TIMEOUT_MS };
  const client = await connections.client(key, options);
  return { client, connectString: side.connectString };
}

/** As far as it is known without connecting; null when it is not. */
export function knownConnectString(
  spec: JsonObject,
  which: SideName,
  identity: Json,
  context: ProviderContext,
): string | null {
  const side = spec[which];
  if (!isObject(side)) return null;
  const { connectString, ensemble } = side;
  if (typeof connectString === "string") return connectString;
  const outputs = typeof ensemble === "string" ? context.resource(ensemble)?.outputs : undefined;
  const found = (outputs ?? remembered(identity, which))?.["connectString"];
  return typeof found === "string" ? found : null;
}

function remembered(identity: Json, which: SideName): JsonObject | undefined {
  const connectString = isObject(identity) ? identity[which] : undefined;
  return typeof connectString === "string" ? { connectString } : undefined;
}
