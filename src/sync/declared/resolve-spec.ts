/**
 * From what a user declared to what an engine takes: connect strings of ensembles looked up, secrets read, numbers in the
 * engine's units. It connects to nothing.
 */
import { DiagnosticError, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import { isSecret, isUnknown } from "../../value/expression.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import { digestId } from "../../zookeeper/digest.js";
import { type Acl, PERMS, type TlsOptions } from "../../zookeeper/types.js";
import { pathRulesFault } from "../paths/path-map.js";
import type { PathRule, QuorumAccess, SaslCredentials, SideSpec, SyncLimits, SyncSpec } from "../spec.js";
import { normaliseDeclaration } from "./declaration.js";

export interface Resolving {
  /** Of the resource, for messages. */
  readonly address: string;
  /** Outputs of another resource; undefined when nothing is known of it. */
  readonly outputs: (address: string) => JsonObject | undefined;
  /** The content of `env:NAME` or `file:PATH`; rejects with DiagnosticError. */
  readonly secret: (reference: string) => Promise<Buffer>;
}

const MEGABYTE = 1024 * 1024;

/**
 * The whole specification. `spec` holds to its schema, with defaults.
 * Rejects with DiagnosticError: `unknown-value`, `unknown-ensemble`, `sync-paths`, `secret-…`.
 */
export async function resolveSync(name: string, spec: JsonObject, resolving: Resolving): Promise<SyncSpec> {
  const normal = normaliseDeclaration(spec);
  refuseUnknown(normal, resolving);
  const [a, b] = await Promise.all([
    resolveSide(normal, "source", resolving),
    resolveSide(normal, "target", resolving),
  ]);
  const declared = normal as unknown as Declared;
  return {
    name,
    a,
    b,
    paths: resolveRules(normal, resolving),
    bidirectional: declared.direction === "bidirectional",
    feed: declared.feed,
    watchTarget: declared.watchTarget,
    conflicts: declared.conflicts,
    ephemerals: declared.ephemerals,
    containers: declared.containers,
    unknownAcl: await resolveUnknownAcl(normal["unknownAcl"] ?? "stop", resolving),
    limits: limitsOf(declared.limits),
    alertLagMs: declared.alerts.lagMs,
  };
}

/** The fields that go over as they are. */
interface Declared {
  readonly direction: "a-to-b" | "bidirectional";
  readonly feed: SyncSpec["feed"];
  readonly watchTarget: boolean;
  readonly conflicts: SyncSpec["conflicts"];
  readonly ephemerals: SyncSpec["ephemerals"];
  readonly containers: SyncSpec["containers"];
  readonly limits: Omit<SyncLimits, "spoolMemoryBytes" | "spoolDiskBytes"> & {
    readonly spoolMemoryMb: number;
    readonly spoolDiskMb: number;
  };
  readonly alerts: { readonly lagMs: number };
}

function limitsOf({ spoolMemoryMb, spoolDiskMb, ...limits }: Declared["limits"]): SyncLimits {
  return {
    ...limits,
    spoolMemoryBytes: spoolMemoryMb * MEGABYTE,
    spoolDiskBytes: spoolDiskMb * MEGABYTE,
  };
}

/** One side alone, for those who need no secret of the other one. Rejects as `resolveSync`. */
export async function resolveSide(
  spec: JsonObject,
  which: "source" | "target",
  resolving: Resolving,
): Promise<SideSpec> {
  const side = objectAt(spec, which);
  refuseUnknown(side, resolving);
  const tls = await tlsOf(side["tls"], resolving);
  const ensemble = textAt(side, "ensemble");
  return {
    name: ensemble ?? textAt(side, "connectString") ?? which,
    connectString: connectStringOf(side, tls !== null, resolving),
    auth: await authOf(side["auth"], resolving),
    sasl: await saslOf(side["sasl"], resolving),
    tls,
    sessionTimeoutMs: Number(side["sessionTimeoutMs"]),
    quorum: await quorumOf(objectAt(side, "quorum"), resolving),
  };
}

/** The rules of the paths, for those who need nothing else. Throws DiagnosticError `sync-paths`. */
export function resolveRules(spec: JsonObject, { address }: Pick<Resolving, "address">): readonly PathRule[] {
  const paths = normaliseDeclaration(spec)["paths"];
  const rules = (Array.isArray(paths) ? (paths as readonly JsonObject[]) : []).map(
    ({ source, target, exclude }): PathRule => ({
      a: String(source),
      b: String(target),
      exclude: Array.isArray(exclude) ? exclude.map(String) : [],
    }),
  );
  const fault = pathRulesFault(rules);
  if (fault === null) return rules;
  throw new DiagnosticError([
    errorDiagnostic("sync-paths", `paths of ${address}: ${fault}`, {
      address,
      detail: "Nothing was touched.",
      remedy: "Correct the paths, or the values that they refer to.",
    }),
  ]);
}

function refuseUnknown(value: Json, { address }: Resolving): void {
  const unknown = firstUnknown(value);
  if (unknown === undefined) return;
  throw new DiagnosticError([
    errorDiagnostic("unknown-value", `${address}: ${unknown} is not known yet`, {
      address,
      detail: "It is known only once the resource exists and has been read. Nothing was touched.",
      remedy: "Write the value itself, or refer to a field that is in the configuration.",
    }),
  ]);
}

function firstUnknown(value: Json): string | undefined {
  if (isUnknown(value)) return value.$unknown;
  if (typeof value !== "object" || value === null) return undefined;
  for (const child of Object.values(value)) {
    const found = firstUnknown(child as Json);
    if (found !== undefined) return found;
  }
  return undefined;
}

function connectStringOf(side: JsonObject, secure: boolean, { address, outputs }: Resolving): string {
  const written = textAt(side, "connectString");
  if (written !== undefined) return written;
  const ensemble = textAt(side, "ensemble") ?? "";
  const known = outputs(ensemble);
  const found = (secure ? known?.["secureConnectString"] : undefined) ?? known?.["connectString"];
  if (typeof found === "string" && found !== "") return found;
  throw new DiagnosticError([
    errorDiagnostic("unknown-ensemble", `${address}: it is not known how to reach ${ensemble}`, {
      address,
      detail: "Its connect string is not known. Nothing was touched.",
      remedy: `Declare ${ensemble}, or give the side a connectString of its own.`,
    }),
  ]);
}

async function quorumOf(quorum: JsonObject, resolving: Resolving): Promise<QuorumAccess> {
  const servers = quorum["servers"];
  return {
    servers: Array.isArray(servers) ? servers.map(String) : [],
    tls: await tlsOf(quorum["tls"], resolving),
    sasl: await saslOf(quorum["sasl"], resolving),
    observerId: BigInt(Number(quorum["observerId"])),
  };
}

async function authOf(auth: Json | undefined, resolving: Resolving): Promise<SideSpec["auth"]> {
  const entries = Array.isArray(auth) ? (auth as readonly JsonObject[]) : [];
  return Promise.all(
    entries.map(async ({ scheme, credential }) => ({
      scheme: String(scheme),
      credential: await secretOf(credential, resolving),
    })),
  );
}

async function saslOf(sasl: Json | undefined, resolving: Resolving): Promise<SaslCredentials | null> {
  if (!isObject(sasl)) return null;
  const password = await secretOf(sasl["password"], resolving);
  return {
    mechanism: "DIGEST-MD5",
    username: textAt(sasl, "username") ?? "",
    password: password.toString("utf8"),
  };
}

async function tlsOf(tls: Json | undefined, resolving: Resolving): Promise<TlsOptions | null> {
  if (!isObject(tls)) return null;
  const entries = await Promise.all(
    Object.entries(tls).map(async ([name, file]) => [name, await secretOf(file, resolving)] as const),
  );
  return Object.fromEntries(entries) as TlsOptions;
}

async function resolveUnknownAcl(unknownAcl: Json, resolving: Resolving): Promise<SyncSpec["unknownAcl"]> {
  const replace = isObject(unknownAcl) ? unknownAcl["replace"] : undefined;
  if (!Array.isArray(replace)) return { action: "stop" };
  const acl = await Promise.all((replace as readonly JsonObject[]).map((entry) => aclOf(entry, resolving)));
  return { action: "replace", acl };
}

async function aclOf(entry: JsonObject, resolving: Resolving): Promise<Acl> {
  const scheme = textAt(entry, "scheme") ?? "";
  const perms = permissionBits(entry["permissions"]);
  if (entry["password"] === undefined) return { scheme, id: textAt(entry, "id") ?? "", perms };
  const password = await secretOf(entry["password"], resolving);
  return { scheme, id: digestId(textAt(entry, "user") ?? "", password.toString("utf8")), perms };
}

function permissionBits(names: Json | undefined): number {
  const bits: Readonly<Record<string, number>> = PERMS;
  const list = Array.isArray(names) ? (names as readonly Json[]) : [];
  return list.reduce<number>((sum, name) => sum | (bits[String(name)] ?? 0), 0);
}

/** Without the line end that editors put at the end of a file. */
async function secretOf(value: Json | undefined, { secret }: Resolving): Promise<Buffer> {
  if (!isSecret(value)) throw new Error("a secret of a Sync is not given by reference");
  const content = await secret(value.$secret);
  const end = content.at(-1) === 0x0a ? (content.at(-2) === 0x0d ? -2 : -1) : content.length;
  return content.subarray(0, end);
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const child = value[key];
  return isObject(child) ? child : {};
}

function textAt(value: JsonObject, key: string): string | undefined {
  const child = value[key];
  return typeof child === "string" ? child : undefined;
}
