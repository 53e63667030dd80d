/**
 * Reads an archive back: its header without the key, its files with it. A file is put in its place only after all of the archive has been
 * proved to be what was written.
 */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { keyId, type StateKey } from "../../../state/encryption.js";
import { CHUNK_BYTES, chunkCount, openChunk, TAG_BYTES } from "./cipher.js";
import { archiveDamaged, archiveExpired, archiveUnreadable, archiveWrongKey } from "./failures.js";
import {
  type ArchivedFile,
  type ArchiveHeader,
  contentBytes,
  decodeHeader,
  encodeHeader,
  headerDigest,
  MAGIC,
  MAX_HEADER_BYTES,
} from "./format.js";

/** Rejects with DiagnosticError `archive-unreadable` or `archive-damaged`. */
export async function readHeader(path: string): Promise<ArchiveHeader> {
  return withFile(path, (file) => headerIn(path, file));
}

/** Proves that everything in it is whole; takes nothing out. Rejects with DiagnosticError. */
export async function verifyArchive(path: string, key: StateKey): Promise<ArchiveHeader> {
  return withFile(path, async (file) => {
    const header = await headerIn(path, file);
    await eachFile(path, file, header, key, async () => {});
    return header;
  });
}

/**
 * Takes all files out into a folder, each 0600. Rejects with DiagnosticError, also when it has expired at `nowMs`; the folder then has what
 * it had.
 */
export async function extractArchive(
  path: string,
  key: StateKey,
  folder: string,
  nowMs: number,
): Promise<ArchiveHeader> {
  return withFile(path, async (file) => {
    const header = await headerIn(path, file);
    if (nowMs >= header.expiresMs) throw archiveExpired(path, header.expiresMs);
    const parts = new Map(header.files.map(({ name }) => [name, `${join(folder, name)}.part`]));
    try {
      await eachFile(path, file, header, key, (one, plain, isFirst) =>
        writePiece(parts.get(one.name), plain, isFirst),
      );
      for (const [name, part] of parts) await rename(part, join(folder, name));
    } catch (error) {
      for (const part of parts.values()) await rm(part, { force: true });
      throw error;
    }
    return header;
  });
}

async function writePiece(part: string | undefined, plain: Buffer, isFirst: boolean): Promise<void> {
  if (part === undefined) throw new Error("a file that the header does not name");
  if (isFirst) await mkdir(dirname(part), { recursive: true, mode: 0o700 });
  const file = await open(part, isFirst ? "w" : "a", 0o600);
  try {
    await file.writeFile(plain);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw archiveUnreadable(path, error);
  });
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function headerIn(path: string, file: FileHandle): Promise<ArchiveHeader> {
  const start = await exactly(path, file, MAGIC.length + 4);
  if (!start.subarray(0, MAGIC.length).equals(MAGIC))
    throw archiveDamaged(path, "this is no archive of ferry");
  const length = start.readUInt32BE(MAGIC.length);
  if (length > MAX_HEADER_BYTES) throw archiveDamaged(path, "its header is damaged");
  const header = decodeHeader(await exactly(path, file, length));
  if (header === null) throw archiveDamaged(path, "its header is damaged");
  return header;
}

type Take = (file: ArchivedFile, plain: Buffer, isFirst: boolean) => Promise<void>;

/** Opens chunk by chunk and hands the plain bytes to the files they belong to, in order; checks each file's digest. */
async function eachFile(
  path: string,
  file: FileHandle,
  header: ArchiveHeader,
  key: StateKey,
  take: Take,
): Promise<void> {
  const given = keyId(key);
  if (given !== header.keyId) throw archiveWrongKey(path, header.keyId, given);
  const split = new Splitter(path, header.files, take);
  const by = {
    key: key.bytes,
    nonce: Buffer.from(header.nonce, "hex"),
    digest: headerDigest(encodeHeader(header)),
  };
  const total = contentBytes(header);
  const last = chunkCount(total) - 1;
  for (let number = 0; number <= last; number++) {
    const bytes = number < last ? CHUNK_BYTES : total - last * CHUNK_BYTES;
    const plain = openChunk(by, number, number === last, await exactly(path, file, bytes + TAG_BYTES));
    if (plain === null)
      throw archiveDamaged(path, `chunk ${number + 1} of ${last + 1} is damaged or was changed`);
    await split.push(plain);
  }
  if ((await file.read(Buffer.alloc(1), 0, 1)).bytesRead > 0)
    throw archiveDamaged(path, "something follows its end");
  await split.end();
}

class Splitter {
  private at = 0;
  private taken = 0;
  private hash = createHash("sha256");

  constructor(
    private readonly path: string,
    private readonly files: readonly ArchivedFile[],
    private readonly take: Take,
  ) {}

  async push(plain: Buffer): Promise<void> {
    let rest = plain;
    for (let file = this.files[this.at]; file !== undefined; file = this.files[this.at]) {
      const piece = rest.subarray(0, file.bytes - this.taken);
      await this.take(file, piece, this.taken === 0);
      this.hash.update(piece);
      this.taken += piece.length;
      rest = rest.subarray(piece.length);
      if (this.taken < file.bytes) return;
      this.next(file);
    }
  }

  /** Files without content that come last have had no chunk of their own. */
  async end(): Promise<void> {
    await this.push(Buffer.alloc(0));
    if (this.at < this.files.length) throw archiveDamaged(this.path, "it ends too early");
  }

  private next(file: ArchivedFile): void {
    const found = this.hash.digest("hex");
    if (found !== file.sha256)
      throw archiveDamaged(this.path, `${file.name} has another checksum than when it was archived`);
    this.hash = createHash("sha256");
    this.taken = 0;
    this.at++;
  }
}

async function exactly(path: string, file: FileHandle, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(buffer, at, bytes - at);
    if (bytesRead === 0) throw archiveDamaged(path, "it ends too early");
    at += bytesRead;
  }
  return buffer;
}
