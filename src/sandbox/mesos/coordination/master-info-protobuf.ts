/**
 * MasterInfo as masters before 0.24 wrote it: the protobuf message, decoded by hand as far as a leader's address needs.
 * Nothing is encoded here: no master of today writes it.
 */
import { ipText, type MasterInfo } from "./master-info.js";

interface Field {
  readonly number: number;
  readonly value: number | Buffer;
}

/** Null when the bytes are no such message: broken, or without id or ip. */
export function decodeMasterInfo(data: Buffer): MasterInfo | null {
  const fields = fieldsOf(data);
  if (fields === null) return null;
  const text = (number: number): string | null => {
    const value = fields.findLast((field) => field.number === number)?.value;
    return Buffer.isBuffer(value) ? value.toString("utf8") : null;
  };
  const number = (wanted: number): number | null => {
    const value = fields.findLast((field) => field.number === wanted)?.value;
    return typeof value === "number" ? value : null;
  };
  const id = text(1);
  const ip = number(2);
  if (id === null || ip === null) return null;
  const port = number(3) ?? 5050;
  const host = text(5) ?? ipText(ip);
  return {
    address: { hostname: host, ip: ipText(ip), port },
    capabilities: [],
    hostname: host,
    id,
    ip,
    pid: text(4) ?? `master@${ipText(ip)}:${port}`,
    port,
    version: text(6) ?? "",
  };
}

function fieldsOf(data: Buffer): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  /** Null past the end or beyond 32 bits, which no field here needs. */
  const varint = (): number | null => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = data[at];
      at += 1;
      if (byte === undefined) return null;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return null;
  };
  while (at < data.length) {
    const tag = varint();
    if (tag === null || tag >> 3 === 0) return null;
    const value = wireValue(tag & 7, data, varint, () => at);
    if (value === null) return null;
    if (Buffer.isBuffer(value)) at += value.length;
    fields.push({ number: tag >> 3, value });
  }
  return fields;
}

function wireValue(
  type: number,
  data: Buffer,
  varint: () => number | null,
  at: () => number,
): number | Buffer | null {
  if (type === 0) return varint();
  const length = type === 2 ? varint() : type === 1 ? 8 : type === 5 ? 4 : null;
  if (length === null || at() + length > data.length) return null;
  return data.subarray(at(), at() + length);
}
