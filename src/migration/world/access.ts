/** How the masters and Marathons of a migration are asked: by the `access` and `credentials` of what is declared. Reads secrets, nothing else. */
import type { HttpTls } from "../../http/connection.js";
import { isSecret } from "../../value/expression.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { MesosAccess } from "../actions/mesos-at.js";
import type { MarathonAccess } from "../actions/scope.js";
import type { MigrationSpec } from "../model/spec.js";

export type ReadSecret = (reference: string) => Promise<Buffer>;

/** Of A's masters where they are declared; B's are asked the same way. Rejects with DiagnosticError when a secret cannot be read. */
export async function mesosAccess(
  { source, target }: MigrationSpec,
  secret: ReadSecret,
): Promise<MesosAccess> {
  const spec = source.masters.spec ?? target.masters.spec;
  const access = objectAt(spec, "access");
  const timeouts = objectAt(access, "timeouts");
  const { principal, secret: password } = objectAt(access, "auth");
  const credentials = await credentialsOf(principal, password, secret);
  const tls = await tlsOf(objectAt(access, "tls"), secret);
  return {
    scheme:
      access["scheme"] === "https" || (access["scheme"] === undefined && tls !== null) ? "https" : "http",
    ...(credentials === null ? {} : { credentials }),
    ...(tls === null ? {} : { tls }),
    ...milliseconds("connectTimeoutMs", timeouts["connectSeconds"]),
    ...milliseconds("requestTimeoutMs", timeouts["requestSeconds"]),
  };
}

/** Of the first Marathon that is declared with credentials. Rejects with DiagnosticError when a secret cannot be read. */
export async function marathonAccess(
  { frameworks }: MigrationSpec,
  secret: ReadSecret,
): Promise<Omit<MarathonAccess, "retryMs">> {
  const specs = frameworks.filter(({ kind }) => kind === "marathon").map(({ spec }) => spec);
  const spec = specs.find((one) => one?.["credentials"] !== undefined) ?? null;
  const { username, password } = objectAt(spec, "credentials");
  const credentials = await credentialsOf(username, password, secret);
  return credentials === null ? {} : { credentials };
}

function objectAt(value: JsonObject | null, name: string): JsonObject {
  const found = value?.[name];
  return isObject(found) ? found : {};
}

async function credentialsOf(username: Json | undefined, password: Json | undefined, secret: ReadSecret) {
  if (typeof username !== "string" || !isSecret(password)) return null;
  const content = (await secret(password.$secret)).toString("utf8");
  // Files of secrets often end with a line feed that is no part of them.
  return { username, password: content.replace(/\r?\n$/, "") };
}

async function tlsOf(tls: JsonObject, secret: ReadSecret): Promise<HttpTls | null> {
  const read: [string, Buffer][] = [];
  for (const [name, value] of Object.entries(tls)) {
    if (isSecret(value)) read.push([name, await secret(value.$secret)]);
  }
  return read.length === 0 ? null : (Object.fromEntries(read) as HttpTls);
}

function milliseconds(name: string, seconds: Json | undefined): Readonly<Record<string, number>> {
  return typeof seconds === "number" ? { [name]: Math.round(seconds * 1000) } : {};
}
