/**
 * JSON text as Mesos writes it: doubles always with a decimal point (`4.0`), integers without, 64-bit integers exact. It only
 * writes; incoming JSON is read by JSON.parse and the field descriptions of http/.
 */

/** A number that protobuf calls double: `4` is written `4.0`. */
export class Double {
  constructor(readonly value: number) {}
}

/** A list whose items are made one by one while they are written: of 100,000 tasks, only one is then in memory twice. */
export class LongList {
  private constructor(
    readonly length: number,
    readonly at: (index: number) => Wire,
  ) {}

  static of<T>(items: readonly T[], make: (item: T) => Wire): LongList {
    return new LongList(items.length, (index) => {
      const item = items[index];
      return item === undefined ? null : make(item);
    });
  }

  get items(): readonly Wire[] {
    return Array.from({ length: this.length }, (_, index) => this.at(index));
  }
}

export type Wire =
  | null
  | boolean
  /** An integer, or a double that is known to have decimals. */
  | number
  /** int64 beyond what a number holds exactly. */
  | bigint
  | string
  | Double
  | LongList
  | readonly Wire[]
  | WireObject;

/** A field that is undefined is left out. */
export interface WireObject {
  readonly [key: string]: Wire | undefined;
}

export function double(value: number): Double {
  return new Double(value);
}

/** Seconds since 1970 as Mesos' int64 nanoseconds: the double is multiplied first, so the last digits are noise there too. */
export function nanoseconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}

/** `{nanoseconds}`: TimeInfo and DurationInfo alike. */
export function timeInfo(seconds: number): WireObject {
  return { nanoseconds: nanoseconds(seconds) };
}

/** The text of a value: no blanks, fields in the order they were made. */
export function wireText(value: Wire): string {
  if (value === null) return "null";
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof Double) return doubleText(value.value);
  if (value instanceof LongList) return arrayText(value.items);
  if (Array.isArray(value)) return arrayText(value as readonly Wire[]);
  return objectText(value as WireObject);
}

function arrayText(items: readonly Wire[]): string {
  let text = "[";
  for (let at = 0; at < items.length; at += 1) {
    if (at > 0) text += ",";
    text += wireText(items[at] ?? null);
  }
  return `${text}]`;
}

function objectText(fields: WireObject): string {
  let text = "{";
  for (const key in fields) {
    const value = fields[key];
    if (value === undefined) continue;
    text += text === "{" ? quoted(key) : `,${quoted(key)}`;
    text += ":";
    text += wireText(value);
  }
  return `${text}}`;
}

/** Almost all texts need no escaping, and a look is much quicker than JSON.stringify. */
function quoted(text: string): string {
  return /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Text of a value in pieces, one after the other: an answer of 100 MB is never one string, and never copied. */
export function wireBytes(value: Wire): Buffer[] {
  const bytes = new Bytes();
  write(value, bytes, 0);
  return bytes.pieces;
}

/** Long lists are that deep in answers at most; what is below one of their items is written at once. */
const DEEPEST_LIST = 5;

function write(value: Wire, out: Bytes, depth: number): void {
  if (value instanceof LongList) {
    out.add("[");
    for (let at = 0; at < value.length; at += 1) {
      if (at > 0) out.add(",");
      out.add(wireText(value.at(at)));
    }
    out.add("]");
  } else if (typeof value !== "object" || value === null || value instanceof Double || Array.isArray(value)) {
    out.add(wireText(value));
  } else if (depth > DEEPEST_LIST) out.add(wireText(value));
  else {
    let mark = "{";
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue;
      out.add(`${mark}${quoted(key)}:`);
      write(item, out, depth + 1);
      mark = ",";
    }
    out.add(mark === "{" ? "{}" : "}");
  }
}

const FIRST_PIECE = 1 << 12;
const LARGEST_PIECE = 1 << 22;

/** Bytes that grow at their end. */
class Bytes {
  private readonly full: Buffer[] = [];
  private piece = Buffer.allocUnsafe(FIRST_PIECE);
  private length = 0;

  add(text: string): void {
    // No character takes more than three bytes for each of its code units.
    const most = text.length * 3;
    if (this.length + most > this.piece.length) {
      if (this.length > 0) this.full.push(this.piece.subarray(0, this.length));
      this.piece = Buffer.allocUnsafe(Math.max(most, Math.min(this.piece.length * 4, LARGEST_PIECE)));
      this.length = 0;
    }
    this.length += this.piece.write(text, this.length);
  }

  get pieces(): Buffer[] {
    return [...this.full, this.piece.subarray(0, this.length)];
  }
}

function doubleText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The same fields in sorted order, all the way down: the legacy endpoints that print protobuf by name. */
export function sortedWire(value: Wire): Wire {
  if (Array.isArray(value)) return (value as readonly Wire[]).map(sortedWire);
  if (value instanceof LongList) return value.items.map(sortedWire);
  if (typeof value !== "object" || value === null || value instanceof Double) return value;
  const fields = value as WireObject;
  const sorted: Record<string, Wire> = {};
  for (const key of Object.keys(fields).sort()) {
    const item = fields[key];
    if (item !== undefined) sorted[key] = sortedWire(item);
  }
  return sorted;
}
