/**
 * How the servers of a migration are asked over HTTP: deployed ones as their resource's `access` says, named ones with the credential that
 * the migration names. Secrets are resolved here and go nowhere else.
 */
import type { HttpConnection, HttpTls } from "../http/connection.js";
import type { ApiCredential, FrameworkRef, MigrationSpec, ServerRef } from "../migration/model/spec.js";
import { isSecret } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";

export interface ServerAccess extends HttpConnection {
  readonly scheme: "http" | "https";
}

/** The content of `env:NAME` or `file:PATH`; rejects with DiagnosticError. */
export type ResolveSecret = (reference: string) => Promise<Buffer>;

export interface Accesses {
  /** Of the master or agent at `host:port`. */
  server(address: string): ServerAccess;
  framework(framework: FrameworkRef): ServerAccess;
}

interface Tier {
  readonly spec: JsonObject | null;
  readonly servers: readonly ServerRef[];
  readonly credential?: ApiCredential;
}

/** Rejects with DiagnosticError when a secret cannot be read. */
export async function accessesOf(spec: MigrationSpec, secret: ResolveSecret): Promise<Accesses> {
  const { source, target, frameworks } = spec;
  const byAddress = new Map<string, ServerAccess>();
  const byFramework = new Map<string, ServerAccess>();
  for (const tier of [source.masters, source.agents, target.masters, target.agents]) {
    const access = await accessOf(tier, secret);
    for (const { address } of tier.servers) byAddress.set(address, access);
  }
  for (const framework of frameworks) byFramework.set(framework.name, await accessOf(framework, secret));
  return {
    server: (address) => byAddress.get(address) ?? PLAIN,
    framework: ({ name }) => byFramework.get(name) ?? PLAIN,
  };
}

const PLAIN: ServerAccess = { scheme: "http" };

async function accessOf({ spec, credential }: Tier, secret: ResolveSecret): Promise<ServerAccess> {
  const declared = spec?.["access"];
  const access = isObject(declared) ? declared : {};
  const timeouts = isObject(access["timeouts"]) ? access["timeouts"] : {};
  const credentials = (await named(credential, secret)) ?? (await written(access["auth"], secret));
  const tls = await tlsOf(access["tls"], secret);
  return {
    scheme: access["scheme"] === "https" || tls !== null ? "https" : "http",
    ...(credentials === null ? {} : { credentials }),
    ...(tls === null ? {} : { tls }),
    ...milliseconds("connectTimeoutMs", timeouts["connectSeconds"]),
    ...milliseconds("requestTimeoutMs", timeouts["requestSeconds"]),
  };
}

type Credentials = NonNullable<HttpConnection["credentials"]>;

async function named(
  credential: ApiCredential | undefined,
  secret: ResolveSecret,
): Promise<Credentials | null> {
  if (credential === undefined) return null;
  return { username: credential.principal, password: lineOf(await secret(credential.secret)) };
}

/** `{principal, secret}` as Mesos' kinds have it, `{username, password}` as Marathon's. */
async function written(auth: Json | undefined, secret: ResolveSecret): Promise<Credentials | null> {
  if (!isObject(auth)) return null;
  const username = auth["principal"] ?? auth["username"];
  const password = auth["secret"] ?? auth["password"];
  if (typeof username !== "string" || !isSecret(password)) return null;
  return { username, password: lineOf(await secret(password.$secret)) };
}

async function tlsOf(tls: Json | undefined, secret: ResolveSecret): Promise<HttpTls | null> {
  if (!isObject(tls)) return null;
  const entries = await Promise.all(
    Object.entries(tls).map(async ([name, value]) =>
      isSecret(value) ? [[name, await secret(value.$secret)] as const] : [],
    ),
  );
  return Object.fromEntries(entries.flat()) as HttpTls;
}

function milliseconds(name: string, seconds: Json | undefined): Readonly<Record<string, number>> {
  return typeof seconds === "number" ? { [name]: Math.round(seconds * 1_000) } : {};
}

/** Files of secrets often end with a line feed that is no part of them. */
function lineOf(content: Buffer): string {
  return content.toString("utf8").replace(/\r?\n$/, "");
}
