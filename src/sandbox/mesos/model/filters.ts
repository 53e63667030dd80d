/** Offers that frameworks do not want for a while, as the allocator remembers them. Times are passed in, in seconds. */
import type { Agent, Framework } from "./records.js";
import { contains, type Resources } from "./resource.js";

interface Filter {
  readonly role: string;
  /** Null: any, which is how inverse offers are filtered. */
  readonly resources: Resources | null;
  readonly until: number;
}

export class Filters {
  private readonly byFramework = new Map<string, Map<string, Filter[]>>();

  /** @param resources what was refused: as much or less of it is not offered again until then */
  refuse(framework: Framework, role: string, agent: Agent, resources: Resources | null, until: number): void {
    let agents = this.byFramework.get(framework.id);
    if (agents === undefined) {
      agents = new Map();
      this.byFramework.set(framework.id, agents);
    }
    const list = agents.get(agent.id);
    if (list === undefined) agents.set(agent.id, [{ role, resources, until }]);
    else list.push({ role, resources, until });
  }

  isRefused(
    framework: Framework,
    role: string,
    agent: Agent,
    offered: Resources | null,
    now: number,
  ): boolean {
    const agents = this.byFramework.get(framework.id);
    const list = agents?.get(agent.id);
    if (agents === undefined || list === undefined) return false;
    const live = list.filter((filter) => filter.until > now);
    if (live.length === 0) agents.delete(agent.id);
    else if (live.length < list.length) agents.set(agent.id, live);
    return live.some((filter) => {
      if (filter.role !== role) return false;
      if (filter.resources === null || offered === null) return filter.resources === offered;
      return contains(filter.resources, offered);
    });
  }

  /** Roles null: all. */
  revive(frameworkId: string, roles: ReadonlySet<string> | null): void {
    if (roles === null) {
      this.byFramework.delete(frameworkId);
      return;
    }
    for (const [id, list] of this.byFramework.get(frameworkId) ?? []) {
      this.byFramework.get(frameworkId)?.set(
        id,
        list.filter((filter) => !roles.has(filter.role)),
      );
    }
  }

  forgetAgent(agentId: string): void {
    for (const agents of this.byFramework.values()) agents.delete(agentId);
  }

  /** By role, for the metrics. */
  active(now: number): Map<string, number> {
    const counts = new Map<string, number>();
    for (const agents of this.byFramework.values()) {
      for (const list of agents.values()) {
        for (const { role, until, resources } of list) {
          if (until > now && resources !== null) counts.set(role, (counts.get(role) ?? 0) + 1);
        }
      }
    }
    return counts;
  }
}
