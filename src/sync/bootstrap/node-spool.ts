/**
 * The znodes of a snapshot in a file without a name, in the order in which they came, so that a tree of any size takes little
 * memory and a broken run leaves nothing. For reading again within the same run; nobody else's format.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { JuteReader } from "../../zookeeper/jute-reader.js";
import { JuteWriter } from "../../zookeeper/jute-writer.js";
import type { SnapshotNode } from "../../zookeeper/learner/transaction.js";
import { Appender } from "../../zookeeper/snapshot-file/appender.js";
import type { Acl } from "../../zookeeper/types.js";

/** Bytes of znodes that are handed over at once. */
const HAND_OVER = 64 * 1024;
const PIECE = 1024 * 1024;
const LENGTH = 4;

export class NodeSpool {
  private readonly jute = new JuteWriter();
  private readonly appender: Appender;
  /** By their number in the file; trees have few different ones. */
  private readonly acls: (readonly Acl[])[] = [];
  private readonly aclNumbers = new Map<string, number>();
  /** Feeds give the same array for znodes with the same ACL. */
  private last: { readonly acl: readonly Acl[]; readonly number: number } | null = null;

  /** Znodes taken so far. */
  count = 0;

  private constructor(private readonly file: FileHandle) {
    this.appender = new Appender(file);
  }

  /** In that directory, readable by this user alone. Rejects with the file system's error. */
  static async open(directory: string): Promise<NodeSpool> {
    const path = join(directory, `.ferry-bootstrap.${randomUUID()}.nodes`);
    const file = await open(path, "wx+", 0o600);
    await rm(path, { force: true });
    return new NodeSpool(file);
  }

  /** Takes a znode; a promise when the caller should wait before the next one. */
  add(node: SnapshotNode): Promise<void> | undefined {
    const { jute } = this;
    this.count++;
    jute.frame(() => {
      jute.string(node.path).buffer(node.data).int(this.aclNumber(node.acl));
      jute.long(node.czxid).long(node.mzxid).long(node.pzxid);
      jute.long(BigInt(node.ctimeMs)).long(BigInt(node.mtimeMs));
      jute.int(node.version).int(node.cversion).int(node.aversion).long(node.owner);
    });
    return jute.pending < HAND_OVER ? undefined : this.appender.append(jute.take());
  }

  /** Every znode so far, in the order of their coming. Their data are views that stay valid. */
  async *nodes(signal: AbortSignal): AsyncGenerator<SnapshotNode> {
    if (this.jute.pending > 0) void this.appender.append(this.jute.take());
    await this.appender.flush();
    let rest = Buffer.alloc(0);
    for (let at = 0; at < this.appender.bytes; ) {
      signal.throwIfAborted();
      const piece = Buffer.allocUnsafe(Math.min(PIECE, this.appender.bytes - at));
      const { bytesRead } = await this.file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error(`the spool file ends at byte ${at}, and more was written to it`);
      at += bytesRead;
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece.subarray(0, bytesRead)]);
      let from = 0;
      while (bytes.length - from >= LENGTH) {
        const end = from + LENGTH + bytes.readInt32BE(from);
        if (end > bytes.length) break;
        yield this.decode(new JuteReader(bytes, from + LENGTH, end));
        from = end;
      }
      rest = bytes.subarray(from);
    }
  }

  /** With it the file is gone; safe to repeat. */
  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }

  private decode(jute: JuteReader): SnapshotNode {
    const [path, data, acl] = [jute.string(), jute.buffer(), this.acls[jute.int()]];
    if (acl === undefined) throw new Error("the spool file does not hold what was written to it");
    const [czxid, mzxid, pzxid] = [jute.long(), jute.long(), jute.long()];
    const [ctimeMs, mtimeMs] = [Number(jute.long()), Number(jute.long())];
    const [version, cversion, aversion] = [jute.int(), jute.int(), jute.int()];
    const owner = jute.long();
    return { path, data, acl, czxid, mzxid, pzxid, ctimeMs, mtimeMs, version, cversion, aversion, owner };
  }

  private aclNumber(acl: readonly Acl[]): number {
    if (this.last?.acl === acl) return this.last.number;
    const key = JSON.stringify(acl.map(({ perms, scheme, id }) => [perms, scheme, id]));
    let number = this.aclNumbers.get(key);
    if (number === undefined) {
      number = this.acls.push(acl) - 1;
      this.aclNumbers.set(key, number);
    }
    this.last = { acl, number };
    return number;
  }
}
