/**
 * CRC-32 as java.util.zip has it, and its linearity: a checksum can follow a change of some of the bytes without knowing the
 * others. That is what lets the index keep digests of contents it does not keep.
 */
import * as zlib from "node:zlib";

const TABLE = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

function slowCrc(bytes: Uint8Array, before: number): number {
  let crc = ~before;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Node has it from 20.15 and 22.2 on. */
const native = (zlib as { readonly crc32?: (data: string | Uint8Array, value?: number) => number }).crc32;

/** CRC of what came before (its CRC given) and `data` behind it. */
export function crc32(data: Buffer | string, before = 0): number {
  if (native !== undefined) return native(data, before);
  return slowCrc(typeof data === "string" ? Buffer.from(data, "utf8") : data, before);
}

/** CRC register after `bytes` from register `start`, without the inversions: the linear part. */
export function linear(bytes: Uint8Array, length: number, start = 0): number {
  let crc = start;
  for (let at = 0; at < length; at++) crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return crc >>> 0;
}

/** What `count` zero bytes do to a register, as four tables: linear, so one look-up for each of its bytes is enough. */
export class ZeroBytes {
  private readonly tables: readonly Uint32Array[];

  constructor(count: number) {
    const zeros = new Uint8Array(count);
    this.tables = [0, 8, 16, 24].map((shift) =>
      new Uint32Array(256).map((_, byte) => linear(zeros, count, (byte << shift) >>> 0)),
    );
  }

  apply(register: number): number {
    const [a, b, c, d] = this.tables;
    if (a === undefined || b === undefined || c === undefined || d === undefined) return 0;
    const low = (a[register & 0xff] ?? 0) ^ (b[(register >>> 8) & 0xff] ?? 0);
    const high = (c[(register >>> 16) & 0xff] ?? 0) ^ (d[register >>> 24] ?? 0);
    return (low ^ high) >>> 0;
  }
}
