/**
 * The replica's records on disk: one line each, checked by a digest, appended and synced. A line that was torn by a kill is
 * cut off at the next start; what was answered for is always whole. Not LevelDB, and not readable by Mesos.
 */
import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../../../value/json.js";
import { isObject } from "../../../value/json.js";
import { isAction, isBallot, isStatus } from "./log-messages.js";
import { EMPTY_REPLICA, type ReplicaRecord, type ReplicaState, withRecord } from "./replica-state.js";

/** Where a replica keeps its records; a test may keep them in memory. */
export interface ReplicaStorage {
  /** What was stored; read once, at the start. */
  load(): Promise<ReplicaState>;
  /** Resolves when the record is on disk. `state` is the one with the record in it. */
  append(record: ReplicaRecord, state: ReplicaState): Promise<void>;
  /** Resolves when everything appended is on disk, so that what is read may be told. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Rewritten when it has this many lines more than the state needs. */
const SPARE_LINES = 500;

export class FileStorage implements ReplicaStorage {
  private handle: FileHandle | null = null;
  private lines = 0;

  /** @param folder `work_dir/replicated_log`; made when it is missing. */
  constructor(private readonly folder: string) {}

  async load(): Promise<ReplicaState> {
    await mkdir(this.folder, { recursive: true });
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const { records, bytes } = readRecords(text);
    this.handle = await open(this.path, "a");
    await this.handle.truncate(bytes); // what a kill left half-written
    await this.handle.datasync();
    this.lines = records.length;
    return records.reduce(withRecord, EMPTY_REPLICA);
  }

  async append(record: ReplicaRecord, state: ReplicaState): Promise<void> {
    const handle = this.opened();
    await handle.appendFile(lineOf(record));
    await handle.datasync();
    this.lines += 1;
    if (this.lines > state.actions.size + SPARE_LINES) await this.rewrite(state);
  }

  async sync(): Promise<void> {
    await this.handle?.datasync();
  }

  async close(): Promise<void> {
    const { handle } = this;
    this.handle = null;
    await handle?.close();
  }

  private get path(): string {
    return join(this.folder, "records");
  }

  private opened(): FileHandle {
    if (this.handle === null)
      throw new Error(`the replica in ${this.folder} is not open: nothing was written`);
    return this.handle;
  }

  /** The whole state into a new file that takes the old one's place at once. */
  private async rewrite(state: ReplicaState): Promise<void> {
    const records = recordsOf(state);
    const fresh = `${this.path}.new`;
    const file = await open(fresh, "w");
    await file.writeFile(records.map(lineOf).join(""));
    await file.sync();
    await file.close();
    await rename(fresh, this.path);
    await syncFolder(this.folder);
    await this.handle?.close();
    this.handle = await open(this.path, "a");
    this.lines = records.length;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function recordsOf(state: ReplicaState): ReplicaRecord[] {
  return [
    { kind: "status", status: state.status },
    { kind: "promised", ballot: state.promised },
    ...[...state.actions.values()].map((action) => ({ kind: "action", action }) as const),
  ];
}

function lineOf(record: ReplicaRecord): string {
  const text = JSON.stringify(record);
  return `${digestOf(text)} ${text}\n`;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The records up to the first line that is not whole, and how many bytes they take. */
function readRecords(text: string): { records: ReplicaRecord[]; bytes: number } {
  const records: ReplicaRecord[] = [];
  let bytes = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    const record = readRecord(line);
    if (record === null) break;
    records.push(record);
    bytes += Buffer.byteLength(line) + 1;
  }
  return { records, bytes };
}

function readRecord(line: string): ReplicaRecord | null {
  const text = line.slice(17);
  if (line.slice(0, 17) !== `${digestOf(text)} `) return null;
  const value = JSON.parse(text) as Json;
  if (!isObject(value)) return null;
  const { kind, status, ballot, action } = value;
  if (kind === "status" && isStatus(status)) return { kind, status };
  if (kind === "promised" && isBallot(ballot)) return { kind, ballot };
  return kind === "action" && isAction(action) ? { kind, action } : null;
}
