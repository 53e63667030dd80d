/** Reads znodes with ferry's own client: pipelined, over TLS and with every kind of credentials the client knows. */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { type NodeReading, type NodeRequests, readWhole, type TreeReader } from "./tree-reader.js";

/**
 * @param open makes a session: for the first reading, and again when one has expired
 * @returns a reader that owns these sessions: closing it closes them
 */
export function ownReader(open: () => Promise<ZooKeeperClient>): TreeReader {
  let current: Promise<ZooKeeperClient> | null = null;
  let closed = false;

  const client = (): Promise<ZooKeeperClient> => {
    if (closed) return Promise.reject(new Error("the reader was closed"));
    current ??= open().then((made) => {
      made.onState((state) => {
        if (state === "expired") current = null;
      });
      return made;
    });
    return current;
  };
  const requests: NodeRequests = {
    data: async (path) => (await client()).getData(path),
    acl: async (path) => (await client()).getAcl(path),
    children: async (path) => (await client()).getChildren(path),
  };
  const read = async (path: string, fresh?: boolean): Promise<NodeReading | null> => {
    if (fresh) await (await client()).sync(path);
    return readWhole(requests, path);
  };
  return {
    kind: "own",
    read,
    close: async () => {
      closed = true;
      await current?.then((made) => made.close()).catch(() => {});
    },
  };
}
