/**
 * Reads a whole subtree through a client, many requests under way, parents before children. The slow way to a state,
 * open to everybody who may read: no quorum port is needed. Ephemerals, versions and counters are as clients see them.
 */
import type { Acl, Stat, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";

export interface WalkedNode {
  readonly path: string;
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

export interface WalkOptions {
  /** Subtrees that are left out, their roots included. */
  readonly without: (path: string) => boolean;
  readonly onNode: (node: WalkedNode) => void;
  /** Znodes that may not be read are named here, and what is below them is still looked at. */
  readonly onUnreadable: (path: string) => void;
  readonly signal?: AbortSignal;
  /** Znodes read at the same time. */
  readonly concurrency?: number;
}

const CONCURRENCY = 200;

/** Resolves when everything below and including `root` has been told; a root that is not there tells nothing. */
export async function walkTree(client: ZooKeeperClient, root: string, options: WalkOptions): Promise<void> {
  const waiting: string[] = [root];
  let active = 0;
  await new Promise<void>((resolve, reject) => {
    let failed = false;
    const fail = (error: unknown) => {
      failed = true;
      reject(error);
    };
    const next = () => {
      if (failed) return;
      if (options.signal?.aborted) {
        fail(options.signal.reason);
        return;
      }
      while (active < (options.concurrency ?? CONCURRENCY)) {
        const path = waiting.pop();
        if (path === undefined) break;
        active++;
        visit(client, path, options).then(
          (children) => {
            active--;
            for (const child of children) waiting.push(child);
            next();
          },
          (error: unknown) => fail(error),
        );
      }
      if (active === 0) resolve();
    };
    next();
  });
}

async function visit(client: ZooKeeperClient, path: string, options: WalkOptions): Promise<string[]> {
  if (options.without(path)) return [];
  // All three before any answer: one round trip for each znode.
  const [content, access, below] = await Promise.all([
    readable(client.getData(path)),
    readable(client.getAcl(path)),
    readable(client.getChildren(path)),
  ]);
  if (content === "gone" || access === "gone" || below === "gone") return [];
  if (content === "forbidden" || access === "forbidden" || below === "forbidden") options.onUnreadable(path);
  else options.onNode({ path, data: content.data, acl: access.acl, stat: content.stat });
  const children = below === "forbidden" ? [] : below.children;
  return children.map((name) => (path === "/" ? `/${name}` : `${path}/${name}`));
}

async function readable<T>(answer: Promise<T>): Promise<T | "gone" | "forbidden"> {
  try {
    return await answer;
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return "gone";
    if (isZooKeeperError(error, "NO_AUTH")) return "forbidden";
    throw error;
  }
}
