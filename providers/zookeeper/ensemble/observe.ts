/**
 * What one running server says of itself, through the four-letter words or the admin server, 3.4 to 3.9. Asks only; an
 * answer that does not come is an answer too.
 */
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { fourLetterWord } from "../../../src/zookeeper/four-letter.js";

export interface Observation {
  readonly role: "leader" | "follower" | "observer" | "standalone";
  readonly version: string;
  /** Hexadecimal, as the server prints it: 0x100000002. */
  readonly zxid: string;
  readonly connections: number | null;
  /** Milliseconds, since the server started. */
  readonly latency: { readonly min: number; readonly avg: number; readonly max: number } | null;
  readonly outstanding: number | null;
  readonly znodes: number | null;
  readonly watches: number | null;
  /** Leader only. */
  readonly followers: number | null;
  readonly syncedFollowers: number | null;
  readonly source: "four-letter words" | "admin server";
}

export interface ObservedEndpoint {
  readonly host: string;
  /** Null when only TLS is listened for. */
  readonly clientPort: number | null;
  readonly adminPort: number | null;
}

export const ASK_TIMEOUT_MS = 3_000;

const ROLES: ReadonlySet<string> = new Set(["leader", "follower", "observer", "standalone"]);

function numberIn(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || text.trim() === "" || Number.isNaN(value) ? null : value;
}

/** Reads `srvr` and, where it is allowed, `mntr`. Null while the server is up but belongs to no quorum. */
export function parseWords(srvr: string, mntr: string): Observation | null {
  const line = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, "m").exec(srvr)?.[1];
  const role = line("Mode");
  if (role === undefined || !ROLES.has(role)) return null;
  const metric = (name: string): number | null =>
    numberIn(new RegExp(`^zk_${name}\\t(.*)$`, "m").exec(mntr)?.[1]);
  const latency = /min\/avg\/max: ([\d.]+)\/([\d.]+)\/([\d.]+)/.exec(srvr);
  return {
    role: role as Observation["role"],
    version: versionIn(line("Zookeeper version") ?? ""),
    zxid: line("Zxid") ?? "0x0",
    connections: numberIn(line("Connections")),
    latency:
      latency === null ? null : { min: Number(latency[1]), avg: Number(latency[2]), max: Number(latency[3]) },
    outstanding: numberIn(line("Outstanding")),
    znodes: numberIn(line("Node count")),
    watches: metric("watch_count"),
    followers: metric("followers") ?? metric("learners"),
    syncedFollowers: metric("synced_followers"),
    source: "four-letter words",
  };
}

/** `3.8.4` out of `3.8.4-9316c2a7a97e1666d8f4593f34dd6fc36ecc436c, built on …`. */
export function versionIn(text: string): string {
  return /^\d+\.\d+\.\d+(-(alpha|beta|rc)[\w]*)?/.exec(text)?.[0] ?? text;
}

/** Reads the admin server's /commands/monitor. Null while the server belongs to no quorum. */
export function parseMonitor(body: JsonObject, zxid: string): Observation | null {
  const role = body["server_state"];
  if (typeof role !== "string" || !ROLES.has(role)) return null;
  const number = (name: string): number | null => {
    const value = body[name];
    return typeof value === "number" ? value : numberIn(typeof value === "string" ? value : undefined);
  };
  return {
    role: role as Observation["role"],
    version: versionIn(String(body["version"] ?? "")),
    zxid,
    connections: number("num_alive_connections"),
    latency: {
      min: number("min_latency") ?? 0,
      avg: number("avg_latency") ?? 0,
      max: number("max_latency") ?? 0,
    },
    outstanding: number("outstanding_requests"),
    znodes: number("znode_count"),
    watches: number("watch_count"),
    followers: number("followers") ?? number("learners"),
    syncedFollowers: number("synced_followers"),
    source: "admin server",
  };
}

async function adminCommand(
  endpoint: ObservedEndpoint,
  name: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  const url = `http://${endpoint.host}:${endpoint.adminPort}/commands/${name}`;
  // Loading the library takes as long as planning a small project, and most servers have no admin port.
  const { request } = await import("undici");
  const answer = await request(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]),
  });
  const body = (await answer.body.json()) as Json;
  return isObject(body) ? body : {};
}

async function askAdmin(endpoint: ObservedEndpoint, signal: AbortSignal): Promise<Observation | null> {
  const monitor = await adminCommand(endpoint, "monitor", signal);
  const last = await adminCommand(endpoint, "lastSnapshot", signal).catch(() => ({}) as JsonObject);
  const zxid = typeof last["zxid"] === "number" ? `0x${last["zxid"].toString(16)}` : "unknown";
  return parseMonitor(monitor, zxid);
}

async function askWords(host: string, port: number, signal: AbortSignal): Promise<Observation | null> {
  const options = { timeoutMs: ASK_TIMEOUT_MS, signal };
  const srvr = await fourLetterWord(host, port, "srvr", options);
  const mntr = await fourLetterWord(host, port, "mntr", options).catch(() => "");
  return parseWords(srvr, mntr);
}

/**
 * Asks a server; null when it does not answer or serves nobody yet. Four-letter words first, because every version has
 * them and they name the last zxid; the admin server where they are shut.
 */
export async function observe(endpoint: ObservedEndpoint, signal: AbortSignal): Promise<Observation | null> {
  if (endpoint.clientPort !== null) {
    try {
      return await askWords(endpoint.host, endpoint.clientPort, signal);
    } catch {
      signal.throwIfAborted();
    }
  }
  if (endpoint.adminPort === null) return null;
  return askAdmin(endpoint, signal).catch(() => null);
}
