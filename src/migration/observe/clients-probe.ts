/**
 * Whether anybody but this process still uses a side's ZooKeeper: the connections its servers count, less the question itself and what this
 * process holds. Engines of the synchronisation in other processes count as clients, which they are.
 */
import type { Measurement } from "../model/observation.js";
import type { SideName, ZooKeeperSide } from "../model/spec.js";
import { askServers, type ServerAnswer } from "./ensemble-probe.js";
import { known, of, unknown } from "./measure.js";
import { ownConnections } from "./own-connections.js";
import type { Probe } from "./probe.js";

export function clientsProbe(side: SideName, zookeeper: ZooKeeperSide, now: () => number): Probe {
  return {
    measures: [of("clients-left", side), of("zookeeper-sessions", side)],
    deadlineMs: 4_000,
    look: async (signal) => {
      const addresses = zookeeper.servers.map(({ address }) => address);
      const before = await ownConnections(addresses);
      const answers = await askServers(zookeeper, signal);
      const after = await ownConnections(addresses);
      return judgeClients(side, answers, heldThroughout(before, after), now());
    },
  };
}

/** How many; null: not known. One that came or went meanwhile may not be in the servers' counts, and must not hide somebody else's. Pure. */
export function heldThroughout(
  before: ReadonlySet<string> | null,
  after: ReadonlySet<string> | null,
): number | null {
  if (before === null || after === null) return null;
  return [...after].filter((inode) => before.has(inode)).length;
}

/** Pure. */
export function judgeClients(
  side: SideName,
  answers: readonly ServerAnswer[],
  own: number | null,
  atMs: number,
): Measurement[] {
  const measures = [of("clients-left", side), of("zookeeper-sessions", side)] as const;
  const silent = answers.filter(({ connections }) => connections === null).map(({ name }) => name);
  if (own === null || silent.length > 0) {
    const reason =
      own === null
        ? "this system does not tell whose connections are ours"
        : `no answer from ${silent.join(", ")}`;
    return measures.map((measured) => unknown(measured, atMs, reason));
  }
  // Each server counts the connection over which it was asked.
  const others = answers.map(({ name, connections }) => ({ name, count: (connections ?? 0) - 1 }));
  const left = Math.max(0, others.reduce((sum, { count }) => sum + count, 0) - own);
  const names = others
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${name} has ${count} connections`);
  return measures.map((measured) => known(measured, atMs, left, left === 0 ? [] : names));
}
