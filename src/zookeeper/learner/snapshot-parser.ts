/**
 * Reads a snapshot as the leader sends it, while it arrives: sessions, ACL table, nodes, signature (SerializeUtils,
 * DataTree.serialize). Holds the ACL table and nothing else.
 */
import { JuteError, JuteReader } from "../jute-reader.js";
import { readAcls } from "../records.js";
import type { Acl } from "../types.js";
import { INCOMPLETE, type StreamBuffer } from "./stream-buffer.js";
import { type SnapshotNode, UNKNOWN_ACL } from "./transaction.js";

const OPEN_ACL: readonly Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];
const OPEN_ACL_ID = -1n;
const SIGNATURE = "BenWasHere";
const SESSION = 12;
/** aclId and StatPersisted behind path and data. */
const NODE_TAIL = 68;

export interface SnapshotSession {
  readonly id: bigint;
  readonly timeoutMs: number;
}

export interface SnapshotListener {
  onSession(session: SnapshotSession): void;
  onNode(node: SnapshotNode): void;
}

type Stage = "session-count" | "sessions" | "acl-count" | "acls" | "nodes" | "signature" | "done";

export class SnapshotParser {
  private stage: Stage = "session-count";
  private left = 0;
  private readonly acls = new Map<bigint, readonly Acl[]>();

  constructor(private readonly listener: SnapshotListener) {}

  /** Reads what is there; true when the snapshot has ended. Throws JuteError. */
  read(stream: StreamBuffer): boolean {
    while (this.stage !== "done") if (!this.step(stream)) return false;
    return true;
  }

  private step(stream: StreamBuffer): boolean {
    switch (this.stage) {
      case "session-count":
        return this.count(stream, "sessions");
      case "sessions":
        return this.left === 0 ? this.enter("acl-count") : this.session(stream);
      case "acl-count":
        return this.count(stream, "acls");
      case "acls":
        return this.left === 0 ? this.enter("nodes") : this.acl(stream);
      case "nodes":
        return this.node(stream);
      default:
        return this.signature(stream);
    }
  }

  private enter(stage: Stage): true {
    this.stage = stage;
    return true;
  }

  private count(stream: StreamBuffer, next: Stage): boolean {
    if (stream.available < 4) return false;
    this.left = stream.bytes.readInt32BE(stream.take(4));
    if (this.left < 0) throw new JuteError(`a snapshot announces ${this.left} ${next}`);
    return this.enter(next);
  }

  private session(stream: StreamBuffer): boolean {
    if (stream.available < SESSION) return false;
    const at = stream.take(SESSION);
    this.left--;
    this.listener.onSession({
      id: stream.bytes.readBigInt64BE(at),
      timeoutMs: stream.bytes.readInt32BE(at + 8),
    });
    return true;
  }

  private acl(stream: StreamBuffer): boolean {
    const length = measureAcl(stream);
    if (length === INCOMPLETE) return false;
    const at = stream.take(length);
    this.left--;
    this.acls.set(
      stream.bytes.readBigInt64BE(at),
      readAcls(new JuteReader(stream.bytes, at + 8, at + length)),
    );
    return true;
  }

  private node(stream: StreamBuffer): boolean {
    const { bytes, at } = stream;
    const path = stream.fieldLength(at);
    if (path === INCOMPLETE) return false;
    // The root's path is empty; "/" alone ends the nodes.
    if (path === 5 && bytes[at + 4] === 0x2f) {
      stream.take(path);
      return this.enter("signature");
    }
    const data = stream.fieldLength(at + path);
    if (data === INCOMPLETE || stream.available < path + data + NODE_TAIL) return false;
    stream.take(path + data + NODE_TAIL);
    const name = bytes.toString("utf8", at + 4, at + path);
    const size = bytes.readInt32BE(at + path);
    const content = size < 0 ? null : bytes.subarray(at + path + 4, at + path + data);
    this.listener.onNode(this.decode(bytes, at + path + data, name === "" ? "/" : name, content));
    return true;
  }

  private decode(bytes: Buffer, at: number, path: string, data: Buffer | null): SnapshotNode {
    const aclId = bytes.readBigInt64BE(at);
    return {
      path,
      data,
      acl: aclId === OPEN_ACL_ID ? OPEN_ACL : (this.acls.get(aclId) ?? UNKNOWN_ACL),
      czxid: bytes.readBigInt64BE(at + 8),
      mzxid: bytes.readBigInt64BE(at + 16),
      ctimeMs: Number(bytes.readBigInt64BE(at + 24)),
      mtimeMs: Number(bytes.readBigInt64BE(at + 32)),
      version: bytes.readInt32BE(at + 40),
      cversion: bytes.readInt32BE(at + 44),
      aversion: bytes.readInt32BE(at + 48),
      owner: bytes.readBigInt64BE(at + 52),
      pzxid: bytes.readBigInt64BE(at + 60),
    };
  }

  private signature(stream: StreamBuffer): boolean {
    const length = stream.fieldLength(stream.at);
    if (length === INCOMPLETE) return false;
    const at = stream.take(length);
    const text = stream.bytes.toString("utf8", at + 4, at + length);
    if (text !== SIGNATURE)
      throw new JuteError(`a snapshot ends with ${JSON.stringify(text)} instead of its signature`);
    return this.enter("done");
  }
}

/** aclId and vector of {perms, scheme, id}. */
function measureAcl(stream: StreamBuffer): number {
  const start = stream.at;
  if (stream.available < 12) return INCOMPLETE;
  let at = start + 12;
  for (let left = stream.bytes.readInt32BE(start + 8); left > 0; left--) {
    const scheme = stream.fieldLength(at + 4);
    if (scheme === INCOMPLETE) return INCOMPLETE;
    const id = stream.fieldLength(at + 4 + scheme);
    if (id === INCOMPLETE) return INCOMPLETE;
    at += 4 + scheme + id;
  }
  return at - start;
}
