/** Writes each conflict down on side b, where people and commands find it, and counts them for the alert. */
import { createHash, randomUUID } from "node:crypto";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { decodeRecord, encodeRecord } from "../apply/checkpoint.js";
import type { LiveNode } from "../apply/node-reader.js";
import type { ControlPaths } from "../control/layout.js";
import type { ConflictRecord, ConflictSide } from "../control/records.js";
import { hex } from "../feed/zxid.js";

/** Conflicts kept at most; the oldest resolved ones go first. */
const KEPT = 1_000;
const MINUTE_MS = 60_000;

export type NewConflict = Omit<ConflictRecord, "format" | "id" | "atMs">;

export class ConflictLog {
  total = 0;
  private recent: number[] = [];

  constructor(
    private readonly client: () => Promise<ZooKeeperClient>,
    private readonly paths: ControlPaths,
    private readonly now: () => number,
  ) {}

  /** How many came in the last minute. */
  get perMinute(): number {
    const since = this.now() - MINUTE_MS;
    this.recent = this.recent.filter((at) => at > since);
    return this.recent.length;
  }

  /** For a new record: the time first, so that the names are in order. */
  newId(): string {
    return `${this.now().toString(36).padStart(9, "0")}-${randomUUID().slice(0, 8)}`;
  }

  /** Rejects when it cannot be written: a conflict that nobody can find must not be decided. */
  async add(conflict: NewConflict, id = this.newId()): Promise<ConflictRecord> {
    const atMs = this.now();
    const record: ConflictRecord = { format: 1, id, atMs, ...conflict };
    const client = await this.client();
    await client.createParents(`${this.paths.conflicts}/${id}`);
    await client.create(`${this.paths.conflicts}/${id}`, encodeRecord(record));
    this.total++;
    this.recent.push(atMs);
    if (this.total % 100 === 0) await this.prune(client);
    return record;
  }

  /** Those that wait for a person. */
  async held(client: ZooKeeperClient): Promise<ConflictRecord[]> {
    if ((await client.exists(this.paths.conflicts)) === null) return [];
    const { children } = await client.getChildren(this.paths.conflicts);
    const read = await Promise.all(
      children.map(async (id) => {
        const { data } = await client.getData(`${this.paths.conflicts}/${id}`);
        return decodeRecord<ConflictRecord>(data);
      }),
    );
    return read.flatMap((record) => (record !== null && record.resolution === null ? [record] : []));
  }

  async read(client: ZooKeeperClient, id: string): Promise<ConflictRecord | null> {
    if (id === "") return null;
    try {
      const { data } = await client.getData(`${this.paths.conflicts}/${id}`);
      return decodeRecord<ConflictRecord>(data);
    } catch (error) {
      if (isZooKeeperError(error, "NO_NODE")) return null;
      throw error;
    }
  }

  private async prune(client: ZooKeeperClient): Promise<void> {
    const { children } = await client.getChildren(this.paths.conflicts);
    for (const id of children.sort().slice(0, Math.max(0, children.length - KEPT))) {
      const path = `${this.paths.conflicts}/${id}`;
      const { data } = await client.getData(path);
      const isHeld = data?.includes('"resolution":null') === true;
      if (!isHeld) await client.delete(path).catch(() => {});
    }
  }
}

export function conflictSide(node: LiveNode | null): ConflictSide | null {
  if (node === null) return null;
  const { data, stat } = node;
  return {
    zxid: hex(stat.mzxid),
    session: null,
    timeMs: Number(stat.mtime),
    version: stat.version,
    dataSha256: data === null ? null : createHash("sha256").update(data).digest("hex"),
    deleted: false,
  };
}
