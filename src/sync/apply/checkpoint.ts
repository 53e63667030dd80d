/**
 * The checkpoint and the owner on the target: what makes applying exactly-once and keeps a stale engine out. Reading,
 * writing and taking over; the pipeline that bumps it is in pipeline.ts.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { createControlRoot } from "../control/control-acl.js";
import type { ControlPaths } from "../control/layout.js";
import type { CheckpointRecord, OwnerRecord } from "../control/records.js";
import { fromHex } from "../feed/zxid.js";
import type { Direction } from "../spec.js";
import { Problem } from "./problem.js";

export interface Checkpoint {
  readonly record: CheckpointRecord;
  /** Data version of the znode: the number of multis that wrote it. */
  readonly version: number;
  /** Of the last of them, on the target. */
  readonly mzxid: bigint;
}

/** zxid up to which the target is level; null before the first copy has ended. */
export function checkpointZxid(checkpoint: Checkpoint): bigint | null {
  return checkpoint.record.zxid === "" ? null : fromHex(checkpoint.record.zxid);
}

export function encodeRecord(record: object): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Null when it is no JSON of ours. */
export function decodeRecord<T extends { readonly format: 1 }>(data: Buffer | null): T | null {
  try {
    const value: unknown = JSON.parse(data?.toString("utf8") ?? "");
    const isOurs = typeof value === "object" && value !== null && "format" in value && value.format === 1;
    return isOurs ? (value as T) : null;
  } catch {
    return null;
  }
}

/** Creates what is missing of the control znodes on a side that is written. Safe to repeat, also by two at once. */
export async function prepareControl(
  client: ZooKeeperClient,
  paths: ControlPaths,
  directions: readonly Direction[],
): Promise<void> {
  await createControlRoot(client, paths);
  await client.createParents(paths.owner);
  const wanted = [
    paths.sessions,
    ...directions.flatMap((direction) => [paths.shadows(direction), paths.offsets(direction)]),
  ];
  for (const path of wanted) {
    await client.createParents(path);
    await createQuietly(client, path, null);
  }
  for (const direction of directions) {
    const empty: CheckpointRecord = {
      format: 1,
      zxid: "",
      source: "",
      engine: "",
      timeMs: 0,
      transactions: 0,
    };
    await createQuietly(client, paths.checkpoint(direction), encodeRecord(empty));
  }
}

export async function createQuietly(
  client: ZooKeeperClient,
  path: string,
  data: Buffer | null,
): Promise<void> {
  try {
    await client.create(path, data);
  } catch (error) {
    if (!isZooKeeperError(error, "NODE_EXISTS")) throw error;
  }
}

/**
 * Makes this engine the one that may write: from now on the multis of every earlier owner fail. Returns the epoch. Must
 * come before the checkpoint is read, on the same client.
 */
export async function takeOwnership(
  client: ZooKeeperClient,
  paths: ControlPaths,
  owner: OwnerRecord,
): Promise<number> {
  await createQuietly(client, paths.owner, null);
  const stat = await client.setData(paths.owner, encodeRecord(owner));
  return stat.version;
}

/** The newest one: the server is asked to catch up with its leader first. Throws Problem when it holds none. */
export async function readCheckpoint(
  client: ZooKeeperClient,
  paths: ControlPaths,
  direction: Direction,
): Promise<Checkpoint> {
  const path = paths.checkpoint(direction);
  await client.sync(path);
  const { data, stat } = await client.getData(path);
  const record = decodeRecord<CheckpointRecord>(data);
  if (record === null || typeof record.zxid !== "string") {
    throw Problem.controlDamaged(path);
  }
  return { record, version: stat.version, mzxid: stat.mzxid };
}
