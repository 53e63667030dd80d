/** One znode with everything that matters to a decision, read from a side. */
import type { Acl, Stat, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";

export interface LiveNode {
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

/** Null when it does not exist. The server is asked to catch up with its leader first. */
export async function readNode(client: ZooKeeperClient, path: string): Promise<LiveNode | null> {
  try {
    await client.sync(path);
    const [{ data, stat }, { acl }] = await Promise.all([client.getData(path), client.getAcl(path)]);
    return { data, acl, stat };
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return null;
    throw error;
  }
}

/** Everything below `path`, deepest first, without `path` itself. */
export async function descendants(client: ZooKeeperClient, path: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (parent: string): Promise<void> => {
    const { children } = await client.getChildren(parent);
    for (const name of children) {
      const child = parent === "/" ? `/${name}` : `${parent}/${name}`;
      await visit(child);
      found.push(child);
    }
  };
  try {
    await visit(path);
  } catch (error) {
    if (!isZooKeeperError(error, "NO_NODE")) throw error; // gone meanwhile: the next attempt sees it
  }
  return found;
}

export function sameData(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

export function sameAcl(a: readonly Acl[], b: readonly Acl[]): boolean {
  const key = ({ perms, scheme, id }: Acl) => `${perms}:${scheme}:${id}`;
  return a.length === b.length && a.every((entry, at) => key(entry) === key(b[at] ?? entry));
}
