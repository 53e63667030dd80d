/**
 * Asks each server of a deployed Marathon by itself. A standby answers by forwarding to the leader, so what it says is the leader's;
 * that it forwards is all that can be known of it. An answer that does not come is an answer too.
 */
import type { Info } from "../../../src/marathon/answers.js";
import { isMarathonError } from "../../../src/marathon/marathon-error.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { Fleet } from "../../deployed/fleet.js";
import { endpointOf } from "../../frameworks/parts.js";
import type { Clients } from "../access.js";

export interface ServerAnswer {
  /** What is wrong, in words; null when it serves. */
  readonly problem: string | null;
  readonly role: "leader" | "standby" | null;
  /** Of the leader; null when it did not answer, or not for us. */
  readonly info: Info | null;
}

/** Seconds for one answer while many are asked: a standby looks for a leader for 2.5 s before it gives up. */
const PATIENCE_SECONDS = 5;

export function urlOf(fleet: Fleet, server: JsonObject): string {
  const { ip, port } = endpointOf({ server, hostAddress: fleet.hostAddress(String(server["host"])) });
  return `http://${ip}:${port ?? 8080}`;
}

/** `host:port` as it names itself in the election. */
export function selfOf(fleet: Fleet, server: JsonObject): string {
  const { hostname, port } = endpointOf({ server, hostAddress: fleet.hostAddress(String(server["host"])) });
  return `${hostname}:${port ?? 8080}`;
}

/** `spec`: how it is asked, from `credentials` and `access`. */
export async function askServer(
  clients: Clients,
  fleet: Fleet,
  spec: JsonObject,
  server: JsonObject,
): Promise<ServerAnswer> {
  const { signal, context, address } = fleet;
  const access = isObject(spec["access"]) ? spec["access"] : {};
  const given = isObject(access["timeouts"]) ? access["timeouts"] : {};
  const wanted = typeof given["requestSeconds"] === "number" ? given["requestSeconds"] : PATIENCE_SECONDS;
  const timeouts: JsonObject = {
    ...given,
    requestSeconds: Math.min(wanted, PATIENCE_SECONDS),
    leaderSeconds: 0,
  };
  const reached: JsonObject = { urls: [urlOf(fleet, server)], auth: spec["credentials"] ?? null, timeouts };
  const client = await clients.of(address, reached, context.secrets);
  try {
    const info = await client.info(signal);
    const proxied = client.leaderSeen?.proxied === true;
    return { problem: null, role: proxied ? "standby" : "leader", info };
  } catch (error) {
    signal.throwIfAborted();
    if (!isMarathonError(error)) throw error;
    // It serves, and it or the leader wants other credentials: so it is while they are being changed.
    if (error.kind === "unauthorised" || error.kind === "forbidden")
      return { problem: null, role: null, info: null };
    return { problem: error.reason, role: null, info: null };
  }
}
