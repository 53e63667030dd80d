/** Starts agents, and waits until the leader has them. */
import { agentAt, registered } from "./agents-at.js";
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
    const ids: string[] = [];
    for (const server of servers) ids.push((await registered(scope, server, null)).id);
    return { text: `${ids.length} agents are registered`, facts: { agents: ids } };
  },

  async probe(scope, step) {
    const look = await once(scope, async () => {
      const leader = await leaderNow(scope);
      const agents = step.servers.map((name) => agentAt(scope, leader, scope.servers.named(name)));
      return seen(await Promise.all(agents));
    });
    if (look.kind === "not-yet") return NOT_DONE;
    const ids = look.value.flatMap((agent) =>
      agent === null || !(agent.active || agent.deactivated) ? [] : [agent.id],
    );
    if (ids.length < step.servers.length) return NOT_DONE;
    return done(`${ids.length} agents are registered`, { agents: ids });
  },
};
