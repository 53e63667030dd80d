/**
 * One look at one znode through a client: content, ACL, children and what its parent says, asked for at once. A look that
 * is made of two lives of a znode is never given. It keeps nothing.
 */
import { parentPath } from "../../zookeeper/path.js";
import type { Acl, Stat, Watcher, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";

export interface PresentNode {
  readonly kind: "node";
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  /** That of the content; `aversion` is the one that belongs to `acl`. */
  readonly stat: Stat;
  /** Paths; null when they were not asked for. */
  readonly children: readonly string[] | null;
  /** The parent's stat at that time; null when it was not asked for, is not shown, or the parent is gone. */
  readonly parent: Stat | null;
}

export type NodeState =
  | PresentNode
  | { readonly kind: "gone"; readonly parent: Stat | null }
  /** Its content or its true ACL is not shown to us. */
  | { readonly kind: "forbidden" };

export interface Look {
  readonly path: string;
  readonly children: boolean;
  readonly parent: boolean;
  /** Leaves one-shot watches on what it reads. */
  readonly watcher: Watcher | undefined;
}

/** Rejects with ZooKeeperError when the server does not answer. */
export async function lookAt(client: ZooKeeperClient, look: Look): Promise<NodeState> {
  for (;;) {
    const state = await lookOnce(client, look);
    if (state !== "torn") return state;
  }
}

async function lookOnce(client: ZooKeeperClient, look: Look): Promise<NodeState | "torn"> {
  const { path, watcher } = look;
  const above = look.parent ? parentPath(path) : null;
  // All before any answer: one round trip.
  const [content, access, below, parent] = await Promise.all([
    part(client.getData(path, watcher)),
    part(client.getAcl(path)),
    look.children ? part(client.getChildren(path, watcher)) : null,
    above === null ? null : statOf(client, above),
  ]);
  if (content === "gone" || access === "gone" || below === "gone") return { kind: "gone", parent };
  if (content === "forbidden" || access === "forbidden" || below === "forbidden" || masked(access.acl)) {
    return { kind: "forbidden" };
  }
  const { czxid } = content.stat;
  if (access.stat.czxid !== czxid || (below !== null && below.stat.czxid !== czxid)) return "torn";
  const children = below?.children.map((name) => (path === "/" ? `/${name}` : `${path}/${name}`)) ?? null;
  const stat = { ...content.stat, aversion: access.stat.aversion };
  return { kind: "node", data: content.data, acl: access.acl, stat, children, parent };
}

/** Null also where it is not shown: from 3.8.4 on `exists` needs the permission to read, before it needed none (measured). */
async function statOf(client: ZooKeeperClient, path: string): Promise<Stat | null> {
  const stat = await part(client.exists(path));
  return stat === "gone" || stat === "forbidden" ? null : stat;
}

/**
 * Every server (3.4 to 3.9, measured) shows who may not change an ACL `user:x` in place of the digest. Carried over, such an
 * entry would lock the user out.
 */
function masked(acl: readonly Acl[]): boolean {
  return acl.some(({ scheme, id }) => scheme === "digest" && id.endsWith(":x"));
}

/** An answer, or why there is none. Rejects with ZooKeeperError when the server does not answer. */
export async function part<T>(answer: Promise<T>): Promise<T | "gone" | "forbidden"> {
  try {
    return await answer;
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return "gone";
    if (isZooKeeperError(error, "NO_AUTH")) return "forbidden";
    throw error;
  }
}
