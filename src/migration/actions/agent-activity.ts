/** Whether agents get offers: deactivated before they are drained, and reactivated on the way back. Tasks are not touched. */
import type { ActionOutcome, Probe } from "../model/ports.js";
import { agentAt, agentsAt, registered } from "./agents-at.js";
import { notYet, type Scope, seen, until } from "./scope.js";
import { leaderNow } from "./settled.js";
import { done, NOT_DONE, type StepHandler } from "./step.js";

export const deactivateAgents: StepHandler<"deactivate-agents"> = {
  run: (scope, { servers }) => setActivity(scope, servers, "deactivated"),
  probe: (scope, { servers }) => probeActivity(scope, servers, "deactivated"),
};

export const reactivateAgents: StepHandler<"reactivate-agents"> = {
  run: (scope, { servers }) => setActivity(scope, servers, "active"),
  probe: (scope, { servers }) => probeActivity(scope, servers, "active"),
};

type Activity = "active" | "deactivated";

/** Resolves when all of them are as wanted. Safe to repeat. */
export async function setActivity(
  scope: Scope,
  names: readonly string[],
  wanted: Activity,
): Promise<ActionOutcome> {
  const ids: string[] = [];
  for (const name of names) {
    const server = scope.servers.named(name);
    const { id } = await registered(scope, server, null);
    ids.push(id);
    await until(scope, `${name} to be ${wanted}`, async () => {
      const leader = await leaderNow(scope);
      const agent = await agentAt(scope, leader, server);
      if (agent === null) return notYet(`the leader knows no agent at ${server.ref.address}`);
      if (agent.deactivated === (wanted === "deactivated")) return seen(null);
      const client = scope.mesos.at(leader.ref.address);
      if (wanted === "deactivated") await client.deactivateAgent(id, scope.signal);
      else await client.reactivateAgent(id, scope.signal);
      return notYet("it was told to be");
    });
  }
  return { text: `${ids.length} agents are ${wanted}`, facts: { agents: ids } };
}

async function probeActivity(scope: Scope, names: readonly string[], wanted: Activity): Promise<Probe> {
  const leader = await leaderNow(scope);
  const servers = names.map((name) => scope.servers.named(name));
  const agents = await agentsAt(scope, leader, servers);
  const right = agents.flatMap((agent) =>
    agent !== null && agent.deactivated === (wanted === "deactivated") ? [agent.id] : [],
  );
  return right.length === names.length
    ? done(`${right.length} agents are ${wanted}`, { agents: right })
    : NOT_DONE;
}
