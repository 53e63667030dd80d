/** Agents of a migration as the leader knows them, found by where they answer. Only looks. */
import type { Agent } from "../../mesos/answers.js";
import type { Task } from "../../mesos/workloads.js";
import { namesOf } from "./addresses.js";
import { isConnected } from "./returning.js";
import { type Look, notYet, type Scope, seen, until } from "./scope.js";
import type { Server } from "./servers.js";
import { leaderNow } from "./settled.js";

/**
 * In the order of `servers`. Null: the leader knows none there. Of several (one that came back with a new id) the one registered
 * last. Rejects with MesosError.
 */
export async function agentsAt(
  scope: Scope,
  leader: Server,
  servers: readonly Server[],
): Promise<readonly (Agent | null)[]> {
  const agents = await scope.mesos.at(leader.ref.address).agents(scope.signal);
  return Promise.all(
    servers.map(async ({ ref }) => {
      const names = await namesOf(ref.address);
      const found = agents.filter((agent) => names.some((name) => goesBy(agent, name)));
      return found.toSorted((one, other) => (other.registeredMs ?? 0) - (one.registeredMs ?? 0))[0] ?? null;
    }),
  );
}

export async function agentAt(scope: Scope, leader: Server, server: Server): Promise<Agent | null> {
  return (await agentsAt(scope, leader, [server]))[0] ?? null;
}

function goesBy({ address, hostname }: Agent, name: string): boolean {
  return name === address || name === `${hostname}:${address.slice(address.lastIndexOf(":") + 1)}`;
}

/** When the leader took it in last. */
export function sinceMs({ registeredMs, reregisteredMs }: Agent): number {
  return reregisteredMs ?? registeredMs ?? 0;
}

/** Waits until all of them are registered, and none is disconnected. */
export function allRegistered(scope: Scope, servers: readonly Server[]): Promise<readonly Agent[]> {
  return until(scope, `${servers.length} agents to be registered`, async () => {
    const found = await agentsAt(scope, await leaderNow(scope), servers);
    const there = found.flatMap((agent) => (agent !== null && isConnected(agent) ? [agent] : []));
    if (there.length === servers.length) return seen(there);
    const missing = servers.find((_, at) => !there.some((agent) => agent === found[at]));
    return notYet(`${servers.length - there.length} are missing, for example ${missing?.ref.name ?? "?"}`);
  });
}

/** Waits until it is registered and not disconnected; with `after`, by a registration later than that one. */
export function registered(scope: Scope, server: Server, after: Agent | null): Promise<Agent> {
  const { name } = server.ref;
  return until(scope, `${name} to be registered`, async (): Promise<Look<Agent>> => {
    const found = await agentAt(scope, await leaderNow(scope), server);
    if (found === null) return notYet(`the leader knows no agent at ${server.ref.address}`);
    if (after !== null && sinceMs(found) === sinceMs(after))
      return notYet(`${name} has not registered anew yet`);
    if (!isConnected(found)) return notYet(`${name} is known, and not connected`);
    return seen(found);
  });
}

/** As this server tells: the leader those of all agents, an agent its own. Ended ones too. Rejects with MesosError. */
export function tasksBy(scope: Scope, { ref }: Server): Promise<readonly Task[]> {
  return scope.mesos.at(ref.address).tasks(scope.signal);
}
