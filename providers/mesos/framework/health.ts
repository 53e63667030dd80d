/** Whether a server of a framework works: by an answer over HTTP, or by having run for a while. */
import { Exchange } from "../../../src/http/exchange.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type { Fleet } from "../../deployed/fleet.js";
import { endpointOf } from "../../frameworks/parts.js";
import type { UnitStatus } from "../../runtime.js";
import { STEADY_SECONDS } from "./kind.js";

const REQUEST_TIMEOUT_MS = 5_000;

/** What is wrong, in words; null when it works. `spec`: with `health`. `unit`: as it is now, null when it is not there. */
export async function problemOf(
  fleet: Fleet,
  spec: JsonObject,
  server: JsonObject,
  unit: UnitStatus | null,
): Promise<string | null> {
  if (unit === null || !unit.running) return unit?.exit ?? "it does not run";
  const { path, seconds } = isObject(spec["health"]) ? spec["health"] : {};
  if (typeof path === "string") return askedAt(fleet, server, path);
  const needed = typeof seconds === "number" ? seconds : STEADY_SECONDS;
  const since = unit.startedAt === null ? 0 : Date.parse(unit.startedAt);
  const left = since + needed * 1000 - fleet.context.now();
  return left <= 0 ? null : `it must run for ${needed} s without ending`;
}

async function askedAt(fleet: Fleet, server: JsonObject, path: string): Promise<string | null> {
  const { ip, port } = endpointOf({ server, hostAddress: fleet.hostAddress(String(server["host"])) });
  const exchange = new Exchange({
    connectTimeoutMs: REQUEST_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  try {
    const call = { method: "GET", path, accept: "*/*" } as const;
    const outcome = await exchange.send(`http://${ip}:${port ?? 80}`, call, fleet.signal);
    if (outcome.kind !== "answer") return `GET ${path}: ${outcome.reason}`;
    const { status } = outcome.answer;
    return status < 400 ? null : `GET ${path} is answered with ${status}`;
  } finally {
    await exchange.close();
  }
}
