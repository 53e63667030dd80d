/**
 * What stands at the beginning of an archive, readable without the key and authenticated by every chunk: whose it is, how long it allows a
 * way back, and what is in it. Pure.
 *
 * The file: 8 bytes of magic, 4 bytes of length, this header as JSON, then chunks (cipher.ts) that hold the files' bytes one after another.
 */
import { createHash } from "node:crypto";
import { isObject } from "../../value/json.js";

export const MAGIC = Buffer.from("ferryar1", "latin1");
/** A header is a list of a few files; a length above this is damage. */
export const MAX_HEADER_BYTES = 4 << 20;

export interface ArchivedFile {
  /** Relative, with forward slashes; never absolute, never with "..". */
  readonly name: string;
  readonly bytes: number;
  /** Of the plain content, hexadecimal. */
  readonly sha256: string;
}

export interface ArchiveHeader {
  readonly format: 1;
  readonly migration: string;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
  /** From then on it allows no way back and may be deleted. */
  readonly expiresMs: number;
  /** Names the key, see keyId in state/encryption.ts. */
  readonly keyId: string;
  /** 8 random bytes, hexadecimal: with a chunk's number they are its nonce, so that no nonce is ever used twice with a key. */
  readonly nonce: string;
  readonly files: readonly ArchivedFile[];
}

export function encodeHeader(header: ArchiveHeader): Buffer {
  const text = Buffer.from(JSON.stringify(header), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([MAGIC, length, text]);
}

/** What all chunks are bound to. */
export function headerDigest(encoded: Buffer): Buffer {
  return createHash("sha256").update(encoded).digest();
}

/** Null when it is none of ours or damaged. `text` is the JSON part. */
export function decodeHeader(text: Buffer): ArchiveHeader | null {
  let value: unknown;
  try {
    value = JSON.parse(text.toString("utf8"));
  } catch {
    return null;
  }
  if (!isObject(value) || value["format"] !== 1 || !Array.isArray(value["files"])) return null;
  const texts = ["migration", "keyId", "nonce"].every((name) => typeof value[name] === "string");
  const times = ["createdMs", "expiresMs"].every((name) => Number.isSafeInteger(value[name]));
  if (!texts || !times || !/^[0-9a-f]{16}$/.test(String(value["nonce"]))) return null;
  return value["files"].every(isArchivedFile) ? (value as unknown as ArchiveHeader) : null;
}

function isArchivedFile(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, bytes, sha256 } = value;
  const isSize = typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= 0;
  return typeof name === "string" && isSafeName(name) && isSize && /^[0-9a-f]{64}$/.test(String(sha256));
}

/** Whether a file of that name stays within the folder it is taken out into. */
export function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(name);
}

/** Bytes of all files together. */
export function contentBytes({ files }: ArchiveHeader): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}
