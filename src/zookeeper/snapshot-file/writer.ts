/**
 * Writes a tree into a snapshot file that a new ensemble starts on: versions, times, ACLs and counters arrive exactly. The
 * file appears whole, flushed and under its name, or not at all. Never touches a running ensemble.
 *
 * The format wants every ACL before the first znode, and a feed tells an ACL with the first znode that has it. So znodes go
 * to a spool file as they come, while the table of ACLs stays in memory (trees have few different ones), and are copied behind the
 * table at the end. That takes the file's size on the disk a second time for a while and one more reading of it, which the checksum
 * needs anyway; a gap left in front for the table could not be filled without knowing its size beforehand.
 */
import { type FileHandle, open, rm } from "node:fs/promises";
import { JuteWriter } from "../jute-writer.js";
import type { SnapshotNode } from "../learner/transaction.js";
import { AclTable } from "./acl-table.js";
import { Appender } from "./appender.js";
import { publish } from "./durable.js";
import { DATABASE_ID, DIGEST_VERSION, END_PATH, MAGIC, VERSION } from "./format.js";
import { canDigest, TreeDigest } from "./node-digest.js";
import { PathSet } from "./path-set.js";
import {
  finishedSnapshotFile,
  type SnapshotFile,
  type SnapshotFileOptions,
  type SnapshotPaths,
  snapshotPaths,
  writeRecord,
} from "./record.js";
import { SealedOutput } from "./sealed-output.js";
import { SnapshotFileError } from "./snapshot-file-error.js";
import { BUILT_IN_PATHS, builtInNode, writtenNode } from "./written-node.js";

/** Bytes of znodes that are handed to the spool at once. */
const HAND_OVER = 32 * 1024;
const COPY_PIECE = 1024 * 1024;

export class SnapshotFileWriter {
  private readonly paths: SnapshotPaths;
  private readonly acls = new AclTable();
  private readonly known = new PathSet();
  private readonly digest: TreeDigest | null;
  private readonly jute = new JuteWriter();
  private readonly appender: Appender;
  private nodes = 0;

  private constructor(
    private readonly options: SnapshotFileOptions,
    private readonly spool: FileHandle,
  ) {
    this.paths = snapshotPaths(options);
    this.digest = options.digest === true ? new TreeDigest() : null;
    this.appender = new Appender(spool);
  }

  /** Begins a file; whoever opens it calls finish or abandon. Rejects with SnapshotFileError. */
  static async open(options: SnapshotFileOptions): Promise<SnapshotFileWriter> {
    const { file, spool } = snapshotPaths(options);
    if (options.digest === true && !canDigest()) {
      throw fault(
        file,
        `Node ${process.versions.node} has no crc32`,
        "Use Node 20.15 or newer, or leave the digest out.",
      );
    }
    return new SnapshotFileWriter(options, await open(spool, "w+", 0o600).catch(asFault(file)));
  }

  /**
   * Takes the root first, then every znode after its parent. Gives a promise when the caller should wait before the next one.
   * Throws SnapshotFileError for a znode without its parent, one that was there already, or a path that is none.
   */
  add(node: SnapshotNode): Promise<void> | undefined {
    this.refuseMisplaced(node.path);
    const written = writtenNode(node, this.options);
    this.digest?.add(written);
    encode(this.jute, written, this.acls.idOf(written.acl));
    this.nodes++;
    if (this.jute.pending < HAND_OVER) return undefined;
    return this.appender.append(this.jute.take())?.catch(asFault(this.paths.file));
  }

  private refuseMisplaced(path: string): void {
    const remedy =
      "No file was made. Hand over parents before their children, and leave out a znode only together with all below it.";
    if (path !== "/" && (!path.startsWith("/") || path.endsWith("/") || path.includes("//"))) {
      throw fault(this.paths.file, `${JSON.stringify(path)} is no path of a znode`, remedy);
    }
    const arrival = this.known.add(path);
    if (arrival === "orphan") throw fault(this.paths.file, `${path} comes without its parent`, remedy);
    if (arrival === "duplicate") throw fault(this.paths.file, `${path} comes a second time`, remedy);
  }

