/** The records of a snapshot file, one after the other, each measured before it is read. Holds the ACL table and nothing else. */
import type { SnapshotSession } from "../learner/snapshot-parser.js";
import type { SnapshotNode } from "../learner/transaction.js";
import type { Acl } from "../types.js";
import {
  HEADER_BYTES,
  MAGIC,
  NODE_TAIL_BYTES,
  OPEN_ACL,
  OPEN_ACL_ID,
  SEAL_BYTES,
  SESSION_BYTES,
  VERSION,
} from "./format.js";
import type { SnapshotBytes } from "./snapshot-bytes.js";
import { SnapshotFileError } from "./snapshot-file-error.js";

const SLASH = 0x2f;
/** Shortest entry of the ACL table: number and count. */
const SHORTEST_ACL = 12;
/** perms and two lengths */
const SHORTEST_ACL_ENTRY = 12;

export class SnapshotRecords {
  private readonly aclTable = new Map<bigint, readonly Acl[]>();
  private wanted = { bytes: 4, what: "a path" };

  /** @param size bytes of the content; null when they are not known beforehand */
  constructor(
    private readonly file: string,
    private readonly bytes: SnapshotBytes,
    private readonly size: number | null,
  ) {}

  /** The error for damage at `offset`; where reading is when it is left out. */
  fault(reason: string, offset = this.bytes.offset): SnapshotFileError {
    const remedy =
      "Nothing was changed. The file is damaged or no snapshot: take another one of that server, or of another server.";
    return new SnapshotFileError({ file: this.file, tried: "reading", reason, offset, remedy });
  }

  async header(): Promise<void> {
    const magic = await this.int("the header");
    if (magic !== MAGIC) throw this.fault(`it does not begin as a snapshot file does ("ZKSN")`, 0);
    const version = await this.int("the header");
    if (version !== VERSION) throw this.fault(`its format is ${version}, only ${VERSION} is known`, 4);
    await this.need(HEADER_BYTES - 8, "the header");
    this.bytes.take(HEADER_BYTES - 8); // dbid: nobody looks at it
  }

  /** Returns how many there were. */
  async sessions(onSession: (session: SnapshotSession) => void): Promise<number> {
    const count = await this.count("sessions", SESSION_BYTES);
    for (let left = count; left > 0; left--) {
      onSession({ id: await this.long("a session"), timeoutMs: await this.int("a session") });
    }
    return count;
  }

  async acls(): Promise<void> {
    for (let left = await this.count("ACLs", SHORTEST_ACL); left > 0; left--) {
      const id = await this.long("an ACL");
      const acl: Acl[] = [];
      for (let entries = await this.count("entries of an ACL", SHORTEST_ACL_ENTRY); entries > 0; entries--) {
        const perms = await this.int("an ACL");
        acl.push({ perms, scheme: await this.text("an ACL's scheme"), id: await this.text("an ACL's id") });
      }
      this.aclTable.set(id, acl);
    }
  }

  /** The next znode; null at their end; undefined when more bytes must be read first: then `more`. */
  nextNode(): SnapshotNode | null | undefined {
    const { window, at, available } = this.bytes;
    if (available < 4) return this.wants(4, "a path");
    const pathBytes = window.readInt32BE(at);
    if (pathBytes < 0) throw this.fault(`a path has the length ${pathBytes}`);
    if (available < 5 + pathBytes) return this.wants(5 + pathBytes, "a path");
    if (pathBytes === 1 && window[at + 4] === SLASH) {
      this.bytes.take(5);
      return null;
    }
    const dataAt = 4 + pathBytes;
    if (available < dataAt + 4) return this.wants(dataAt + 4, "a path");
    const dataBytes = window.readInt32BE(at + dataAt);
    if (dataBytes < -1) throw this.fault(`data has the length ${dataBytes}`, this.bytes.offset + dataAt);
    const tailAt = dataAt + 4 + Math.max(0, dataBytes);
    if (available < tailAt + NODE_TAIL_BYTES) return this.wants(tailAt + NODE_TAIL_BYTES, "a znode");
    const path = window.toString("utf8", at + 4, at + dataAt);
    if (path !== "" && !path.startsWith("/")) throw this.fault("a path does not begin with /");
    const data = dataBytes < 0 ? null : window.subarray(at + dataAt + 4, at + tailAt);
    const acl = this.aclOf(window.readBigInt64BE(at + tailAt), this.bytes.offset + tailAt);
    this.bytes.take(tailAt + NODE_TAIL_BYTES);
    return { path: path === "" ? "/" : path, data, acl, ...statAt(window, at + tailAt + 8) };
  }

