/** Takes agents away on which nothing runs any more. Their work directories stay, so that they can come back under their ids. */
import type { Task } from "../../mesos/workloads.js";
import { unsafe } from "../coordination/refusal.js";
import { isListening } from "./addresses.js";
import { agentsAt, tasksBy } from "./agents-at.js";
import { notYet, seen, until } from "./scope.js";
import type { Server } from "./servers.js";
import { leaderNow } from "./settled.js";
import { done, NOT_DONE, type StepHandler } from "./step.js";

export const removeAgents: StepHandler<"remove-agents"> = {
  async run(scope, step) {
    const servers = step.servers.map((name) => scope.servers.named(name));
    const leader = await leaderNow(scope);
    const agents = await agentsAt(scope, leader, servers);
    const tasks = (await tasksBy(scope, leader)).filter(({ place }) => place === "current");
    for (const [at, server] of servers.entries()) {
      const agent = agents[at] ?? null;
      refuseBusy(
        server,
        tasks.filter(({ agentId }) => agentId === agent?.id),
      );
    }
    for (const server of servers) {
      scope.report(`remove ${server.ref.name}`);
      await scope.control.remove(server, { purgeData: false }, scope);
      await until(scope, `${server.ref.name} to be gone`, async () =>
        (await isListening(server.ref.address))
          ? notYet(`something listens at ${server.ref.address}`)
          : seen(null),
      );
    }
    const ids = agents.flatMap((agent) => (agent === null ? [] : [agent.id]));
    return { text: `${servers.length} agents are gone`, facts: { agents: ids } };
  },

  async probe(scope, step) {
    for (const name of step.servers) {
      const server = scope.servers.named(name);
      const { running } = await scope.control.status(server, {}, scope);
      if (running || (await isListening(server.ref.address))) return NOT_DONE;
    }
    return done(`${step.servers.length} agents are gone`);
  },
};

function refuseBusy(server: Server, left: readonly Task[]): void {
  if (left.length === 0) return;
  throw unsafe(`${server.ref.name} cannot be removed: ${left.length} tasks are on it`, {
    detail: `There are ${left
      .slice(0, 10)
      .map(({ id }) => id)
      .join(", ")}. No agent was removed.`,
    remedy: "Drain it first, then resume the migration.",
  });
}
