/**
 * Where in ZooKeeper a Marathon keeps what, and in which form: `state/<category>/<bucket>/<id>[/<version>]` (facts 4). The real
 * one writes protobuf where here is JSON; large values are compressed by both. Pure.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import type { Json } from "../../../value/json.js";
import { safeId } from "../definition/path-id.js";
import type { Category } from "./store.js";

const BUCKETS = 16;
const GZIP_MAGIC = 0x8b1f;

/** As Java's String.hashCode. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

/** Below the root of the state: `/shop/web` is stored as `shop_web`, ids that are no paths as they are. */
export function pathOf(category: Category, id: string): string {
  const stored = safeId(id);
  return `${category}/${Math.abs(javaHash(stored) % BUCKETS).toString(16)}/${stored}`;
}

/** @param threshold bytes from which on a value is compressed; null = never */
export function encode(value: Json, threshold: number | null): Buffer {
  const plain = Buffer.from(JSON.stringify(value), "utf8");
  return threshold !== null && plain.length > threshold ? gzipSync(plain) : plain;
}

/** Null for no data: only versions are left then. Throws an Error for what is not of that form. */
export function decode(data: Buffer | null): Json | null {
  if (data === null || data.length === 0) return null;
  const packed = data.length > 2 && data.readUInt16LE(0) === GZIP_MAGIC;
  return JSON.parse((packed ? gunzipSync(data) : data).toString("utf8")) as Json;
}