  /** Reads what `nextNode` lacked. */
  async more(): Promise<void> {
    await this.need(this.wanted.bytes, this.wanted.what);
  }

  /** Checks the sum of everything before it. */
  async seal(): Promise<void> {
    const start = this.bytes.offset;
    const sum = BigInt(this.bytes.checksum);
    await this.need(SEAL_BYTES, "a seal");
    const seal = await this.long("a seal");
    if (seal !== sum) throw this.fault(`the checksum is ${seal}, its bytes sum up to ${sum}`, start);
    const end = await this.text("a seal");
    if (end !== "/") throw this.fault(`a seal ends with ${JSON.stringify(end)} instead of "/"`, start + 8);
  }

  /** Bytes that are left, at most `limit`. */
  async rest(limit: number): Promise<number> {
    await this.bytes.fill(limit);
    return Math.min(limit, this.bytes.available);
  }

  async int(what: string): Promise<number> {
    await this.need(4, what);
    return this.bytes.window.readInt32BE(this.bytes.take(4));
  }

  async long(what: string): Promise<bigint> {
    await this.need(8, what);
    return this.bytes.window.readBigInt64BE(this.bytes.take(8));
  }

  /** Null reads as "". */
  private async text(what: string): Promise<string> {
    const offset = this.bytes.offset;
    const length = await this.int(what);
    if (length < -1) throw this.fault(`${what} has the length ${length}`, offset);
    if (length <= 0) return "";
    await this.need(length, what);
    const at = this.bytes.take(length);
    return this.bytes.window.toString("utf8", at, at + length);
  }

  /** How many of something follow, each at least `shortest` bytes long. */
  private async count(what: string, shortest: number): Promise<number> {
    const offset = this.bytes.offset;
    const count = await this.int(`the number of ${what}`);
    const room = this.size === null ? Number.POSITIVE_INFINITY : (this.size - this.bytes.offset) / shortest;
    if (count < 0 || count > room) throw this.fault(`the number of ${what} is ${count}`, offset);
    return count;
  }

  private wants(bytes: number, what: string): undefined {
    this.wanted = { bytes, what };
  }

  /** A length that is damaged is refused before memory is asked for. */
  private async need(count: number, what: string): Promise<void> {
    const { bytes, size } = this;
    if (bytes.available >= count) return;
    const tooLong = size !== null && count > size - bytes.offset;
    if (tooLong || !(await bytes.fill(count))) {
      throw this.fault(`${what} of ${count} bytes goes past the file's end`);
    }
  }

  private aclOf(id: bigint, offset: number): readonly Acl[] {
    if (id === OPEN_ACL_ID) return OPEN_ACL;
    const acl = this.aclTable.get(id);
    if (acl !== undefined) return acl;
    // A server that is busy while it writes leaves out ACLs made meanwhile; its log has them. Guessing would open a znode to all.
    throw this.fault(`a znode has the ACL ${id}, which is not in the file's table`, offset);
  }
}

type Stat = Omit<SnapshotNode, "path" | "data" | "acl">;

function statAt(window: Buffer, at: number): Stat {
  return {
    czxid: window.readBigInt64BE(at),
    mzxid: window.readBigInt64BE(at + 8),
    ctimeMs: Number(window.readBigInt64BE(at + 16)),
    mtimeMs: Number(window.readBigInt64BE(at + 24)),
    version: window.readInt32BE(at + 32),
    cversion: window.readInt32BE(at + 36),
    aversion: window.readInt32BE(at + 40),
    owner: window.readBigInt64BE(at + 44),
    pzxid: window.readBigInt64BE(at + 52),
  };
}
