/**
 * The files of one server: zoo.cfg, myid, dynamic configuration, stores of certificates, logging. Pure: secrets come in
 * resolved. Whatever holds one has mode 0600, and no secret is ever on a command line.
 *
 * zoo.cfg sets system properties too: a key the parser does not know becomes `zookeeper.<key>` (QuorumPeerConfig), which
 * is how the superuser's digest and the whitelist reach the server.
 */
import { createHash } from "node:crypto";
import type { SecretValue } from "../../../src/value/expression.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import { digestId } from "../../../src/zookeeper/digest.js";
import type { UnitDirectories, UnitFile } from "../../runtime.js";
import { loggingConfiguration } from "../distribution-logging.js";
import { isAtLeast, type LoggingBackend } from "../distribution-model.js";
import { dynamicConfiguration, type Member, memberLine } from "./membership.js";
import type { EnsembleSpec, ServerSpec, TlsSide } from "./spec.js";

export interface ServerPlan {
  readonly spec: EnsembleSpec;
  readonly server: ServerSpec;
  /** All that this server is to know of, itself included, by id. */
  readonly members: readonly Member[];
  /** Of the ZooKeeper that will run, e.g. `3.8.4`. */
  readonly version: string;
  readonly logging: LoggingBackend;
  readonly directories: UnitDirectories;
  /** `$secret` → content. */
  readonly secrets: ReadonlyMap<string, Buffer>;
  /** Put over the rest: steps of a change that needs several rounds (quorum TLS). */
  readonly overrides?: Readonly<Record<string, string>>;
}

/** Facts about a deployed server that its own files do not tell, kept beside them. */
export interface DeployedRecord {
  /** Of the state that owns it. */
  readonly lineage: string;
  readonly server: JsonObject;
  readonly sections: JsonObject;
  /** Ids it was told of. */
  readonly members: readonly number[];
  /** Of the ZooKeeper that was to run, e.g. `3.8.4`. */
  readonly version: string;
  /** zoo.cfg as written; values that are secret by hash. */
  readonly properties: Readonly<Record<string, string>>;
}

export const RECORD_FILE = "ferry.json";
const SECRET_KEY = /password|superDigest/i;
/** Known settings that are no zoo.cfg keys but system properties without ferry's prefix. */
export const JVM_SETTINGS: ReadonlySet<string> = new Set(["jute.maxbuffer"]);
const FROM_3_5 = new Set(["reconfigEnabled", "standaloneEnabled", "extendedTypesEnabled"]);

function secretText(secret: SecretValue | undefined, plan: ServerPlan): string | undefined {
  if (secret === undefined) return undefined;
  return plan.secrets
    .get(secret.$secret)
    ?.toString("utf8")
    .replace(/\r?\n$/, "");
}

