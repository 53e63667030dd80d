/**
 * Reads one small entry of a jar (a zip file), to learn a manifest's Class-Path without starting Java. Never writes.
 * Source: PKWARE APPNOTE 4.3 (end of central directory, central directory header, local header).
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_HEADER = 0x02014b50;
const END_LENGTH = 22;

function endOfDirectory(zip: Buffer): number {
  const floor = Math.max(0, zip.length - END_LENGTH - 0xffff);
  for (let at = zip.length - END_LENGTH; at >= floor; at--) {
    if (zip.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error("not a jar: it has no end-of-directory record");
}

/** Content of the entry named `name`, or null. Throws on a file that is not a zip. */
export function readZipEntry(zip: Buffer, name: string): Buffer | null {
  const end = endOfDirectory(zip);
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== DIRECTORY_HEADER) throw new Error("not a jar: its directory is damaged");
    const nameLength = zip.readUInt16LE(at + 28);
    if (zip.toString("utf8", at + 46, at + 46 + nameLength) === name) return entryContent(zip, at);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return null;
}

function entryContent(zip: Buffer, header: number): Buffer {
  const method = zip.readUInt16LE(header + 10);
  const packed = zip.readUInt32LE(header + 20);
  const local = zip.readUInt32LE(header + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const content = zip.subarray(start, start + packed);
  return method === 0 ? content : inflateRawSync(content);
}

/** A main attribute of a manifest; continuation lines begin with one space (JAR specification). */
export function manifestAttribute(manifest: string, name: string): string | null {
  const joined = manifest.replace(/\r?\n /g, "");
  const line = joined.split(/\r?\n/).find((text) => text.startsWith(`${name}: `));
  return line === undefined ? null : line.slice(name.length + 2);
}

/** Absolute paths of the jars that the manifest of `jar` names in its Class-Path; empty when it has none. */
export function manifestClassPath(jar: string): string[] {
  const manifest = readZipEntry(readFileSync(jar), "META-INF/MANIFEST.MF");
  const value = manifest === null ? null : manifestAttribute(manifest.toString("utf8"), "Class-Path");
  if (value === null) return [];
  return value
    .split(" ")
    .filter((entry) => entry !== "")
    .map((entry) => resolve(dirname(jar), entry));
}

/** The version Maven built `jar` as, or null when it does not say. */
export function mavenVersion(jar: string, group: string, artifact: string): string | null {
  const properties = readZipEntry(readFileSync(jar), `META-INF/maven/${group}/${artifact}/pom.properties`);
  return /^version=(.+?)\r?$/m.exec(properties?.toString("utf8") ?? "")?.[1] ?? null;
}
