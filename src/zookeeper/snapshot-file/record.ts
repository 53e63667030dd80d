/**
 * The record beside a finished snapshot file: what it was made from and its checksum, so that a run that is repeated finds
 * the file and need not write it again. Its name does not begin as a server's files do.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hashFile, replaceFile } from "./durable.js";
import { snapshotFileName } from "./format.js";
import type { NodeChanges } from "./written-node.js";

export interface SnapshotFileOptions extends NodeChanges {
  /** Where the file is to be; it exists. One writer at a time. */
  readonly directory: string;
  /** Of the last transaction in the tree: the file's name, and what the new ensemble's numbers begin after. */
  readonly zxid: bigint;
  /** Adds the digest of the tree as written, for targets from 3.6 on to check as they load it. Default: none. */
  readonly digest?: boolean;
  /**
   * What the nodes are, in the caller's words: ensemble, subtrees, mapping. A finished file is taken for this one only when
   * this is equal too.
   */
  readonly origin: string;
}

export interface SnapshotFile {
  readonly path: string;
  readonly zxid: bigint;
  /** Znodes in it, the root and /zookeeper included. */
  readonly nodes: number;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  /** What the caller wanted to be remembered with it. */
  readonly notes: readonly string[];
}

interface SnapshotRecord {
  readonly made: string;
  readonly notes: readonly string[];
  readonly nodes: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface SnapshotPaths {
  readonly file: string;
  readonly record: string;
  /** While it is written; a later run overwrites what a broken one left. */
  readonly part: string;
  readonly spool: string;
}

export function snapshotPaths({ directory, zxid }: SnapshotFileOptions): SnapshotPaths {
  const name = snapshotFileName(zxid);
  return {
    file: join(directory, name),
    record: join(directory, `ferry-${name}.json`),
    part: join(directory, `.ferry-${name}.part`),
    spool: join(directory, `.ferry-${name}.nodes`),
  };
}

/** Everything that decides what the file holds. */
function made({ zxid, ephemerals, extendedTypes, digest = false, origin }: SnapshotFileOptions): string {
  return JSON.stringify([1, snapshotFileName(zxid), ephemerals, extendedTypes, digest, origin]);
}

export async function writeRecord(options: SnapshotFileOptions, file: SnapshotFile): Promise<void> {
  const { nodes, bytes, sha256, notes } = file;
  const record: SnapshotRecord = { made: made(options), nodes, bytes, sha256, notes };
  const { record: path, part } = snapshotPaths(options);
  await replaceFile(part, path, `${JSON.stringify(record, null, 2)}\n`);
}

/** The file an earlier run has finished for the same options, its content checked; null when there is none. */
export async function finishedSnapshotFile(
  options: SnapshotFileOptions,
  signal?: AbortSignal,
): Promise<SnapshotFile | null> {
  const paths = snapshotPaths(options);
  const record = parseRecord(await readFile(paths.record, "utf8").catch(absent));
  if (record === null || record.made !== made(options)) return null;
  const found = await hashFile(paths.file, signal).catch(absent);
  if (found === null || found.sha256 !== record.sha256 || found.bytes !== record.bytes) return null;
  const { nodes, notes } = record;
  return { path: paths.file, zxid: options.zxid, nodes, notes, ...found };
}

function absent(error: unknown): null {
  if (error instanceof Error && (error as NodeJS.ErrnoException).code === "ENOENT") return null;
  throw error;
}

/** Null for what is no record: the file is then written again. */
function parseRecord(text: string | null): SnapshotRecord | null {
  try {
    const value = JSON.parse(text ?? "null") as Partial<SnapshotRecord> | null;
    const { made: how, nodes, bytes, sha256, notes = [] } = value ?? {};
    if (typeof how !== "string" || typeof sha256 !== "string") return null;
    if (typeof nodes !== "number" || typeof bytes !== "number" || !Array.isArray(notes)) return null;
    return { made: how, nodes, bytes, sha256, notes: notes.map(String) };
  } catch {
    return null;
  }
}
