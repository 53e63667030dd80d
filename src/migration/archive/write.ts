/**
 * Writes an archive: files one after another, encrypted as they are read, whole or not at all. It never holds a file in memory, and never
 * leaves anything in clear behind.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { keyId, type RandomBytes, type StateKey } from "../../../state/encryption.js";
import { CHUNK_BYTES, type ChunkKey, chunkCount, sealChunk } from "./cipher.js";
import { archiveUnwritable } from "./failures.js";
import {
  type ArchivedFile,
  type ArchiveHeader,
  contentBytes,
  encodeHeader,
  headerDigest,
  isSafeName,
} from "./format.js";

export interface FileToArchive {
  readonly name: string;
  /** Absolute path, or the content. It must not change meanwhile. */
  readonly source: string | Buffer;
}

export interface ArchiveRequest {
  readonly path: string;
  readonly migration: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly key: StateKey;
  readonly random: RandomBytes;
  readonly files: readonly FileToArchive[];
}

/** Replaces what was there under that path. Rejects with DiagnosticError `archive-unwritable`; then nothing is there but what was. */
export async function writeArchive(request: ArchiveRequest): Promise<ArchiveHeader> {
  const wrong = request.files.find((file) => !isSafeName(file.name));
  if (wrong !== undefined) throw new RangeError(`a file of an archive cannot be called ${wrong.name}`);
  const part = `${request.path}.part`;
  try {
    const header = await headerOf(request);
    await writeWhole(part, header, request);
    await rename(part, request.path);
    await syncFolder(dirname(request.path));
    return header;
  } catch (error) {
    await rm(part, { force: true });
    throw archiveUnwritable(request.path, error);
  }
}

async function headerOf({
  migration,
  createdMs,
  expiresMs,
  key,
  random,
  files,
}: ArchiveRequest): Promise<ArchiveHeader> {
  const described: ArchivedFile[] = [];
  for (const file of files) described.push(await describe(file));
  const nonce = random(8).toString("hex");
  return { format: 1, migration, createdMs, expiresMs, keyId: keyId(key), nonce, files: described };
}

async function describe({ name, source }: FileToArchive): Promise<ArchivedFile> {
  const hash = createHash("sha256");
  if (typeof source !== "string") {
    return { name, bytes: source.length, sha256: hash.update(source).digest("hex") };
  }
  const { size } = await stat(source);
  for await (const piece of createReadStream(source)) hash.update(piece as Buffer);
  return { name, bytes: size, sha256: hash.digest("hex") };
}

async function writeWhole(
  part: string,
  header: ArchiveHeader,
  { key, files }: ArchiveRequest,
): Promise<void> {
  const encoded = encodeHeader(header);
  const by = { key: key.bytes, nonce: Buffer.from(header.nonce, "hex"), digest: headerDigest(encoded) };
  const file = await open(part, "w", 0o600);
  try {
    await file.writeFile(encoded);
    const total = contentBytes(header);
    let read = 0;
    for await (const chunk of sealed(files, by, total)) {
      await file.writeFile(chunk.bytes);
      read += chunk.plain;
    }
    if (read !== total)
      throw new Error(`a file changed while it was archived (${read} bytes instead of ${total})`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* sealed(
  files: readonly FileToArchive[],
  by: ChunkKey,
  total: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly plain: number }> {
  const last = chunkCount(total) - 1;
  let number = 0;
  let rest = Buffer.alloc(0);
  for await (const piece of pieces(files)) {
    rest = Buffer.concat([rest, piece]);
    // The last chunk is sealed at the end, also when it is full.
    for (; rest.length >= CHUNK_BYTES && number < last; number++) {
      yield { bytes: sealChunk(by, number, false, rest.subarray(0, CHUNK_BYTES)), plain: CHUNK_BYTES };
      rest = rest.subarray(CHUNK_BYTES);
    }
  }
  yield { bytes: sealChunk(by, number, true, rest), plain: rest.length };
}

async function* pieces(files: readonly FileToArchive[]): AsyncGenerator<Buffer> {
  for (const { source } of files) {
    if (typeof source !== "string") yield source;
    else for await (const piece of createReadStream(source)) yield piece as Buffer;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
