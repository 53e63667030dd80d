/**
 * The index of a source's tree as plain objects, digest included, by the text of the protocol: the oracle for src/sync/tree.
 */
import { crc32 } from "node:zlib";
import type { SourceEntry, SourceIndex } from "../../src/sync/direction/source-index.js";
import type { Change, SnapshotNode, Transaction } from "../../src/zookeeper/learner/transaction.js";

interface Node {
  prefix: number;
  czxid: bigint;
  mzxid: bigint;
  pzxid: bigint;
  ctimeMs: number;
  mtimeMs: number;
  version: number;
  cversion: number;
  aversion: number;
  owner: bigint;
}

const WRAP = 64;

export class MapIndex implements SourceIndex {
  readonly nodes = new Map<string, Node>();
  private sum = 0n;

  get digest(): bigint {
    return BigInt.asIntN(WRAP, this.sum);
  }
  get size(): number {
    return this.nodes.size;
  }

  reset(): void {
    this.nodes.clear();
    this.sum = 0n;
  }

  addSnapshotNode(node: SnapshotNode): void {
    const { path, data, acl: _, ...rest } = node;
    this.put(path, { ...rest, prefix: prefixOf(path, data) });
  }

  lookup(path: string): SourceEntry | null {
    return this.nodes.get(path) ?? null;
  }

  apply(transaction: Transaction): void {
    const { body, session } = transaction;
    if (body.kind === "changes") for (const change of body.changes) this.change(change, transaction);
    if (body.kind !== "close-session") return;
    for (const path of body.paths ?? []) this.remove(path, transaction.zxid);
    const owned = [...this.nodes].filter(([, node]) => node.owner === session).map(([path]) => path);
    for (const path of owned) this.remove(path, transaction.zxid);
  }

  private change(change: Change, { zxid, timeMs }: Transaction): void {
    const node = this.nodes.get(change.path);
    switch (change.kind) {
      case "create":
        this.created(change, zxid, timeMs, node);
        break;
      case "delete":
        this.remove(change.path, zxid);
        break;
      case "setData": {
        if (node === undefined) break;
        const { path, data, version } = change;
        this.put(path, { ...node, prefix: prefixOf(path, data), version, mzxid: zxid, mtimeMs: timeMs });
        break;
      }
      case "setAcl":
        if (node !== undefined) this.put(change.path, { ...node, aversion: change.version });
    }
  }

  private created(
    change: Extract<Change, { kind: "create" }>,
    zxid: bigint,
    timeMs: number,
    node: Node | undefined,
  ) {
    const parent = this.nodes.get(parentOf(change.path));
    if (parent !== undefined && change.parentCversion > parent.cversion) {
      this.put(parentOf(change.path), { ...parent, cversion: change.parentCversion, pzxid: zxid });
    }
    if (node !== undefined) return;
    const times = { czxid: zxid, mzxid: zxid, pzxid: zxid, ctimeMs: timeMs, mtimeMs: timeMs };
    const counts = { version: 0, cversion: 0, aversion: 0 };
    this.put(change.path, {
      ...times,
      ...counts,
      owner: change.owner,
      prefix: prefixOf(change.path, change.data),
    });
  }

  private remove(path: string, zxid: bigint): void {
    const parent = this.nodes.get(parentOf(path));
    if (parent !== undefined && zxid > parent.pzxid) this.put(parentOf(path), { ...parent, pzxid: zxid });
    const node = this.nodes.get(path);
    if (node === undefined) return;
    this.sum -= weight(path, node);
    this.nodes.delete(path);
  }

  private put(path: string, node: Node): void {
    const before = this.nodes.get(path);
    if (before !== undefined) this.sum -= weight(path, before);
    this.sum += weight(path, node);
    this.nodes.set(path, node);
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function prefixOf(path: string, data: Buffer | null): number {
  const name = crc32(path === "/" ? "" : path);
  return data === null ? name : crc32(data, name);
}

function weight(path: string, node: Node): bigint {
  if (path.startsWith("/zookeeper/")) return 0n;
  const stat = Buffer.alloc(60);
  stat.writeBigInt64BE(node.czxid, 0);
  stat.writeBigInt64BE(node.mzxid, 8);
  stat.writeBigInt64BE(node.pzxid, 16);
  stat.writeBigInt64BE(BigInt(node.ctimeMs), 24);
  stat.writeBigInt64BE(BigInt(node.mtimeMs), 32);
  stat.writeInt32BE(node.version, 40);
  stat.writeInt32BE(node.cversion, 44);
  stat.writeInt32BE(node.aversion, 48);
  stat.writeBigInt64BE(node.owner, 52);
  return BigInt(crc32(stat, node.prefix));
}
