/**
 * How ferry reaches the ensemble of a ZNode and what secrets it needs there. Connections are shared by all znodes of one
 * ensemble with the same credentials, and closed with the provider.
 */
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { digestId } from "../../../src/zookeeper/digest.js";
import type { Acl, ConnectOptions, TlsOptions, ZooKeeperClient } from "../../../src/zookeeper/types.js";
import type { ProviderContext } from "../../provider.js";
import { type AclSpec, type NodeSpec, permissionBits, type TreeSpec } from "./tree.js";

export type Connect = (options: ConnectOptions) => Promise<ZooKeeperClient>;

const CONNECT_TIMEOUT_MS = 10_000;
const OVER: ReadonlySet<string> = new Set(["expired", "closed", "auth-failed"]);

/** Open clients by what they were opened for. */
export class Connections {
  private readonly open = new Map<string, Promise<ZooKeeperClient>>();

  constructor(private readonly connect: Connect) {}

  async client(key: string, options: ConnectOptions): Promise<ZooKeeperClient> {
    const known = this.open.get(key);
    if (known !== undefined) {
      const client = await known;
      if (!OVER.has(client.state)) return client;
    }
    const opened = this.connect(options);
    this.open.set(key, opened);
    // A failure is the caller's to report, and must not be remembered.
    opened.catch(() => this.open.delete(key));
    return opened;
  }

  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.open.values());
    this.open.clear();
    await Promise.allSettled(
      clients.flatMap((client) => (client.status === "fulfilled" ? [client.value.close()] : [])),
    );
  }
}

function noEnsemble(address: string, ensemble: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("unknown-ensemble", `${address}: it is not known how to reach ${ensemble}`, {
      address,
      detail:
        "Its connect string is not known: the ensemble is neither declared nor recorded. Nothing was touched.",
      remedy: `Declare ${ensemble}, or give the znode a connectString of its own.`,
    }),
  ]);
}

/** `host:port,…/chroot` of the ensemble; falls back to where the znode was last found. */
export function connectStringOf(
  address: string,
  tree: TreeSpec,
  identity: Json,
  context: ProviderContext,
): string {
  if (tree.connectString !== undefined) return tree.connectString;
  const outputs = context.resource(tree.ensemble ?? "")?.outputs;
  const secure = tree.tls === undefined ? undefined : outputs?.["secureConnectString"];
  const found = secure ?? outputs?.["connectString"];
  if (typeof found === "string" && found !== "") return found;
  const last = isObject(identity) ? identity["connectString"] : undefined;
  if (typeof last === "string") return last;
  throw noEnsemble(address, tree.ensemble ?? "its ensemble");
}

async function tlsOf(tree: TreeSpec, context: ProviderContext): Promise<TlsOptions | undefined> {
  if (tree.tls === undefined) return undefined;
  const entries = await Promise.all(
    Object.entries(tree.tls).map(
      async ([name, secret]) => [name, await context.secrets.resolve(secret.$secret)] as const,
    ),
  );
  return Object.fromEntries(entries) as TlsOptions;
}

function withoutLineEnd(content: Buffer): Buffer {
  return content.at(-1) === 0x0a ? content.subarray(0, content.at(-2) === 0x0d ? -2 : -1) : content;
}

/** Connects, or takes the connection that is there. Rejects with ZooKeeperError or DiagnosticError. */
export async function clientFor(
  connections: Connections,
  address: string,
  tree: TreeSpec,
  identity: Json,
  context: ProviderContext,
): Promise<{ readonly client: ZooKeeperClient; readonly connectString: string }> {
  const connectString = connectStringOf(address, tree, identity, context);
  const auth = await Promise.all(
    tree.auth.map(async ({ scheme, credential }) => ({
      scheme,
      credential: withoutLineEnd(await context.secrets.resolve(credential.$secret)),
    })),
  );
  const tls = await tlsOf(tree, context);
  const key = JSON.stringify([connectString, tree.auth, tree.tls ?? null]);
  const client = await connections.client(key, {
    connectString,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    auth,
    ...(tls === undefined ? {} : { tls }),
  });
  return { client, connectString };
}

/** A declared access list as the server takes it: passwords become digests here and nowhere else. */
export async function serverAcl(acl: readonly AclSpec[], context: ProviderContext): Promise<Acl[]> {
  return Promise.all(
    acl.map(async ({ scheme, id, user, password, permissions }) => {
      const perms = permissionBits(permissions);
      if (password === undefined) return { scheme, id: id ?? "", perms };
      const text = withoutLineEnd(await context.secrets.resolve(password.$secret)).toString("utf8");
      return { scheme, id: digestId(user ?? "", text), perms };
    }),
  );
}

/** A declared node's data as bytes. Empty data and no data are the same to ferry. */
export async function serverData(node: NodeSpec, context: ProviderContext): Promise<Buffer> {
  if (node.dataSecret !== undefined) return context.secrets.resolve(node.dataSecret.$secret);
  if (node.dataBase64 !== undefined) return Buffer.from(node.dataBase64, "base64");
  return Buffer.from(node.data ?? "", "utf8");
}

/** A spec as data, for the places where the typed one is not known. */
export function isTree(spec: JsonObject | null): spec is JsonObject {
  return spec !== null && typeof spec["path"] === "string";
}
