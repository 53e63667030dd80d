/**
 * Starts agents, and waits until the leader has them and offers what they have: those that come back with their work directory come back
 * deactivated, as they were when they went.
 */
import { setActivity } from "./agent-activity.js";
import { agentsAt, allRegistered } from "./agents-at.js";
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
    const agents = await allRegistered(scope, servers);
    if (agents.some(({ deactivated }) => deactivated)) await setActivity(scope, step.servers, "active");
    const ids = agents.map(({ id }) => id);
    return { text: `${ids.length} agents are registered`, facts: { agents: ids } };
  },

  async probe(scope, step) {
    const servers = step.servers.map((name) => scope.servers.named(name));
    const look = await once(scope, async () => seen(await agentsAt(scope, await leaderNow(scope), servers)));
    if (look.kind === "not-yet") return NOT_DONE;
    const ids = look.value.flatMap((agent) => (agent?.active === true ? [agent.id] : []));
    if (ids.length < step.servers.length) return NOT_DONE;
    return done(`${ids.length} agents are registered`, { agents: ids });
  },
};
