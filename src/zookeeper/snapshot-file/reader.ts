/**
 * Reads a server's snapshot file (3.4 to 3.9, plain or .gz) in bounded memory and checks every seal. Damaged files give a
 * SnapshotFileError that says the byte, whatever the damage. Never writes, and never reads transaction logs: a file taken from a
 * busy server is fuzzy until the log behind it is replayed.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { SnapshotSession } from "../learner/snapshot-parser.js";
import type { SnapshotNode } from "../learner/transaction.js";
import { zxidOfFileName } from "./format.js";
import { SnapshotBytes } from "./snapshot-bytes.js";
import { SnapshotFileError } from "./snapshot-file-error.js";
import { SnapshotRecords } from "./snapshot-records.js";
import { readTrailer, type SnapshotTrailer } from "./trailer.js";

export interface SnapshotFileListener {
  onSession?(session: SnapshotSession): void;
  /**
   * Called before the file's seals are checked: who keeps the nodes waits for the end before trusting them. A promise is waited for.
   * Data is a view of a larger piece; who keeps it for long copies it.
   */
  onNode(node: SnapshotNode): Promise<void> | undefined | void;
}

export interface SnapshotFileContent extends SnapshotTrailer {
  /** From the file's name; null when it is not that of a snapshot. */
  readonly zxid: bigint | null;
  readonly sessions: number;
  readonly nodes: number;
  /** Of the content, where it is compressed. */
  readonly bytes: number;
  /** Adler-32 of the whole content. */
  readonly checksum: number;
}

const PIECE = 1024 * 1024;

/** Hands out all of the file. Rejects with SnapshotFileError, the signal's reason, or what the listener throws. */
export async function readSnapshotFile(
  path: string,
  listener: SnapshotFileListener,
  signal?: AbortSignal,
): Promise<SnapshotFileContent> {
  signal?.throwIfAborted();
  const input = await openInput(path);
  const bytes = new SnapshotBytes(input.pieces);
  const records = new SnapshotRecords(path, bytes, input.size);
  try {
    await records.header();
    const sessions = await records.sessions((session) => listener.onSession?.(session));
    await records.acls();
    let nodes = 0;
    for (let node = records.nextNode(); node !== null; node = records.nextNode()) {
      if (node === undefined) {
        signal?.throwIfAborted();
        await records.more();
        continue;
      }
      nodes++;
      const pause = listener.onNode(node);
      if (pause !== undefined) await pause;
    }
    await records.seal();
    const trailer = await readTrailer(records);
    const zxid = zxidOfFileName(basename(path));
    return { zxid, sessions, nodes, bytes: bytes.offset, checksum: bytes.checksum, ...trailer };
  } finally {
    await bytes.close();
  }
}

interface Input {
  readonly pieces: AsyncIterator<Buffer>;
  /** Bytes of the content; null when it is compressed. */
  readonly size: number | null;
}

async function openInput(path: string): Promise<Input> {
  const found = await stat(path).catch((error: unknown) => unreadable(path, error));
  const file = createReadStream(path, { highWaterMark: PIECE });
  if (!path.endsWith(".gz")) return { pieces: pieces(path, file), size: found.size };
  const plain = createGunzip({ chunkSize: PIECE });
  // Unlike pipe(), it ends the reading for an error of the file too; the error itself comes with the pieces.
  pipeline(file, plain, () => undefined);
  return { pieces: pieces(path, plain), size: null };
}

async function* pieces(path: string, source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const piece of source) yield piece as Buffer;
  } catch (error) {
    unreadable(path, error);
  } finally {
    source.destroy();
  }
}

function unreadable(file: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  const remedy = "Nothing was changed. Name a snapshot file that is there, whole and may be read.";
  throw new SnapshotFileError({ file, tried: "reading", reason, remedy }, error);
}
