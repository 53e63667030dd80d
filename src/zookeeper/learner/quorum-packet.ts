/**
 * QuorumPacket, the message of the quorum port (zookeeper.jute, package quorum): it has no length in front, so it is
 * measured first. Decoding and encoding only; who sends what when is in learner-connection.ts.
 */
import { JuteError } from "../jute-reader.js";
import { INCOMPLETE, type StreamBuffer } from "./stream-buffer.js";

/** Leader.java. Only what an observer sends or sees. */
export const PACKET = {
  proposal: 2,
  ack: 3,
  commit: 4,
  ping: 5,
  revalidate: 6,
  sync: 7,
  inform: 8,
  commitAndActivate: 9,
  newLeader: 10,
  upToDate: 12,
  diff: 13,
  trunc: 14,
  snap: 15,
  observerInfo: 16,
  leaderInfo: 17,
  ackEpoch: 18,
  informAndActivate: 19,
} as const;

export interface QuorumPacket {
  readonly type: number;
  readonly zxid: bigint;
  readonly data: Buffer | null;
}

/** No packet of a sane server is longer: a transaction is at most jute.maxbuffer and a little. */
const LONGEST = 256 * 1024 * 1024;
const FIXED = 12;

/** The next packet, or null while it is not all there. Throws JuteError on lengths that cannot be. */
export function readPacket(stream: StreamBuffer): QuorumPacket | null {
  const length = measure(stream);
  if (length === INCOMPLETE) return null;
  const at = stream.take(length);
  const { bytes } = stream;
  const size = bytes.readInt32BE(at + FIXED);
  const data = size < 0 ? null : bytes.subarray(at + FIXED + 4, at + FIXED + 4 + size);
  return { type: bytes.readInt32BE(at), zxid: bytes.readBigInt64BE(at + 4), data };
}

function measure(stream: StreamBuffer): number {
  const start = stream.at;
  if (stream.available < FIXED + 4) return INCOMPLETE;
  const size = stream.bytes.readInt32BE(start + FIXED);
  if (size < -1 || size > LONGEST) {
    throw new JuteError(
      `a message of ${size} bytes was announced: it is not a ZooKeeper quorum port, or it expects TLS`,
    );
  }
  const data = stream.fieldLength(start + FIXED);
  if (data === INCOMPLETE) return INCOMPLETE;
  const identities = start + FIXED + data;
  if (identities + 4 > stream.bytes.length) return INCOMPLETE;
  let at = identities + 4;
  for (let left = 2 * stream.bytes.readInt32BE(identities); left > 0; left--) {
    const field = stream.fieldLength(at);
    if (field === INCOMPLETE) return INCOMPLETE;
    at += field;
  }
  return at - start;
}

/** @param data null and empty are different things on this port: an empty one is what a ping is answered with */
export function encodePacket(type: number, zxid: bigint, data: Buffer | null): Buffer {
  const size = data === null ? 0 : data.length;
  const bytes = Buffer.alloc(FIXED + 4 + size + 4);
  bytes.writeInt32BE(type, 0);
  bytes.writeBigInt64BE(zxid, 4);
  bytes.writeInt32BE(data === null ? -1 : size, FIXED);
  data?.copy(bytes, FIXED + 4);
  bytes.writeInt32BE(-1, FIXED + 4 + size);
  return bytes;
}

/** LearnerInfo: our id, the protocol's version and the version of the configuration we know, always 0: none. */
export function learnerInfo(observerId: bigint): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeBigInt64BE(observerId, 0);
  bytes.writeInt32BE(0x10000, 8);
  return bytes;
}