function settingsOf(spec: EnsembleSpec, version: string): Record<string, string> {
  const { extra, ...known } = spec.settings;
  const entries = [...Object.entries(known), ...(isObject(extra) ? Object.entries(extra) : [])];
  return Object.fromEntries(
    entries
      .filter(([name]) => !JVM_SETTINGS.has(name) && (isAtLeast(version, "3.5.0") || !FROM_3_5.has(name)))
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** JKS, PKCS12 or PEM, by the name of the file the reference names. */
function storeType(secret: SecretValue): { readonly type: string; readonly ending: string } {
  const name = secret.$secret.toLowerCase();
  if (name.endsWith(".pem") || name.endsWith(".crt")) return { type: "PEM", ending: "pem" };
  if (name.endsWith(".p12") || name.endsWith(".pfx")) return { type: "PKCS12", ending: "p12" };
  return { type: "JKS", ending: "jks" };
}

function storeFile(side: "client" | "quorum", kind: "key" | "trust", secret: SecretValue): string {
  return `${side}-${kind}store.${storeType(secret).ending}`;
}

function tlsProperties(side: "client" | "quorum", tls: TlsSide, plan: ServerPlan): Record<string, string> {
  const prefix = side === "client" ? "ssl" : "ssl.quorum";
  const stores = [
    ["key", tls.keyStore, tls.keyStorePassword],
    ["trust", tls.trustStore, tls.trustStorePassword],
  ] as const;
  const found: Record<string, string> = {};
  for (const [kind, store, password] of stores) {
    if (store === undefined) continue;
    found[`${prefix}.${kind}Store.location`] = `${plan.directories.config}/${storeFile(side, kind, store)}`;
    found[`${prefix}.${kind}Store.type`] = storeType(store).type;
    const text = secretText(password, plan);
    if (text !== undefined) found[`${prefix}.${kind}Store.password`] = text;
  }
  if (tls.clientAuth !== undefined) found[`${prefix}.clientAuth`] = tls.clientAuth;
  return found;
}

function listenProperties({ spec, server, version }: ServerPlan): Record<string, string> {
  const plain = spec.tls.client?.only !== true;
  const found: Record<string, string> = {};
  if (plain && !isAtLeast(version, "3.5.0")) found["clientPort"] = String(server.clientPort);
  if (server.secureClientPort !== undefined) {
    found["secureClientPort"] = String(server.secureClientPort);
    found["serverCnxnFactory"] = "org.apache.zookeeper.server.NettyServerCnxnFactory";
  }
  if (server.observerMasterPort !== undefined)
    found["observerMasterPort"] = String(server.observerMasterPort);
  if (server.role === "observer") found["peerType"] = "observer";
  if (isAtLeast(version, "3.5.0")) {
    found["admin.enableServer"] = String(server.adminPort !== undefined);
    if (server.adminPort !== undefined) found["admin.serverPort"] = String(server.adminPort);
  }
  return found;
}

function metricsProperties({ spec, server }: ServerPlan): Record<string, string> {
  if (spec.metrics.provider === "none") {
    return { "metricsProvider.className": "org.apache.zookeeper.metrics.impl.NullMetricsProvider" };
  }
  if (spec.metrics.provider !== "prometheus") return {};
  return {
    "metricsProvider.className": "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
    "metricsProvider.httpPort": String(server.metricsPort ?? 7000),
  };
}

/** Everything in zoo.cfg but the membership, in the order it is written. */
export function properties(plan: ServerPlan): Record<string, string> {
  const { spec, version, directories } = plan;
  const superuser = secretText(spec.superuser?.password, plan);
  const whitelist = isAtLeast(version, "3.4.10")
    ? { "4lw.commands.whitelist": spec.fourLetterWords.join(", ") }
    : {};
  return {
    dataDir: directories.data,
    ...settingsOf(spec, version),
    ...listenProperties(plan),
    ...whitelist,
    ...(isAtLeast(version, "3.6.0") ? metricsProperties(plan) : {}),
    ...(superuser === undefined
      ? {}
      : { "DigestAuthenticationProvider.superDigest": digestId("super", superuser) }),
    ...(spec.tls.client === undefined ? {} : tlsProperties("client", spec.tls.client, plan)),
    ...(spec.tls.quorum === undefined
      ? {}
      : {
          sslQuorum: "true",
          serverCnxnFactory: "org.apache.zookeeper.server.NettyServerCnxnFactory",
          ...tlsProperties("quorum", spec.tls.quorum, plan),
        }),
    ...plan.overrides,
  };
}

/** Values of Java's properties format: a backslash is an escape there. */
function propertyLine(key: string, value: string): string {
  return `${key}=${value.replaceAll("\\", "\\\\")}`;
}

function zooCfg(plan: ServerPlan, dynamic: boolean): string {
  const lines = Object.entries(properties(plan)).map(([key, value]) => propertyLine(key, value));
  const membership = dynamic
    ? [`dynamicConfigFile=${plan.directories.config}/zoo.cfg.dynamic`]
    : plan.members.map((member) => `server.${member.server.id}=${memberLine(member, false)}`);
  return `${[...lines, ...membership].join("\n")}\n`;
}

/** Whether this version keeps its membership in a file of its own that reconfig rewrites. */
export function isDynamic(version: string): boolean {
  return isAtLeast(version, "3.5.0");
}

function text(path: string, content: string, mode = 0o644): UnitFile {
  return { path, content: Buffer.from(content, "utf8"), mode };
}

function storeFiles(plan: ServerPlan): UnitFile[] {
  const sides = [
    ["client", plan.spec.tls.client],
    ["quorum", plan.spec.tls.quorum],
  ] as const;
  return sides.flatMap(([side, tls]) =>
    (["key", "trust"] as const).flatMap((kind) => {
      const secret = kind === "key" ? tls?.keyStore : tls?.trustStore;
      const content = secret === undefined ? undefined : plan.secrets.get(secret.$secret);
      if (secret === undefined || content === undefined) return [];
      return [{ path: storeFile(side, kind, secret), content, mode: 0o600 }];
    }),
  );
}

/** What `deployed.properties` holds for a value. */
export function recordedProperty(key: string, value: string): string {
  return SECRET_KEY.test(key) ? `sha256:${createHash("sha256").update(value).digest("hex")}` : value;
}

/** All files of the server's configuration directory. The record beside them lets a later reading tell edits by hand. */
export function serverFiles(
  plan: ServerPlan,
  record: Pick<DeployedRecord, "lineage" | "server" | "sections">,
): UnitFile[] {
  const dynamic = isDynamic(plan.version);
  const recorded = Object.entries(properties(plan)).map(([key, value]) => [
    key,
    recordedProperty(key, value),
  ]);
  const members = plan.members.map((member) => member.server.id);
  const full: DeployedRecord = {
    ...record,
    members,
    version: plan.version,
    properties: Object.fromEntries(recorded),
  };
  const logging = loggingConfiguration(plan.logging, "INFO").file;
  return [
    text("zoo.cfg", zooCfg(plan, dynamic), 0o600),
    ...(dynamic ? [text("zoo.cfg.dynamic", dynamicConfiguration(plan.members))] : []),
    ...(logging === null ? [] : [text(logging.name, logging.content)]),
    ...storeFiles(plan),
    text(RECORD_FILE, `${JSON.stringify(full, null, 2)}\n`, 0o600),
  ];
}

/** Reads the text of a zoo.cfg as the servers write it back: Java's properties, comments left out. */
export function parseProperties(content: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of content.split(/\r?\n/)) {
    if (line.trim() === "" || /^\s*[#!]/.test(line)) continue;
    const at = line.search(/[=:]/);
    if (at < 0) continue;
    found[line.slice(0, at).trim()] = line
      .slice(at + 1)
      .trim()
      .replaceAll("\\:", ":")
      .replaceAll("\\=", "=")
      .replaceAll("\\\\", "\\");
  }
  return found;
}
