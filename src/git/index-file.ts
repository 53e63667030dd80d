/**
 * Reads git's index (the staging area), formats 2 to 4, as gitformat-index(5) describes it. Pure: bytes in, entries out.
 * Of its extensions it needs none.
 */

export interface IndexEntry {
  /** With forward slashes, relative to the working tree. */
  readonly path: string;
  /** Object id, 40 hex digits. */
  readonly oid: string;
  /** Type and permission bits as in trees: 0o100644, 0o100755, 0o120000 (link), 0o160000 (submodule). */
  readonly mode: number;
  /** Low 32 bits. */
  readonly size: number;
  /** Nanoseconds since the epoch when the content was last seen to be equal. */
  readonly mtime: bigint;
  /** In a conflict, only to be added, or anything else that no commit can hold. */
  readonly unsettled: boolean;
  /** The file need not be there or is not to be looked at (sparse checkout, assume-unchanged). */
  readonly unchecked: boolean;
}

const HEADER_BYTES = 12;
const FIXED_BYTES = 62;
const OID_AT = 40;
const FLAGS_AT = 60;

/** Null when it is no index of a format that is known. */
export function parseIndex(bytes: Buffer): IndexEntry[] | null {
  if (bytes.length < HEADER_BYTES || bytes.toString("latin1", 0, 4) !== "DIRC") return null;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  const entries: IndexEntry[] = [];
  let at = HEADER_BYTES;
  let previous = Buffer.alloc(0) as Buffer;
  for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
    if (at + FIXED_BYTES > bytes.length) return null;
    const flags = bytes.readUInt16BE(at + FLAGS_AT);
    const extended = (flags & 0x4000) !== 0;
    const nameAt = at + FIXED_BYTES + (extended ? 2 : 0);
    const name = version === 4 ? readCompressed(bytes, nameAt, previous) : readPlain(bytes, nameAt);
    if (name === null) return null;
    entries.push(entryAt(bytes, at, name.path.toString("utf8"), extended));
    // Up to format 3 an entry is filled up with one to eight zero bytes to a multiple of eight.
    at = version === 4 ? name.end + 1 : at + ((name.end - at + 8) & ~7);
    previous = name.path;
  }
  return entries;
}

interface Name {
  readonly path: Buffer;
  /** Where its terminating zero byte is. */
  readonly end: number;
}

function readPlain(bytes: Buffer, at: number): Name | null {
  const end = bytes.indexOf(0, at);
  return end < 0 ? null : { path: bytes.subarray(at, end), end };
}

/** Format 4: how many bytes of the previous path to drop (a variable-width number), then what to add. */
function readCompressed(bytes: Buffer, from: number, previous: Buffer): Name | null {
  let at = from;
  let byte = bytes[at] ?? 0;
  let drop = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    at += 1;
    byte = bytes[at] ?? 0;
    drop = (drop + 1) * 128 + (byte & 0x7f);
  }
  const suffix = readPlain(bytes, at + 1);
  if (suffix === null || drop > previous.length) return null;
  const kept = previous.subarray(0, previous.length - drop);
  return { path: Buffer.concat([kept, suffix.path]), end: suffix.end };
}

function entryAt(bytes: Buffer, at: number, path: string, extended: boolean): IndexEntry {
  const flags = bytes.readUInt16BE(at + FLAGS_AT);
  const more = extended ? bytes.readUInt16BE(at + FIXED_BYTES) : 0;
  return {
    path,
    oid: bytes.toString("hex", at + OID_AT, at + OID_AT + 20),
    mode: bytes.readUInt32BE(at + 24),
    size: bytes.readUInt32BE(at + 36),
    mtime: BigInt(bytes.readUInt32BE(at + 8)) * 1_000_000_000n + BigInt(bytes.readUInt32BE(at + 12)),
    unsettled: (flags & 0x3000) !== 0 || (more & 0x2000) !== 0,
    unchecked: (flags & 0x8000) !== 0 || (more & 0x4000) !== 0,
  };
}
