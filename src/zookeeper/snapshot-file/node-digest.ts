/**
 * The digest of a tree as servers from 3.6 on keep it (DigestCalculator, version 2): the sum of one CRC-32 a node. ACLs are
 * not in it, only how often they were set.
 */
import zlib from "node:zlib";
import type { SnapshotNode } from "../learner/transaction.js";

const STAT_BYTES = 60;

/** Servers update the quota's numbers below here each for itself. */
const LOCAL_SUBTREE = "/zookeeper/";

/** Whether this Node has what the digest is made of (20.15 and newer, 22.2 and newer). */
export function canDigest(): boolean {
  return typeof zlib.crc32 === "function";
}

export class TreeDigest {
  private sum = 0n;
  private readonly stat = Buffer.alloc(STAT_BYTES);

  add(node: SnapshotNode): void {
    if (node.path.startsWith(LOCAL_SUBTREE)) return;
    let crc = zlib.crc32(node.path === "/" ? "" : node.path);
    if (node.data !== null) crc = zlib.crc32(node.data, crc);
    this.sum += BigInt(zlib.crc32(this.statOf(node), crc));
  }

  /** As the signed number of 64 bits that files hold. */
  get value(): bigint {
    return BigInt.asIntN(64, this.sum);
  }

  private statOf(node: SnapshotNode): Buffer {
    const { stat } = this;
    stat.writeBigInt64BE(node.czxid, 0);
    stat.writeBigInt64BE(node.mzxid, 8);
    stat.writeBigInt64BE(node.pzxid, 16);
    stat.writeBigInt64BE(BigInt(node.ctimeMs), 24);
    stat.writeBigInt64BE(BigInt(node.mtimeMs), 32);
    stat.writeInt32BE(node.version, 40);
    stat.writeInt32BE(node.cversion, 44);
    stat.writeInt32BE(node.aversion, 48);
    stat.writeBigInt64BE(node.owner, 52);
    return stat;
  }
}
