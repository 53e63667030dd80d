/**
 * The archive format in which an engine takes and gives files: POSIX ustar, and of pax and GNU what engines write. Pure;
 * source: pax(1), "ustar Interchange Format" and "pax Header Block".
 */

export interface TarEntry {
  /** With forward slashes; directories without a slash at the end. */
  readonly path: string;
  readonly kind: "file" | "directory" | "other";
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Empty but for files. */
  readonly content: Buffer;
}

const BLOCK = 512;

/** Ends an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** One archive of all entries, in order. Throws RangeError for a path longer than the format can hold. */
export function packTar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [
    tarHeader(entry, entry.content.length),
    entry.content,
    tarPadding(entry.content.length),
  ]);
  return Buffer.concat([...blocks, TAR_END]);
}

/** What follows a content of that length. */
export function tarPadding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
}

/** What stands before a content of `size` bytes. Throws RangeError for a path longer than the format can hold. */
export function tarHeader(entry: Omit<TarEntry, "content">, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const directory = entry.kind === "directory";
  const { name, prefix } = splitPath(directory ? `${entry.path}/` : entry.path);
  block.write(name, 0);
  octal(block, entry.mode & 0o7777, 100, 8);
  octal(block, entry.uid, 108, 8);
  octal(block, entry.gid, 116, 8);
  if (size < OCTAL_SIZES) octal(block, size, 124, 12);
  else binary(block, size, 124, 12);
  octal(block, 0, 136, 12);
  block.fill(" ", 148, 156);
  block.write(directory ? "5" : "0", 156);
  block.write("ustar\x0000", 257, "latin1");
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** First size (8 GiB) for which eleven octal digits do not suffice. */
const OCTAL_SIZES = 8 ** 11;

/** A number marked as binary by the first bit: GNU's way, which engines read too. */
function binary(block: Buffer, value: number, at: number, width: number): void {
  block.writeBigUInt64BE(BigInt(value), at + width - 8);
  block[at] = 0x80;
}

function octal(block: Buffer, value: number, at: number, width: number): void {
  const digits = value.toString(8).padStart(width - 1, "0");
  if (digits.length > width - 1) throw new RangeError(`${value} is too large for an archive`);
  block.write(digits, at, "latin1");
}

function splitPath(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" };
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (name !== "" && Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100)
      return { name, prefix };
  }
  throw new RangeError(`the path ${path} is too long for an archive`);
}

/** All entries of an archive; what is cut off at the end is left out. */
export function unpackTar(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = [];
  let longPath: string | null = null;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) break;
    const size = readOctal(block, 124, 12);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) break;
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(block[156] ?? 0);
    if (type === "x") longPath = paxPath(content) ?? longPath;
    else if (type === "L") longPath = text(content, 0, size);
    else if (type !== "g") {
      entries.push(entryOf(block, type, content, longPath));
      longPath = null;
    }
  }
  return entries;
}

function entryOf(block: Buffer, type: string, content: Buffer, longPath: string | null): TarEntry {
  const prefix = text(block, 345, 155);
  const path = longPath ?? (prefix === "" ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`);
  return {
    path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path,
    kind: type === "0" || type === "\0" ? "file" : type === "5" ? "directory" : "other",
    mode: readOctal(block, 100, 8) & 0o7777,
    uid: readOctal(block, 108, 8),
    gid: readOctal(block, 116, 8),
    content,
  };
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.length : end);
}

/** Large values are binary, marked by the first bit (GNU). */
function readOctal(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) === 0) return Number.parseInt(text(block, at, length).trim(), 8) || 0;
  return block.subarray(at + 1, at + length).reduce((total, byte) => total * 256 + byte, first & 0x7f);
}

/** Records are "LENGTH KEY=VALUE\n", the length being that of the whole record in bytes. */
function paxPath(content: Buffer): string | null {
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(" ", at);
    const length = Number(content.toString("latin1", at, blank < 0 ? at : blank));
    if (!Number.isInteger(length) || length < 4) return null;
    const record = content.toString("utf8", blank + 1, at + length - 1);
    if (record.startsWith("path=")) return record.slice(5);
    at += length;
  }
  return null;
}
