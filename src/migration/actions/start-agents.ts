/** Starts agents, and waits until the leader has them. */
import { agentsAt, allRegistered } from "./agents-at.js";
import { isConnected } from "./returning.js";
import { once, seen } from "./scope.js";
import { leaderNow } from "./settled.js";
import { done, NOT_DONE, type StepHandler } from "./step.js";

export const startAgents: StepHandler<"start-agents"> = {
  async run(scope, step) {
    const servers = step.servers.map((name) => scope.servers.named(name));
    for (const server of servers) {
      scope.report(`start ${server.ref.name}`);
      await scope.control.start(server, {}, scope);
    }
    const ids = (await allRegistered(scope, servers)).map(({ id }) => id);
    return { text: `${ids.length} agents are registered`, facts: { agents: ids } };
  },

  async probe(scope, step) {
    const servers = step.servers.map((name) => scope.servers.named(name));
    const look = await once(scope, async () => seen(await agentsAt(scope, await leaderNow(scope), servers)));
    if (look.kind === "not-yet") return NOT_DONE;
    const ids = look.value.flatMap((agent) => (agent !== null && isConnected(agent) ? [agent.id] : []));
    if (ids.length < step.servers.length) return NOT_DONE;
    return done(`${ids.length} agents are registered`, { agents: ids });
  },
};
