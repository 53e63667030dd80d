/**
 * The chunks of an archive: AES-256-GCM, each bound to the header, to its number and to whether it is the last one, so that nothing can be
 * cut off, exchanged or moved unnoticed, and a file of any size goes through a little memory. Pure.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
export const TAG_BYTES = 16;
/** Plain bytes of every chunk but the last. */
export const CHUNK_BYTES = 1 << 20;
/** The nonce has room for so many. */
const MAX_CHUNKS = 2 ** 32;

export interface ChunkKey {
  /** 32 bytes. */
  readonly key: Buffer;
  /** 8 bytes of the header. */
  readonly nonce: Buffer;
  /** Of the encoded header. */
  readonly digest: Buffer;
}

/** How many chunks so many bytes make; an empty archive has one too, so that its end can be told. */
export function chunkCount(bytes: number): number {
  const count = Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
  if (count > MAX_CHUNKS) throw new RangeError(`${bytes} bytes are more than an archive can hold`);
  return count;
}

export function sealChunk(by: ChunkKey, number: number, isLast: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv(ALGORITHM, by.key, nonceOf(by, number), { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(by, number, isLast));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Null: damaged, tampered with, or in the wrong place. */
export function openChunk(by: ChunkKey, number: number, isLast: boolean, sealed: Buffer): Buffer | null {
  if (sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, by.key, nonceOf(by, number), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(by, number, isLast));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return null;
  }
}

function nonceOf({ nonce }: ChunkKey, number: number): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(number);
  return Buffer.concat([nonce, counter]);
}

function boundTo({ digest }: ChunkKey, number: number, isLast: boolean): Buffer {
  const place = Buffer.alloc(5);
  place.writeUInt32BE(number);
  place.writeUInt8(isLast ? 1 : 0, 4);
  return Buffer.concat([digest, place]);
}
