/**
 * Who leads, by the children of the path under which masters elect: Mesos' own rules, pure. Whether a znode is ephemeral makes
 * no difference, and only the lowest one counts.
 */
import { isObject, type Json } from "../value/json.js";

/** Since Mesos 0.24. */
const JSON_LABEL = "json.info";
const LARGEST = 2 ** 31 - 1;

export interface Candidate {
  readonly label: string | null;
  readonly number: number;
  /** The child that is read for it. */
  readonly znode: string;
}

/**
 * All candidates, the smallest number first, one for each number; children that are no members are ignored. The same rules hold
 * for the replicas of the log.
 */
export function candidatesIn(children: readonly string[]): readonly Candidate[] {
  const found = new Map<number, Candidate>();
  for (const name of children) {
    const parts = name.split("_").filter((part) => part !== "");
    const last = parts.at(-1) ?? "";
    const number = Number(last);
    if (!/^[+-]?\d+$/.test(last) || Math.abs(number) > LARGEST || found.has(number)) continue;
    found.set(number, { label: parts.length > 1 ? (parts[0] ?? null) : null, number, znode: name });
  }
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** The candidate with the smallest number; null when nobody is there. */
export function leadingCandidate(children: readonly string[]): Candidate | null {
  return candidatesIn(children)[0] ?? null;
}

/** Every `host:port` by which a candidate may be called: as others are sent there first, then as it listens. */
export function addressesIn(candidate: Candidate, data: Buffer): readonly string[] {
  const named = addressIn(candidate, data);
  if ("fault" in named) return [];
  const info = parsed(data.toString("utf8"));
  const pid = isObject(info) && typeof info["pid"] === "string" ? info["pid"] : "";
  return [...new Set([named.address, ...(pid.includes("@") ? [pid.slice(pid.indexOf("@") + 1)] : [])])];
}

/** `ip:port` of the master whose replica of the log says this of itself (`log-replica(1)@10.0.0.1:5050`); null when it is none. */
export function replicaAddress(data: Buffer): string | null {
  return /^log-replica\(\d+\)@([^@\s]+:\d+)$/.exec(data.toString("utf8"))?.[1] ?? null;
}

/** `host:port` of the MasterInfo that a candidate has written; a sentence when it cannot be read. */
export function addressIn(
  candidate: Candidate,
  data: Buffer,
): { readonly address: string } | { readonly fault: string } {
  if (candidate.label !== JSON_LABEL) {
    return { fault: `${candidate.znode} is none of a master since 0.24, which would begin with json.info_` };
  }
  const info = parsed(data.toString("utf8"));
  if (!isObject(info)) return { fault: `${candidate.znode} holds no MasterInfo as JSON` };
  const { hostname, port } = info;
  const address = isObject(info["address"]) ? info["address"] : {};
  const host = typeof hostname === "string" && hostname !== "" ? hostname : address["ip"];
  const at = typeof port === "number" ? port : address["port"];
  if (typeof host !== "string" || typeof at !== "number") {
    return { fault: `the MasterInfo in ${candidate.znode} has no hostname or no port` };
  }
  return { address: `${host.includes(":") ? `[${host}]` : host}:${at}` };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
