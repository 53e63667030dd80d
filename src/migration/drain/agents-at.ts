/** Which agents that Mesos knows are which servers of a migration: by their address, as servers are named by it. Pure. */
import type { Agent } from "../../mesos/answers.js";
import type { ServerRef } from "../model/spec.js";

/** Agents that answer at the addresses of these servers. */
export function agentsAt(agents: readonly Agent[], servers: readonly ServerRef[]): Agent[] {
  return agents.filter((agent) => servers.some((server) => isAgentAt(agent, server)));
}

export function isAgentAt({ address, hostname }: Agent, server: ServerRef): boolean {
  const port = address.slice(address.lastIndexOf(":") + 1);
  return server.address === address || server.address === `${hostname}:${port}`;
}
