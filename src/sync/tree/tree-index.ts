/**
 * The whole tree of a source, without paths and contents: versions, zxids and what the servers' digest needs. Follows the
 * rules of replay (learner protocol, sections 5 and 6), so that the same transaction twice does no harm. No I/O.
 */
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { Change, SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import { parentPath } from "../../zookeeper/path.js";
import type { SourceEntry, SourceIndex } from "../direction/source-index.js";
import { crc32, linear, ZeroBytes } from "./crc.js";
import { NodeTable, WORD } from "./node-table.js";
import { hashPath } from "./path-hash.js";

/** Where the fields are in the sixty bytes that a digest counts of a stat. */
const STAT = {
  czxid: 0,
  mzxid: 8,
  pzxid: 16,
  ctime: 24,
  mtime: 32,
  version: 40,
  cversion: 44,
  aversion: 48,
  owner: 52,
  length: 60,
} as const;

const BEHIND_STAT = new ZeroBytes(STAT.length);
const TWO_32 = 2 ** 32;
const LOW = 0xffffffffn;

export class TreeIndex implements SourceIndex {
  private readonly table = new NodeTable();
  private readonly hash = { high: 0, low: 0 };
  private sum = 0n;
  /** Not yet in `sum`: numbers are quicker to add. */
  private pending = 0;
  private readonly ephemerals = new Map<bigint, Set<string>>();
  private readonly scratch = Buffer.alloc(STAT.length);

  get size(): number {
    return this.table.size;
  }

  /** Of the arrays; ephemeral paths come on top. */
  get bytes(): number {
    return this.table.bytes;
  }

  get digest(): bigint {
    this.sum = BigInt.asIntN(64, this.sum + BigInt(this.pending));
    this.pending = 0;
    return this.sum;
  }

  reset(): void {
    this.table.clear();
    this.ephemerals.clear();
    this.sum = 0n;
    this.pending = 0;
  }

  lookup(path: string): SourceEntry | null {
    const record = this.find(path);
    if (record < 0) return null;
    return {
      version: this.table.word(record, WORD.version) | 0,
      aversion: this.table.word(record, WORD.aversion) | 0,
      cversion: this.table.word(record, WORD.cversion) | 0,
    };
  }

  addSnapshotNode(node: SnapshotNode): void {
    const { table } = this;
    const before = this.find(node.path);
    if (before >= 0) this.drop(before);
    const record = this.add(node.path);
    this.setZxid(record, WORD.mzxidHigh, node.mzxid);
    this.setZxid(record, WORD.pzxidHigh, node.pzxid);
    table.setMtime(record, node.mtimeMs);
    table.setWord(record, WORD.version, node.version);
    table.setWord(record, WORD.cversion, node.cversion);
    table.setWord(record, WORD.aversion, node.aversion);
    this.weigh(record, node.path, node.data, node);
    this.remember(node.path, node.owner);
  }

  apply(transaction: Transaction): void {
    const { body, session, zxid } = transaction;
    if (body.kind === "changes") for (const change of body.changes) this.change(change, transaction);
    if (body.kind !== "close-session") return;
    for (const path of body.paths ?? []) this.remove(path, zxid);
    // A server removes all that the session owns, also what the transaction does not name (DataTree.killSession).
    for (const path of [...(this.ephemerals.get(session) ?? [])]) this.remove(path, zxid);
    this.ephemerals.delete(session);
  }

  private change(change: Change, transaction: Transaction): void {
    switch (change.kind) {
      case "create":
        this.create(change, transaction);
        break;
      case "delete":
        this.remove(change.path, transaction.zxid);
        break;
      case "setData":
        this.setData(change, transaction);
        break;
      case "setAcl": {
        const record = this.find(change.path);
        if (record >= 0) this.setField(record, WORD.aversion, STAT.aversion, change.version);
      }
    }
  }

  private create(change: Extract<Change, { kind: "create" }>, { zxid, timeMs }: Transaction): void {
    const parent = this.find(parentPath(change.path) ?? "/");
    if (parent >= 0) this.raiseChildren(parent, change.parentCversion, zxid);
    if (this.find(change.path) >= 0) return;
    const { path, data, owner } = change;
    const record = this.add(path);
    this.setZxid(record, WORD.mzxidHigh, zxid);
    this.setZxid(record, WORD.pzxidHigh, zxid);
    this.table.setMtime(record, timeMs);
    const times = { ctimeMs: timeMs, mtimeMs: timeMs, version: 0, cversion: 0, aversion: 0 };
    this.weigh(record, path, data, { czxid: zxid, mzxid: zxid, pzxid: zxid, owner, ...times });
    this.remember(path, owner);
  }

  private raiseChildren(parent: number, cversion: number, zxid: bigint): void {
    const own = this.table.word(parent, WORD.cversion) | 0;
    const next = cversion < 0 ? own + 1 : cversion;
    if (next <= own) return;
    this.setField(parent, WORD.cversion, STAT.cversion, next);
    this.replaceZxid(parent, WORD.pzxidHigh, STAT.pzxid, zxid);
  }

  private setData(change: Extract<Change, { kind: "setData" }>, { zxid, timeMs }: Transaction): void {
    const { table, scratch } = this;
    const record = this.find(change.path);
    if (record < 0) return;
    const prefix = prefixOf(change.path, change.data);
    // Everything that changes at once: the difference of the old and the new sixty bytes.
    scratch.fill(0);
    scratch.writeUInt32BE((table.word(record, WORD.mzxidHigh) ^ high(zxid)) >>> 0, STAT.mzxid);
    scratch.writeUInt32BE((table.word(record, WORD.mzxidLow) ^ low(zxid)) >>> 0, STAT.mzxid + 4);
    const before = table.mtime(record);
    scratch.writeUInt32BE((Math.floor(before / TWO_32) ^ Math.floor(timeMs / TWO_32)) >>> 0, STAT.mtime);
    scratch.writeUInt32BE(((before % TWO_32) ^ (timeMs % TWO_32)) >>> 0, STAT.mtime + 4);
    scratch.writeUInt32BE((table.word(record, WORD.version) ^ change.version) >>> 0, STAT.version);
    const content = BEHIND_STAT.apply((table.word(record, WORD.prefix) ^ prefix) >>> 0);
    this.reweigh(record, content ^ linear(scratch, STAT.length));
    this.setZxid(record, WORD.mzxidHigh, zxid);
    table.setMtime(record, timeMs);
    table.setWord(record, WORD.version, change.version);
    table.setWord(record, WORD.prefix, prefix);
  }

  private remove(path: string, zxid: bigint): void {
    const parent = this.find(parentPath(path) ?? "/");
    if (parent >= 0 && zxid > this.zxid(parent, WORD.pzxidHigh)) {
      this.replaceZxid(parent, WORD.pzxidHigh, STAT.pzxid, zxid);
    }
    const record = this.find(path);
    if (record >= 0) this.drop(record);
    this.forget(path);
  }

  private drop(record: number): void {
    this.pending -= this.table.word(record, WORD.crc);
    this.table.remove(record);
  }

  private find(path: string): number {
    hashPath(path, this.hash);
    return this.table.find(this.hash);
  }

  private add(path: string): number {
    hashPath(path, this.hash);
    return this.table.add(this.hash);
  }

  private zxid(record: number, word: number): bigint {
    return (BigInt(this.table.word(record, word)) << 32n) | BigInt(this.table.word(record, word + 1));
  }

  private setZxid(record: number, word: number, zxid: bigint): void {
    this.table.setWord(record, word, high(zxid));
    this.table.setWord(record, word + 1, low(zxid));
  }

  private replaceZxid(record: number, word: number, offset: number, zxid: bigint): void {
    const { scratch, table } = this;
    scratch.fill(0);
    scratch.writeUInt32BE((table.word(record, word) ^ high(zxid)) >>> 0, offset);
    scratch.writeUInt32BE((table.word(record, word + 1) ^ low(zxid)) >>> 0, offset + 4);
    this.reweigh(record, linear(scratch, STAT.length));
    this.setZxid(record, word, zxid);
  }

  private setField(record: number, word: number, offset: number, value: number): void {
    this.scratch.fill(0);
    this.scratch.writeUInt32BE((this.table.word(record, word) ^ value) >>> 0, offset);
    this.reweigh(record, linear(this.scratch, STAT.length));
    this.table.setWord(record, word, value);
  }

  /** The node's CRC changes by `difference`; one that counts nothing stays so. */
  private reweigh(record: number, difference: number): void {
    const before = this.table.word(record, WORD.crc);
    if (before === 0) return;
    const after = (before ^ difference) >>> 0;
    this.table.setWord(record, WORD.crc, after);
    this.count(after - before);
  }

  private weigh(record: number, path: string, data: Buffer | null, stat: StatOfDigest): void {
    const prefix = prefixOf(path, data);
    this.table.setWord(record, WORD.prefix, prefix);
    // What is below /zookeeper counts nothing; the znode itself does.
    if (path.startsWith("/zookeeper/")) return;
    const crc = crc32(writeStat(this.scratch, stat), prefix);
    this.table.setWord(record, WORD.crc, crc);
    this.count(crc);
  }

  private count(difference: number): void {
    this.pending += difference;
    if (Math.abs(this.pending) > 2 ** 50) void this.digest; // folded before it loses a bit
  }

  private remember(path: string, owner: bigint): void {
    const kind = nodeOwner(owner);
    if (kind.kind !== "ephemeral") return;
    const paths = this.ephemerals.get(kind.session);
    if (paths === undefined) this.ephemerals.set(kind.session, new Set([path]));
    else paths.add(path);
    this.owners.set(path, kind.session);
  }

  private readonly owners = new Map<string, bigint>();

  private forget(path: string): void {
    if (this.owners.size === 0) return;
    const session = this.owners.get(path);
    if (session === undefined) return;
    this.owners.delete(path);
    const paths = this.ephemerals.get(session);
    paths?.delete(path);
    if (paths?.size === 0) this.ephemerals.delete(session);
  }
}

type StatOfDigest = Pick<
  SnapshotNode,
  "czxid" | "mzxid" | "pzxid" | "ctimeMs" | "mtimeMs" | "version" | "cversion" | "aversion" | "owner"
>;

function writeStat(into: Buffer, stat: StatOfDigest): Buffer {
  into.writeBigInt64BE(stat.czxid, STAT.czxid);
  into.writeBigInt64BE(stat.mzxid, STAT.mzxid);
  into.writeBigInt64BE(stat.pzxid, STAT.pzxid);
  into.writeBigInt64BE(BigInt(stat.ctimeMs), STAT.ctime);
  into.writeBigInt64BE(BigInt(stat.mtimeMs), STAT.mtime);
  into.writeInt32BE(stat.version, STAT.version);
  into.writeInt32BE(stat.cversion, STAT.cversion);
  into.writeInt32BE(stat.aversion, STAT.aversion);
  into.writeBigInt64BE(stat.owner, STAT.owner);
  return into;
}

/** The root's path counts as empty. */
function prefixOf(path: string, data: Buffer | null): number {
  const name = crc32(path === "/" ? "" : path);
  return data === null ? name : crc32(data, name);
}

function high(zxid: bigint): number {
  return Number((zxid >> 32n) & LOW);
}

function low(zxid: bigint): number {
  return Number(zxid & LOW);
}
