/**
 * Offsets with their records on the target. A record is written behind the decision, not with it: one that is missing or
 * stale after a crash shows itself at the next write of that znode and is found again.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { ControlPaths } from "../control/layout.js";
import type { Direction } from "../spec.js";
import { decodeRecord, encodeRecord } from "./checkpoint.js";
import { recordName } from "./compile.js";
import type { Offset, Offsets } from "./offsets.js";

interface OffsetRecord extends Offset {
  readonly format: 1;
  readonly path: string;
}

export class OffsetStore {
  /** Writes under way, one after the other. */
  private writing: Promise<void> = Promise.resolve();

  constructor(
    readonly offsets: Offsets,
    private readonly client: () => Promise<ZooKeeperClient>,
    private readonly folder: string,
  ) {}

  of(path: string): Offset {
    return this.offsets.of(path);
  }

  set(path: string, offset: Offset): void {
    if (!this.offsets.set(path, offset)) return;
    const record: OffsetRecord = { format: 1, path, ...offset };
    this.writing = this.writing.then(() => this.write(record)).catch(() => {});
  }

  /** Resolves when all records are written, or could not be. */
  settled(): Promise<void> {
    return this.writing;
  }

  private async write(record: OffsetRecord): Promise<void> {
    const client = await this.client();
    const path = `${this.folder}/${recordName(record.path)}`;
    const isLevel = record.version === 0 && record.aversion === 0;
    try {
      if (isLevel) await client.delete(path);
      else await client.create(path, encodeRecord(record));
    } catch (error) {
      if (isZooKeeperError(error, "NODE_EXISTS")) await client.setData(path, encodeRecord(record));
      else if (!isZooKeeperError(error, "NO_NODE")) throw error;
    }
  }
}

/** Reads the records on the target into `offsets`. */
export async function loadOffsets(
  client: ZooKeeperClient,
  paths: ControlPaths,
  direction: Direction,
  offsets: Offsets,
): Promise<void> {
  const folder = paths.offsets(direction);
  const { children } = await client.getChildren(folder);
  await Promise.all(
    children.map(async (name) => {
      const { data } = await client.getData(`${folder}/${name}`);
      const record = decodeRecord<OffsetRecord>(data);
      if (record !== null) offsets.set(record.path, { version: record.version, aversion: record.aversion });
    }),
  );
}
