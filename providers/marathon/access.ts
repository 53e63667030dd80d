/**
 * How the kinds of this provider reach their Marathon. Clients are shared by all resources of one Marathon, and closed with
 * the provider. Secrets are resolved here and kept nowhere else.
 */
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import type { MarathonClient } from "../../src/marathon/client.js";
import type { MarathonConnection, MarathonTls } from "../../src/marathon/connection.js";
import { isSecret } from "../../src/value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { ProviderContext, SecretResolver } from "../provider.js";

export type OpenClient = (connection: MarathonConnection) => MarathonClient;

/** Open clients by what they were opened for. */
export class Clients {
  private readonly open = new Map<string, MarathonClient>();

  constructor(private readonly openClient: OpenClient) {}

  /** `spec`: of a Marathon. Rejects with DiagnosticError. */
  async of(address: string, spec: JsonObject, secrets: SecretResolver): Promise<MarathonClient> {
    const connection = await connectionOf(address, spec, secrets);
    // Passwords that were rotated make another client; their text is in the key only as long as the process lives.
    const key = canonicalJson([
      [...connection.urls],
      connection.credentials === undefined ? null : { ...connection.credentials },
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

/** The client of the Marathon at the address `name`. Rejects with DiagnosticError when that is not known. */
export async function clientFor(
  clients: Clients,
  address: string,
  name: Json | undefined,
  context: ProviderContext,
): Promise<MarathonClient> {
  const marathon = typeof name === "string" ? context.resource(name) : undefined;
  if (marathon === undefined) throw unknownMarathon(address, String(name));
  return clients.of(address, marathon.spec, context.secrets);
}

function unknownMarathon(address: string, name: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("unknown-marathon", `${address}: it is not known how to reach ${name}`, {
      address,
      detail: "It is neither declared nor recorded. Nothing was touched.",
      remedy: `Declare ${name}, at least until what runs on it is gone.`,
    }),
  ]);
}

async function connectionOf(
  address: string,
  spec: JsonObject,
  secrets: SecretResolver,
): Promise<MarathonConnection> {
  const urls = textsOf(spec["urls"]);
  if (urls === null) throw unknownUrls(address);
  const timeouts = isObject(spec["timeouts"]) ? spec["timeouts"] : {};
  const credentials = await credentialsOf(spec["auth"], secrets);
  const tls = await tlsOf(spec["tls"], secrets);
  return {
    urls,
    ...(credentials === null ? {} : { credentials }),
    ...(tls === null ? {} : { tls }),
    ...milliseconds("connectTimeoutMs", timeouts["connectSeconds"]),
    ...milliseconds("requestTimeoutMs", timeouts["requestSeconds"]),
    ...milliseconds("retryMs", timeouts["leaderSeconds"]),
  };
}

function unknownUrls(address: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("unknown-value", `${address}: the URLs of its Marathon are not known yet`, {
      address,
      detail: "A reference in them leads to something that does not exist. Nothing was touched.",
      remedy: "Apply the resource they refer to first, or write the URLs themselves.",
    }),
  ]);
}

function textsOf(value: Json | undefined): string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = (value as readonly Json[]).filter((item): item is string => typeof item === "string");
  return texts.length === value.length && texts.length > 0 ? texts : null;
}

function milliseconds(name: string, seconds: Json | undefined): Readonly<Record<string, number>> {
  return typeof seconds === "number" ? { [name]: Math.round(seconds * 1000) } : {};
}

async function credentialsOf(
  auth: Json | undefined,
  secrets: SecretResolver,
): Promise<{ readonly username: string; readonly password: string } | null> {
  if (!isObject(auth) || typeof auth["username"] !== "string" || !isSecret(auth["password"])) return null;
  const content = await secrets.resolve(auth["password"].$secret);
  // Files of secrets often end with a line feed that is no part of them.
  return { username: auth["username"], password: content.toString("utf8").replace(/\r?\n$/, "") };
}

async function tlsOf(tls: Json | undefined, secrets: SecretResolver): Promise<MarathonTls | null> {
  if (!isObject(tls)) return null;
  const entries = await Promise.all(
    Object.entries(tls).map(async ([name, value]) =>
      isSecret(value) ? [[name, await secrets.resolve(value.$secret)] as const] : [],
    ),
  );
  return Object.fromEntries(entries.flat()) as MarathonTls;
}