  /**
   * Puts the file together, flushes it and gives it its name. /zookeeper and /zookeeper/quota are added when they did not come. Rejects
   * with SnapshotFileError, or the signal's reason; then there is no file.
   * @param notes to be remembered with the file, for a later run
   */
  async finish(signal?: AbortSignal, notes: readonly string[] = []): Promise<SnapshotFile> {
    try {
      for (const path of BUILT_IN_PATHS) if (!this.known.has(path)) await this.add(builtInNode(path));
      await this.appender.append(this.jute.take());
      await this.appender.flush();
      // An earlier file's record must not speak for the new one.
      await rm(this.paths.record, { force: true });
      const file = { ...(await this.assemble(signal)), notes };
      await this.record(file);
      return file;
    } catch (error) {
      signal?.throwIfAborted();
      return asFault(this.paths.file)(error);
    } finally {
      await this.abandon();
    }
  }

  /** Takes away what was written; safe to repeat, and after finish without effect on the file. */
  async abandon(): Promise<void> {
    await this.spool.close().catch(() => undefined);
    for (const path of [this.paths.spool, this.paths.part]) await rm(path, { force: true });
  }

  private async record(file: SnapshotFile): Promise<void> {
    try {
      await writeRecord(this.options, file);
    } catch (error) {
      await rm(file.path, { force: true }); // what is told to have failed must not be there
      throw error;
    }
  }

  private async assemble(signal: AbortSignal | undefined): Promise<Omit<SnapshotFile, "notes">> {
    const { file: path, part } = this.paths;
    const file = await open(part, "w", 0o600);
    let sha256: string;
    const output = new SealedOutput(file);
    try {
      await this.writeAll(output, signal);
      sha256 = await output.end();
      await file.sync();
    } finally {
      await file.close();
    }
    await publish(part, path);
    return { path, zxid: this.options.zxid, nodes: this.nodes, bytes: output.bytes, sha256 };
  }

  private async writeAll(output: SealedOutput, signal: AbortSignal | undefined): Promise<void> {
    await output.jutes((jute) => {
      jute.int(MAGIC).int(VERSION).long(DATABASE_ID);
      jute.int(0); // sessions
      this.acls.write(jute);
    });
    for (let at = 0; at < this.appender.bytes; ) {
      signal?.throwIfAborted();
      const piece = Buffer.allocUnsafe(Math.min(COPY_PIECE, this.appender.bytes - at));
      const { bytesRead } = await this.spool.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error(`the spool file was cut off at byte ${at} by somebody else`);
      await output.append(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    await output.jutes((jute) => jute.string(END_PATH));
    await output.seal();
    const { digest } = this;
    if (digest === null) return;
    await output.jutes((jute) => jute.long(this.options.zxid).int(DIGEST_VERSION).long(digest.value));
    await output.seal();
  }
}

/**
 * Writes the file from `nodes` (in the order `add` wants them), unless an earlier run has finished the same one: then nothing
 * is read from `nodes`. Rejects with SnapshotFileError, the signal's reason, or what `nodes` throws.
 */
export async function writeSnapshotFile(
  options: SnapshotFileOptions,
  nodes: Iterable<SnapshotNode> | AsyncIterable<SnapshotNode>,
  signal?: AbortSignal,
): Promise<SnapshotFile> {
  const { file } = snapshotPaths(options);
  const finished = await finishedSnapshotFile(options, signal).catch(asFault(file));
  if (finished !== null) return finished;
  const writer = await SnapshotFileWriter.open(options);
  try {
    for await (const node of nodes) {
      signal?.throwIfAborted();
      await writer.add(node);
    }
    return await writer.finish(signal);
  } finally {
    await writer.abandon();
  }
}

function encode(jute: JuteWriter, node: SnapshotNode, aclId: bigint): void {
  jute
    .string(node.path === "/" ? "" : node.path)
    .buffer(node.data)
    .long(aclId);
  jute.long(node.czxid).long(node.mzxid).long(BigInt(node.ctimeMs)).long(BigInt(node.mtimeMs));
  jute.int(node.version).int(node.cversion).int(node.aversion).long(node.owner).long(node.pzxid);
}

function fault(file: string, reason: string, remedy: string): SnapshotFileError {
  return new SnapshotFileError({ file, tried: "writing", reason, remedy });
}

/** Lets SnapshotFileError through and puts everything else into its words. */
function asFault(file: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof SnapshotFileError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const remedy =
      "No file was made. See that the directory is there, may be written and has room for twice the tree.";
    throw new SnapshotFileError({ file, tried: "writing", reason, remedy }, error);
  };
}
