/**
 * Waiting for an ensemble to be whole: every wait has a deadline, gives way to the abort signal, and can say what it is
 * still waiting for.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./cluster.js";
import { type Observation, observe } from "./observe.js";
import type { EnsembleSpec, ServerSpec } from "./spec.js";

export type Observations = ReadonlyMap<number, Observation | null>;

const POLL_MS = 150;

/** Asks all given servers at once. */
export async function observeAll(
  cluster: Cluster,
  spec: EnsembleSpec,
  servers: readonly ServerSpec[],
): Promise<Observations> {
  const plain = spec.tls.client?.only !== true;
  const answers = await Promise.all(
    servers.map((server) =>
      observe(
        {
          host: cluster.hostAddress(server.host),
          clientPort: plain ? server.clientPort : null,
          adminPort: server.adminPort ?? null,
        },
        cluster.signal,
      ),
    ),
  );
  return new Map(servers.map((server, at) => [server.id, answers[at] ?? null]));
}

/** The id of the server that leads, or null when none or more than one says so. */
export function leaderOf(observations: Observations): number | null {
  const leaders = [...observations].filter(
    ([, seen]) => seen?.role === "leader" || seen?.role === "standalone",
  );
  const [only] = leaders;
  return leaders.length === 1 && only !== undefined ? only[0] : null;
}

/** Null when all serve, one leads and the leader has every voter in step; otherwise what is missing, in words. */
export function notWhole(observations: Observations, servers: readonly ServerSpec[]): string | null {
  const silent = servers.filter((server) => observations.get(server.id) == null).map((server) => server.id);
  if (silent.length > 0) return `server ${silent.join(", ")} does not serve`;
  const leader = leaderOf(observations);
  if (leader === null) return "no single leader";
  const synced = observations.get(leader)?.syncedFollowers;
  const expected = servers.filter((server) => server.role === "participant").length - 1;
  if (synced !== null && synced !== undefined && synced < expected) {
    return `leader ${leader} has ${synced} of ${expected} followers in step`;
  }
  return null;
}

/** Resolves with null when the ensemble is whole, with the reason when it is not within the deadline. Rejects on abort. */
export async function waitWhole(
  cluster: Cluster,
  spec: EnsembleSpec,
  servers: readonly ServerSpec[],
  deadlineMs: number,
): Promise<string | null> {
  const end = cluster.context.now() + deadlineMs;
  for (;;) {
    const reason = notWhole(await observeAll(cluster, spec, servers), servers);
    if (reason === null || cluster.context.now() >= end) return reason;
    await delay(POLL_MS, undefined, { signal: cluster.signal });
  }
}
