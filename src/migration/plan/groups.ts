/** How many agents are away at a time. Pure. */
import type { MigrationSpec } from "../model/spec.js";

/** Enough to be quick on large platforms, few enough to look at. */
const MOST = 50;

/** For what takes nothing away: new agents, and those that hold no task any more. */
export function largeGroups(servers: readonly string[]): readonly (readonly string[])[] {
  return cut(servers, MOST);
}

/** Groups of at most the share that may be away, one at least. */
export function groups(spec: MigrationSpec, servers: readonly string[]): readonly (readonly string[])[] {
  return cut(servers, groupSize(spec));
}

function cut(servers: readonly string[], size: number): readonly (readonly string[])[] {
  const result: (readonly string[])[] = [];
  for (let at = 0; at < servers.length; at += size) result.push(servers.slice(at, at + size));
  return result;
}

export function groupSize(spec: MigrationSpec): number {
  const { servers } = spec.source.agents;
  return Math.min(MOST, Math.max(1, Math.floor(servers.length * spec.limits.agentsMissing)));
}
