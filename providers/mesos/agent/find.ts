/** Which agent a declared selector means, and the identity by which it is found again. Pure. */
import type { Agent } from "../../../src/mesos/answers.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { refusal } from "../failures.js";

export interface AgentIdentity {
  readonly agentId: string;
  /** Of its machine, for maintenance. */
  readonly hostname: string;
  readonly ip: string;
}

export function identityOf({ id, hostname, ip }: Agent): AgentIdentity {
  return { agentId: id, hostname, ip };
}

export function readIdentity(identity: Json): AgentIdentity | null {
  if (!isObject(identity)) return null;
  const { agentId, hostname, ip } = identity;
  if (typeof agentId !== "string" || typeof hostname !== "string") return null;
  return { agentId, hostname, ip: typeof ip === "string" ? ip : "" };
}

/** Whether everything that the selector says fits. Host names have no case. */
export function fits(selector: JsonObject, agent: Agent): boolean {
  const { hostname, attributes } = selector;
  if (typeof hostname === "string" && hostname.toLowerCase() !== agent.hostname.toLowerCase()) return false;
  return Object.entries(isObject(attributes) ? attributes : {}).every(([name, value]) =>
    agent.attributes.some((attribute) => attribute.name === name && attribute.value === value),
  );
}

/** `hostname a1, rack r1`. */
export function selectorText(selector: JsonObject): string {
  const { hostname, attributes } = selector;
  const host = typeof hostname === "string" ? [`hostname ${hostname}`] : [];
  const rest = Object.entries(isObject(attributes) ? attributes : {}).map(
    ([name, value]) => `${name} ${String(value)}`,
  );
  return [...host, ...rest].join(", ");
}

/**
 * The agent that is registered under the id applied to, or else the one that the selector fits; null when there is none.
 * Rejects with DiagnosticError when there are several.
 */
export function findAgent(
  address: string,
  selector: JsonObject,
  identity: AgentIdentity | null,
  agents: readonly Agent[],
): Agent | null {
  const known = agents.find(({ id }) => id === identity?.agentId);
  if (known !== undefined) return known;
  const found = agents.filter((agent) => fits(selector, agent));
  if (found.length <= 1) return found[0] ?? null;
  const names = found.map(({ hostname, id }) => `${hostname} (${id})`).join(", ");
  throw refusal("mesos-agent-ambiguous", address, `${selectorText(selector)} fits ${found.length} agents`, {
    detail: `They are ${names}. Nothing was touched.`,
    remedy: "Say more of the agent: its host name, or attributes that no other has.",
  });
}

/** What to say when none is registered. */
export function noAgent(address: string, selector: JsonObject): Error {
  return refusal("mesos-agent-unknown", address, `no agent with ${selectorText(selector)} is registered`, {
    detail: "It has not joined, is unreachable, or its machine is down for maintenance. Nothing was touched.",
    remedy: "Check that it runs and has joined this Mesos, then apply again.",
  });
}

export function selectorOf(spec: JsonObject): JsonObject {
  return isObject(spec["agent"]) ? spec["agent"] : {};
}
