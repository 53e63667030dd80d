/** Reads what a synchronisation keeps in its control znodes, for people and commands. It writes nothing. */
import type { Stat, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { decodeRecord } from "../apply/checkpoint.js";
import type { DeclaredRecord } from "../declared/declaration.js";
import type { ControlPaths } from "./layout.js";
import type { CheckpointRecord, ConflictRecord, SyncControl, SyncStatus } from "./records.js";

/** A record with the stat of its znode; `record` is null when the znode does not hold one of ferry's. */
export interface Held<T> {
  readonly record: T | null;
  readonly stat: Stat;
}

/** Null when the znode is not there. Rejects with ZooKeeperError. */
export async function readRecord<T extends { readonly format: 1 }>(
  client: ZooKeeperClient,
  path: string,
): Promise<Held<T> | null> {
  try {
    const { data, stat } = await client.getData(path);
    return { record: decodeRecord<T>(data), stat };
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return null;
    throw error;
  }
}

export function readDeclared(
  client: ZooKeeperClient,
  paths: ControlPaths,
): Promise<Held<DeclaredRecord> | null> {
  return readRecord(client, paths.declared);
}

/** What the active engine wrote last; null when none has written. */
export async function readStatus(client: ZooKeeperClient, paths: ControlPaths): Promise<SyncStatus | null> {
  return (await readRecord<SyncStatus>(client, paths.status))?.record ?? null;
}

export async function readControl(client: ZooKeeperClient, paths: ControlPaths): Promise<SyncControl | null> {
  return (await readRecord<SyncControl>(client, paths.control))?.record ?? null;
}

/** What the checkpoint of one direction says; null before the first engine. */
export async function readProgress(
  client: ZooKeeperClient,
  paths: ControlPaths,
  direction: "a-to-b" | "b-to-a",
): Promise<CheckpointRecord | null> {
  return (await readRecord<CheckpointRecord>(client, paths.checkpoint(direction)))?.record ?? null;
}

/** Names of children; none when the znode is not there. */
export async function childrenOf(client: ZooKeeperClient, path: string): Promise<readonly string[]> {
  try {
    return (await client.getChildren(path)).children.sort();
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return [];
    throw error;
  }
}

/** Readings under way at once. */
const AT_ONCE = 64;

/** The records below a folder, in the order of their names; what is no record of ferry's is left out. */
export async function readFolder<T extends { readonly format: 1 }>(
  client: ZooKeeperClient,
  folder: string,
  most = Number.POSITIVE_INFINITY,
): Promise<{ readonly records: readonly T[]; readonly total: number }> {
  const names = await childrenOf(client, folder);
  const records: T[] = [];
  for (let at = 0; at < Math.min(names.length, most); at += AT_ONCE) {
    const some = names.slice(at, Math.min(at + AT_ONCE, most));
    const held = await Promise.all(some.map((name) => readRecord<T>(client, `${folder}/${name}`)));
    for (const one of held) if (one !== null && one.record !== null) records.push(one.record);
  }
  return { records, total: names.length };
}

/** Every conflict on record, the oldest first. */
export async function readConflicts(
  client: ZooKeeperClient,
  paths: ControlPaths,
): Promise<readonly ConflictRecord[]> {
  return (await readFolder<ConflictRecord>(client, paths.conflicts)).records;
}
