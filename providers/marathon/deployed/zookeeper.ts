/**
 * What ferry looks at in the ZooKeeper of a deployed Marathon: whether its state is there, whose it is, and who stands for election
 * under which address. Reads only.
 */
import type { ConnectOptions, ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";

export type Connect = (options: ConnectOptions) => Promise<ZooKeeperClient>;

export interface ZooKeeperPlace {
  /** `host:port,host:port`. */
  readonly servers: string;
  readonly path: string;
  /** `user:password` of scheme digest; null = none. */
  readonly credential: string | null;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** Where Marathon keeps its framework id: 16 buckets by the hash of the id, which is `id`. */
const FRAMEWORK_ID = "state/framework-id/b/id";

async function within<T>(
  connect: Connect,
  place: ZooKeeperPlace,
  signal: AbortSignal,
  act: (client: ZooKeeperClient) => Promise<T>,
): Promise<T> {
  const { servers, credential } = place;
  const client = await connect({
    connectString: servers,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    signal,
    auth: credential === null ? [] : [{ scheme: "digest", credential: Buffer.from(credential) }],
  });
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

/** The data of a znode; null when it is not there. */
async function dataAt(client: ZooKeeperClient, path: string): Promise<Buffer | null> {
  try {
    return (await client.getData(path)).data ?? Buffer.alloc(0);
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return null;
    throw error;
  }
}

/**
 * Why a Marathon that has run at `from` cannot go on at `to`: its state is not there, or it is that of another one. Null when it
 * can. Rejects on abort only.
 */
export async function whyNotAt(
  connect: Connect,
  from: ZooKeeperPlace | null,
  to: ZooKeeperPlace,
  signal: AbortSignal,
): Promise<string | null> {
  const read = (place: ZooKeeperPlace): Promise<Buffer | null> =>
    within(connect, place, signal, (client) => dataAt(client, `${place.path}/${FRAMEWORK_ID}`));
  try {
    const there = await read(to);
    if (there === null) return `there is no state of a Marathon under ${to.path} on ${to.servers}`;
    const here = from === null ? null : await read(from).catch(() => null);
    signal.throwIfAborted();
    if (here === null || here.equals(there)) return null;
    return `the state under ${to.path} on ${to.servers} is that of another framework`;
  } catch (error) {
    signal.throwIfAborted();
    return `${to.servers} cannot be asked for its state (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Whether somebody stands for election as `self` (`host:port`); null when that cannot be found out. Rejects on abort only. */
export async function isCandidate(
  connect: Connect,
  place: ZooKeeperPlace,
  self: readonly string[],
  signal: AbortSignal,
): Promise<boolean | null> {
  const parent = `${place.path}/leader-curator`;
  try {
    return await within(connect, place, signal, async (client) => {
      const { children } = await client.getChildren(parent);
      const names = await Promise.all(children.map((child) => dataAt(client, `${parent}/${child}`)));
      return names.some((name) => name !== null && self.includes(name.toString("utf8")));
    });
  } catch (error) {
    signal.throwIfAborted();
    return isZooKeeperError(error, "NO_NODE") ? false : null;
  }
}
