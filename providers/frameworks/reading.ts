/** Looks at znodes of a framework's ZooKeeper in short sessions. Reads only. */
import type { ConnectOptions, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../src/zookeeper/zookeeper-error.js";
import type { ZooKeeperPlace } from "./places.js";

export type Connect = (options: ConnectOptions) => Promise<ZooKeeperClient>;

const CONNECT_TIMEOUT_MS = 5_000;

/** A session with the ensemble of `place` for as long as `act` takes. Rejects with a ZooKeeperError when there is none. */
export async function within<T>(
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

/** The data of a znode, empty for none; null when it is not there. */
export async function dataAt(client: ZooKeeperClient, path: string): Promise<Buffer | null> {
  try {
    return (await client.getData(path)).data ?? Buffer.alloc(0);
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return null;
    throw error;
  }
}
