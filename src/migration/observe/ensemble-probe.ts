/** How many servers of an ensemble serve, and whether they have a quorum; by their `srvr`. */
import { fourLetterWord } from "../../zookeeper/four-letter.js";
import type { Measurement } from "../model/observation.js";
import type { SideName, ZooKeeperSide } from "../model/spec.js";
import { known, of, unknown } from "./measure.js";
import type { Probe } from "./probe.js";

const ASK_MS = 2_000;

export interface ServerAnswer {
  readonly name: string;
  /** Null: it does not answer, or serves nobody. */
  readonly role: "leader" | "follower" | "observer" | "standalone" | null;
  readonly connections: number | null;
  /** Why nothing is known: `srvr` is not on its whitelist. Null: what is said above is all. */
  readonly shut: string | null;
}

export function ensembleProbe(side: SideName, zookeeper: ZooKeeperSide, now: () => number): Probe {
  return {
    measures: [of("zookeeper-servers-up", side), of("zookeeper-quorum", side)],
    deadlineMs: ASK_MS + 1_000,
    look: async (signal) => judgeServers(side, await askServers(zookeeper, signal), now()),
  };
}

/** Each of them, at the same time. Rejects with the reason of the signal only. */
export function askServers({ servers }: ZooKeeperSide, signal: AbortSignal): Promise<ServerAnswer[]> {
  return Promise.all(servers.map(({ name, address }) => ask(name, address, signal)));
}

async function ask(name: string, address: string, signal: AbortSignal): Promise<ServerAnswer> {
  const at = address.lastIndexOf(":");
  const host = address.slice(0, at).replace(/^\[|\]$/g, "");
  try {
    return parseServer(
      name,
      await fourLetterWord(host, Number(address.slice(at + 1)), "srvr", { timeoutMs: ASK_MS, signal }),
    );
  } catch (error) {
    signal.throwIfAborted();
    const shut = error instanceof Error && "code" in error && error.code === "NO_AUTH" ? error.message : null;
    return { name, role: null, connections: null, shut };
  }
}

/** Pure. */
export function parseServer(name: string, srvr: string): ServerAnswer {
  const mode = /^Mode: (leader|follower|observer|standalone)$/m.exec(srvr)?.[1];
  const connections = /^Connections: (\d+)$/m.exec(srvr)?.[1];
  return {
    name,
    role: (mode as ServerAnswer["role"] | undefined) ?? null,
    connections: connections === undefined ? null : Number(connections),
    shut: null,
  };
}

/** Pure. A server that refuses to say anything makes everything unknown: it may be up or down. */
export function judgeServers(side: SideName, answers: readonly ServerAnswer[], atMs: number): Measurement[] {
  const shut = answers.find((answer) => answer.shut !== null);
  const [up, quorum] = [of("zookeeper-servers-up", side), of("zookeeper-quorum", side)];
  if (shut !== undefined) {
    const reason = `${shut.name}: ${shut.shut}`;
    return [up, quorum].map((measured) => unknown(measured, atMs, reason));
  }
  const serving = answers.filter(({ role }) => role !== null);
  const down = answers.filter(({ role }) => role === null).map(({ name }) => name);
  const voters = serving.filter(({ role }) => role !== "observer").length;
  const leads = serving.some(({ role }) => role === "leader" || role === "standalone");
  const needed = Math.floor(answers.filter(({ role }) => role !== "observer").length / 2) + 1;
  return [
    known(
      up,
      atMs,
      serving.length,
      down.map((name) => `${name} is down`),
    ),
    known(quorum, atMs, leads && voters >= needed, down),
  ];
}
