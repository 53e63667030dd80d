/**
 * What a comparison needs to know of a znode, and the one way to read it whole over any client. Readers only read: they
 * create, change and watch nothing.
 */
import type { Acl, Stat } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";

/** `own`: ferry's client. `independent`: node-zookeeper-client, written by others. */
export type ReaderKind = "own" | "independent";

export interface NodeReading {
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  readonly stat: Stat;
  /** Names, in no order. */
  readonly children: readonly string[];
}

export interface TreeReader {
  readonly kind: ReaderKind;
  /**
   * Null when the znode does not exist. Many calls may be under way. Rejects with ZooKeeperError; NO_AUTH when the
   * session may not read the znode.
   * @param fresh have the server catch up with its leader first, where the reader can ask for that
   */
  read(path: string, fresh?: boolean): Promise<NodeReading | null>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** The requests of one client. Each answer carries the stat of its moment. */
export interface NodeRequests {
  data(path: string): Promise<{ readonly data: Buffer | null; readonly stat: Stat }>;
  acl(path: string): Promise<{ readonly acl: readonly Acl[]; readonly stat: Stat }>;
  children(path: string): Promise<{ readonly children: readonly string[] }>;
}

/** Readings that broke off, or that saw the znode in the middle of a change, are made again. */
const ATTEMPTS = 5;

/**
 * Data, ACL and stat of one moment, unless the znode changes faster than it can be read. The children may be of a later
 * moment: each of them is read for itself anyway.
 */
export async function readWhole(requests: NodeRequests, path: string): Promise<NodeReading | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [{ data, stat }, answer] = await Promise.all([requests.data(path), requests.acl(path)]);
      if (attempt < ATTEMPTS && !sameContent(stat, answer.stat)) continue;
      const children = stat.numChildren === 0 ? [] : (await requests.children(path)).children;
      return { data, acl: answer.acl, stat, children };
    } catch (error) {
      if (isZooKeeperError(error, "NO_NODE")) return null;
      if (attempt >= ATTEMPTS || !isZooKeeperError(error, "CONNECTION_LOSS", "SESSION_EXPIRED")) throw error;
    }
  }
}

function sameContent(one: Stat, other: Stat): boolean {
  return one.mzxid === other.mzxid && one.aversion === other.aversion && one.czxid === other.czxid;
}
