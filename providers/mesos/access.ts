/**
 * How the kinds of this provider reach their Mesos. Clients are shared by all resources of one Mesos, and closed with the
 * provider. Secrets are resolved here and kept nowhere else.
 */
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import type { HttpTls } from "../../src/http/connection.js";
import type { MesosClient } from "../../src/mesos/client.js";
import type { ElectionPlace, Masters, MesosConnection } from "../../src/mesos/connection.js";
import { isSecret } from "../../src/value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { ProviderContext, SecretResolver } from "../provider.js";
import { refusal } from "./failures.js";

export type OpenClient = (connection: MesosConnection) => MesosClient;

/** Open clients by what they were opened for. */
export class Clients {
  private readonly open = new Map<string, MesosClient>();

  constructor(private readonly openClient: OpenClient) {}

  /** `spec`: of a Mesos, normalised. Rejects with DiagnosticError. */
  async of(address: string, spec: JsonObject, context: ProviderContext): Promise<MesosClient> {
    const connection = await connectionOf(address, spec, context);
    const { masters, credentials, scheme } = connection;
    // Passwords that were rotated make another client; their text is in the key only as long as the process lives.
    const key = canonicalJson([
      scheme,
      "addresses" in masters
        ? [...masters.addresses]
        : [masters.zookeeper.connectString, masters.zookeeper.path],
      credentials === undefined ? null : { ...credentials },
      spec["zookeeper"] ?? null,
      spec["tls"] ?? null,
      spec["timeouts"] ?? null,
    ]);
    const known = this.open.get(key);
    if (known !== undefined) return known;
    const client = this.openClient(connection);
    this.open.set(key, client);
    return client;
  }

  async close(): Promise<void> {
    const clients = [...this.open.values()];
    this.open.clear();
    await Promise.allSettled(clients.map((client) => client.close()));
  }
}

/** The client of the Mesos at the address `name`. Rejects with DiagnosticError when that is not known. */
export async function clientFor(
  clients: Clients,
  address: string,
  name: Json | undefined,
  context: ProviderContext,
): Promise<MesosClient> {
  const mesos = typeof name === "string" ? context.resource(name) : undefined;
  if (mesos !== undefined) return clients.of(address, mesos.spec, context);
  throw refusal("unknown-mesos", address, `it is not known how to reach ${String(name)}`, {
    detail: "It is neither declared nor recorded. Nothing was touched.",
    remedy: `Declare ${String(name)}, at least until what lives on it is gone.`,
  });
}

/** A connection to the masters that `spec` (of a kind Mesos, normalised) names. Rejects with DiagnosticError. */
export async function connectionOf(
  address: string,
  spec: JsonObject,
  context: ProviderContext,
): Promise<MesosConnection> {
  const masters = await mastersOf(address, spec, context);
  return { masters, ...(await nodeConnection(spec, context.secrets)) };
}

/** How nodes are reached, but for where they are: from `scheme`, `auth`, `tls` and `timeouts`. */
export async function nodeConnection(
  access: JsonObject,
  secrets: SecretResolver,
): Promise<Omit<MesosConnection, "masters">> {
  const timeouts = isObject(access["timeouts"]) ? access["timeouts"] : {};
  const credentials = await credentialsOf(access["auth"], secrets);
  const tls = await tlsOf(access["tls"], secrets);
  return {
    scheme: access["scheme"] === "https" ? "https" : "http",
    ...(credentials === null ? {} : { credentials }),
    ...(tls === null ? {} : { tls }),
    ...milliseconds("connectTimeoutMs", timeouts["connectSeconds"]),
    ...milliseconds("requestTimeoutMs", timeouts["requestSeconds"]),
    ...milliseconds("retryMs", timeouts["leaderSeconds"]),
  };
}

/** Defaults of `scheme` and `timeouts`, filled in. */
export function normaliseAccess(access: JsonObject): JsonObject {
  const given = isObject(access["timeouts"]) ? access["timeouts"] : {};
  return {
    ...access,
    scheme: access["scheme"] ?? (access["tls"] === undefined ? "http" : "https"),
    timeouts: { connectSeconds: 5, requestSeconds: 30, leaderSeconds: 30, ...given },
  };
}

async function mastersOf(address: string, spec: JsonObject, context: ProviderContext): Promise<Masters> {
  const { masters, zookeeper } = spec;
  if (Array.isArray(masters)) {
    const texts = (masters as readonly Json[]).filter((item): item is string => typeof item === "string");
    if (texts.length === masters.length && texts.length > 0) return { addresses: texts };
  }
  if (isObject(zookeeper)) {
    const connectString = connectStringOf(zookeeper, context);
    const path = zookeeper["path"];
    if (connectString !== null && typeof path === "string") {
      return { zookeeper: { connectString, path, ...(await electionSecrets(zookeeper, context.secrets)) } };
    }
  }
  throw new DiagnosticError([
    errorDiagnostic("unknown-value", `${address}: where the masters of its Mesos are is not known yet`, {
      address,
      detail: "A reference in it leads to something that does not exist. Nothing was touched.",
      remedy: "Apply the resource it refers to first, or write the addresses themselves.",
    }),
  ]);
}

function connectStringOf(zookeeper: JsonObject, context: ProviderContext): string | null {
  const { connectString, ensemble, tls } = zookeeper;
  if (typeof connectString === "string") return connectString;
  const outputs = typeof ensemble === "string" ? context.resource(ensemble)?.outputs : undefined;
  const found =
    (tls === undefined ? undefined : outputs?.["secureConnectString"]) ?? outputs?.["connectString"];
  return typeof found === "string" && found !== "" ? found : null;
}

async function electionSecrets(
  zookeeper: JsonObject,
  secrets: SecretResolver,
): Promise<Pick<ElectionPlace, "auth" | "tls">> {
  const listed = Array.isArray(zookeeper["auth"]) ? (zookeeper["auth"] as readonly Json[]) : [];
  const auth = await Promise.all(
    listed.map(async (entry) => {
      const { scheme, credential } = isObject(entry) ? entry : {};
      if (typeof scheme !== "string" || !isSecret(credential)) return [];
      const content = await secrets.resolve(credential.$secret);
      return [{ scheme, credential: Buffer.from(withoutLineEnd(content)) }];
    }),
  );
  const tls = await tlsOf(zookeeper["tls"], secrets);
  return { auth: auth.flat(), ...(tls === null ? {} : { tls }) };
}

function milliseconds(name: string, seconds: Json | undefined): Readonly<Record<string, number>> {
  return typeof seconds === "number" ? { [name]: Math.round(seconds * 1000) } : {};
}

/** Files of secrets often end with a line feed that is no part of them. */
function withoutLineEnd(content: Buffer): string {
  return content.toString("utf8").replace(/\r?\n$/, "");
}

async function credentialsOf(
  auth: Json | undefined,
  secrets: SecretResolver,
): Promise<{ readonly username: string; readonly password: string } | null> {
  if (!isObject(auth) || typeof auth["principal"] !== "string" || !isSecret(auth["secret"])) return null;
  const content = await secrets.resolve(auth["secret"].$secret);
  return { username: auth["principal"], password: withoutLineEnd(content) };
}

async function tlsOf(tls: Json | undefined, secrets: SecretResolver): Promise<HttpTls | null> {
  if (!isObject(tls)) return null;
  const entries = await Promise.all(
    Object.entries(tls).map(async ([name, value]) =>
      isSecret(value) ? [[name, await secrets.resolve(value.$secret)] as const] : [],
    ),
  );
  return Object.fromEntries(entries.flat()) as HttpTls;
}
