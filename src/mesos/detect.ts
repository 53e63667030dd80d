/**
 * Asks ZooKeeper which master leads, once, over a session of its own that ends with the answer. It watches nothing and writes
 * nothing, so that it can never be in the way of an election.
 */
import { connect } from "../zookeeper/connect.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { isZooKeeperError } from "../zookeeper/zookeeper-error.js";
import type { ElectionPlace } from "./connection.js";
import { addressIn, leadingCandidate } from "./election.js";

const CONNECT_TIMEOUT_MS = 10_000;

export type Detected =
  | { readonly kind: "leader"; readonly address: string }
  /** Nobody has put itself up: masters are down, or elect under another path. */
  | { readonly kind: "nobody"; readonly reason: string }
  /** ZooKeeper does not answer, does not let ferry read, or what is there is no master's. */
  | { readonly kind: "failed"; readonly reason: string };

export type Detect = (place: ElectionPlace, signal: AbortSignal) => Promise<Detected>;

/** Rejects only with the reason of `signal`. */
export const detectLeader: Detect = async (place, signal) => {
  let client: ZooKeeperClient | null = null;
  try {
    client = await connect({
      connectString: place.connectString,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      signal,
      ...(place.auth === undefined ? {} : { auth: place.auth }),
      ...(place.tls === undefined ? {} : { tls: place.tls }),
    });
    return await leaderAt(client, place.path);
  } catch (error) {
    signal.throwIfAborted();
    if (!isZooKeeperError(error)) throw error;
    return { kind: "failed", reason: `ZooKeeper (${place.connectString}): ${error.message}` };
  } finally {
    await client?.close();
  }
};

async function leaderAt(client: ZooKeeperClient, path: string): Promise<Detected> {
  const children = await unlessGone(client.getChildren(path));
  const leader = leadingCandidate(children?.children ?? []);
  const nobody = `no master stands for election under ${path} in ZooKeeper`;
  if (leader === null) return { kind: "nobody", reason: nobody };
  const found = await unlessGone(client.getData(`${path}/${leader.znode}`));
  if (found === null) return { kind: "nobody", reason: nobody };
  const read = addressIn(leader, found.data ?? Buffer.alloc(0));
  if ("address" in read) return { kind: "leader", address: read.address };
  return { kind: "failed", reason: `of the masters under ${path} in ZooKeeper, ${read.fault}` };
}

async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isZooKeeperError(error) && error.code === "NO_NODE") return null;
    throw error;
  }
}
