/** A tree in memory as a reader: answers come after a turn or two, in no order. */
import type { NodeReading, TreeReader } from "../../../src/sync/verify/tree-reader.js";
import type { Acl } from "../../../src/zookeeper/types.js";
import { ZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";

export interface MemoryNode {
  data: Buffer | null;
  acl: readonly Acl[];
  version: number;
  aversion: number;
  /** Children ever created. */
  born: number;
  mzxid: bigint;
  ephemeralOwner: bigint;
  closed: boolean;
}

export const EVERYBODY: readonly Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];

export function memoryNode(wish: Partial<MemoryNode> = {}): MemoryNode {
  return {
    data: null,
    acl: EVERYBODY,
    version: 0,
    aversion: 0,
    born: 0,
    mzxid: 1n,
    ephemeralOwner: 0n,
    closed: false,
    ...wish,
  };
}

export class MemoryReader implements TreeReader {
  readonly kind = "own";
  underWay = 0;
  mostUnderWay = 0;
  reads = 0;
  readonly children = new Map<string, string[]>();
  /** Called before each answer. */
  onRead: (path: string) => void | Promise<void> = () => {};

  constructor(readonly nodes: Map<string, MemoryNode>) {
    for (const path of nodes.keys()) {
      if (path === "/") continue;
      const slash = path.lastIndexOf("/");
      const parent = slash === 0 ? "/" : path.slice(0, slash);
      const names = this.children.get(parent) ?? [];
      names.push(path.slice(slash + 1));
      this.children.set(parent, names);
    }
  }

  async read(path: string): Promise<NodeReading | null> {
    this.reads++;
    this.underWay++;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    if (this.reads % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    await this.onRead(path);
    this.underWay--;
    const node = this.nodes.get(path);
    if (node === undefined) return null;
    if (node.closed) throw new ZooKeeperError("NO_AUTH", { operation: "getData", path });
    return this.reading(node, this.children.get(path) ?? []);
  }

  async close(): Promise<void> {}

  private reading(node: MemoryNode, children: readonly string[]): NodeReading {
    const { data, acl, version, aversion, born, mzxid, ephemeralOwner } = node;
    const cversion = 2 * born - children.length;
    const stat = { czxid: 1n, mzxid, ctime: 0n, mtime: 0n, version, cversion, aversion, ephemeralOwner };
    const more = { dataLength: data?.length ?? 0, numChildren: children.length, pzxid: 1n };
    return { data, acl, stat: { ...stat, ...more }, children };
  }
}
