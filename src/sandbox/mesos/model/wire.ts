/**
 * JSON text as Mesos writes it: doubles always with a decimal point (`4.0`), integers without, 64-bit integers exact. It only
 * writes; incoming JSON is read by JSON.parse and the field descriptions of http/.
 */

/** A number that protobuf calls double: `4` is written `4.0`. */
export class Double {
  constructor(readonly value: number) {}
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
  const parts: string[] = [];
  write(value, parts);
  return parts.join("");
}

function write(value: Wire, out: string[]): void {
  if (value === null) out.push("null");
  else if (typeof value === "string") out.push(JSON.stringify(value));
  else if (typeof value !== "object") out.push(String(value));
  else if (value instanceof Double) out.push(doubleText(value.value));
  else if (Array.isArray(value)) writeArray(value as readonly Wire[], out);
  else writeObject(value as WireObject, out);
}

function writeArray(items: readonly Wire[], out: string[]): void {
  out.push("[");
  for (let at = 0; at < items.length; at += 1) {
    if (at > 0) out.push(",");
    write(items[at] ?? null, out);
  }
  out.push("]");
}

function writeObject(fields: WireObject, out: string[]): void {
  let mark = "{";
  for (const key in fields) {
    const value = fields[key];
    if (value === undefined) continue;
    out.push(mark, JSON.stringify(key), ":");
    write(value, out);
    mark = ",";
  }
  out.push(mark === "{" ? "{}" : "}");
}

function doubleText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The same fields in sorted order, all the way down: the legacy endpoints that print protobuf by name. */
export function sortedWire(value: Wire): Wire {
  if (Array.isArray(value)) return (value as readonly Wire[]).map(sortedWire);
  if (typeof value !== "object" || value === null || value instanceof Double) return value;
  const fields = value as WireObject;
  const sorted: Record<string, Wire> = {};
  for (const key of Object.keys(fields).sort()) {
    const item = fields[key];
    if (item !== undefined) sorted[key] = sortedWire(item);
  }
  return sorted;
}
