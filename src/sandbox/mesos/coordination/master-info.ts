/**
 * MasterInfo: who a master says it is, in ZooKeeper, in the registry and over HTTP. Only the data and its one textual form
 * live here; nothing is read or written.
 */
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../value/json.js";

/** As in the JSON of `json.info_NNNNNNNNNN` (recorded in zk/). */
export interface MasterInfo {
  readonly address: { readonly hostname: string; readonly ip: string; readonly port: number };
  readonly capabilities: readonly { readonly type: string }[];
  readonly hostname: string;
  /** A new UUID at each process start. */
  readonly id: string;
  /** The IPv4 address with its first octet in the lowest byte: 127.0.0.11 is 184549503. */
  readonly ip: number;
  /** `master@ip:port`. */
  readonly pid: string;
  readonly port: number;
  readonly version: string;
  readonly domain?: JsonObject;
}

/** Of the protobuf message, for a `port` that is absent. */
const DEFAULT_PORT = 5050;

/** What Mesos 1.12.0 says it can do. */
const CAPABILITIES = [{ type: "AGENT_UPDATE" }, { type: "AGENT_DRAINING" }, { type: "QUOTA_V2" }] as const;

/** The MasterInfo of a master that listens (or is advertised) at `ip:port`. `id` must be a UUID of its own. */
export function masterInfo(of: {
  readonly id: string;
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
  readonly version: string;
  readonly domain?: JsonObject;
}): MasterInfo {
  return {
    address: { hostname: of.hostname, ip: of.ip, port: of.port },
    capabilities: CAPABILITIES,
    hostname: of.hostname,
    id: of.id,
    ip: ipNumber(of.ip),
    pid: `master@${of.ip}:${of.port}`,
    port: of.port,
    version: of.version,
    ...(of.domain === undefined ? {} : { domain: of.domain }),
  };
}

/** Keys sorted, no blanks: the bytes of the znode. */
export function masterInfoJson(info: MasterInfo): string {
  return canonicalJson({ ...info });
}

/** From parsed JSON; a sentence when a required field is missing or of the wrong type. */
export function readMasterInfo(value: Json): MasterInfo | string {
  if (!isObject(value)) return "Expecting a JSON object";
  const { id, ip, port } = value;
  if (typeof id !== "string" || id === "") return "Missing required fields: id";
  if (typeof ip !== "number") return "Missing required fields: ip";
  const text = ipText(ip);
  const at = typeof port === "number" ? port : DEFAULT_PORT;
  return {
    address: addressOf(value, text, at),
    capabilities: capabilitiesOf(value),
    hostname: textOr(value["hostname"], text),
    id,
    ip,
    pid: textOr(value["pid"], `master@${text}:${at}`),
    port: at,
    version: textOr(value["version"], ""),
    ...(isObject(value["domain"]) ? { domain: value["domain"] } : {}),
  };
}

/** Whether the two are the same master in what a master compares to know itself. */
export function sameMaster(a: MasterInfo, b: MasterInfo): boolean {
  return (
    a.id === b.id &&
    a.ip === b.ip &&
    a.port === b.port &&
    a.pid === b.pid &&
    a.hostname === b.hostname &&
    a.version === b.version &&
    canonicalJson(a.domain ?? null) === canonicalJson(b.domain ?? null)
  );
}

/** An IPv4 address as a number, first octet lowest. Not an address gives 0. */
export function ipNumber(ip: string): number {
  const octets = ip.split(".").map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return 0;
  return octets.reduceRight((sum, octet) => sum * 256 + octet, 0);
}

/** The reverse of ipNumber. */
export function ipText(ip: number): string {
  return [0, 8, 16, 24].map((shift) => (ip >>> shift) & 0xff).join(".");
}

function textOr(value: Json | undefined, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function addressOf(value: JsonObject, ip: string, port: number): MasterInfo["address"] {
  const address = isObject(value["address"]) ? value["address"] : {};
  const at = address["port"];
  return {
    hostname: textOr(address["hostname"], ip),
    ip: textOr(address["ip"], ip),
    port: typeof at === "number" ? at : port,
  };
}

function capabilitiesOf(value: JsonObject): MasterInfo["capabilities"] {
  const { capabilities } = value;
  if (!Array.isArray(capabilities)) return [];
  return (capabilities as readonly Json[]).flatMap((entry) =>
    isObject(entry) && typeof entry["type"] === "string" ? [{ type: entry["type"] }] : [],
  );
}
