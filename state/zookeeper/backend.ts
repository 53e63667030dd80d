/**
 * State in a znode tree: `current` (the pointer), `versions/` (the bytes) and `locks/` (the queue). A write makes a new
 * version and then switches the pointer, in one transaction with a check of our lock node and of the pointer's version.
 * So readers see the old state or the new one, and a writer that lost its lock changes nothing.
 */
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import type { Acl, MultiOp, ZooKeeperClient } from "../../src/zookeeper/types.js";
import type { HistoryEntry, Lock, LockOwner, LockRequest, StateBackend } from "../backend.js";
import { type DecodedState, decodeState, encodeState } from "../codec.js";
import { damaged, newerFormat } from "../codec-errors.js";
import { keyId, type StateKeys } from "../encryption.js";
import { conflict, lockLost, noSuchHistory, notLocked, otherLock, requireSuccessor } from "../lock-errors.js";
import type { State } from "../model.js";
import { LockQueue, type ZooKeeperLock } from "./lock.js";
import {
  advancePointer,
  type HistoryLimits,
  liveNodes,
  type Pointer,
  parsePointer,
  pointerBytes,
  type VersionEntry,
} from "./pointer.js";
import { ifNode, isUncertain, persistently, stateError, zooKeeperCode } from "./requests.js";
import { chunksOf, newNodeName, packBytes, SINGLE_REQUEST_BYTES, VersionNodes } from "./versions.js";

export interface ZooKeeperBackendOptions {
  /** The backend closes it. */
  readonly client: ZooKeeperClient;
  /** e.g. `zookeeper 127.0.0.1:2181/ferry/state`. */
  readonly location: string;
  readonly path: string;
  readonly acl: readonly Acl[];
  readonly keys?: StateKeys;
  readonly now?: () => Date;
  readonly limits?: HistoryLimits;
}

/** As many as the local backend keeps (state/local/history.ts). */
const LIMITS: HistoryLimits = { operations: 50, steps: 10 };
/** A reader that meets a version being collected reads the pointer again, at most this often. */
const READ_ATTEMPTS = 5;

interface Seen {
  readonly pointer: Pointer | null;
  /** Version of the pointer node, -1 when there is none. */
  readonly version: number;
}

export function createZooKeeperBackend(options: ZooKeeperBackendOptions): StateBackend {
  return new ZooKeeperBackend(options);
}

class ZooKeeperBackend implements StateBackend {
  readonly location: string;
  private readonly client: ZooKeeperClient;
  private readonly path: string;
  private readonly keys: StateKeys;
  private readonly limits: HistoryLimits;
  private readonly versions: VersionNodes;
  private readonly queue: LockQueue;
  private readonly held = new Map<string, ZooKeeperLock>();
  /** The pointer as of our last write, and the lock it was made under. */
  private written: { readonly lock: string; readonly seen: Seen } | null = null;

  constructor(private readonly options: ZooKeeperBackendOptions) {
    const { client, location, path, acl } = options;
    this.client = client;
    this.location = location;
    this.path = path;
    this.keys = options.keys ?? {};
    this.limits = options.limits ?? LIMITS;
    this.versions = new VersionNodes(client, `${path}/versions`, acl);
    this.queue = new LockQueue(client, `${path}/locks`, acl, location);
  }

  read(): Promise<State | null> {
    return this.named("read", "Nothing was changed.", async () => (await this.load())?.decoded.state ?? null);
  }

  write(next: State, lock: Lock): Promise<void> {
    return this.named("write", "The stored state is unchanged.", async () => {
      const own = this.ownLock(lock);
      const stored = await this.storedUnder(own);
      requireSuccessor(next, stored.pointer?.current ?? null, this.location);
      const pointer = await this.migrated(stored.pointer);
      const entry = await this.store(next, pointer, stored, own);
      const kept = { pointer: entry, version: stored.version + 1 };
      this.written = { lock: own.owner.id, seen: kept };
      await this.collect(stored.pointer, entry).catch(() => undefined);
    });
  }

  lock(request: LockRequest): Promise<Lock> {
    return this.named("lock", "Nothing was changed.", async () => {
      const lock = await this.queue.acquire(request);
      this.held.set(request.owner.id, lock);
      return lock;
    });
  }

  lockHolder(): Promise<{ owner: LockOwner; stale: boolean; reason?: string } | null> {
    return this.named("read the lock of", "Nothing was changed.", async () => {
      const owner = (await this.queue.holder())?.owner ?? null;
      if (owner === null) return null;
      const liveness = this.queue.judge(owner);
      return liveness.kind === "alive"
        ? { owner, stale: false }
        : { owner, stale: liveness.kind === "gone", reason: liveness.reason };
    });
  }

  unlock(id: string): Promise<void> {
    return this.named("unlock", "Nothing was changed.", async () => {
      const holder = await this.queue.holder();
      if (holder === null || holder.owner === null) throw notLocked(this.location, id);
      if (holder.owner.id !== id) throw otherLock(this.location, id, holder.owner);
      await this.queue.evict(holder.name);
    });
  }

  history(): Promise<readonly HistoryEntry[]> {
    return this.named("read the history of", "Nothing was changed.", async () => {
      const { pointer } = await this.readPointer();
      return (pointer?.history ?? []).map(historyEntry);
    });
  }

  readHistory(serial: number): Promise<State> {
    return this.named("read the history of", "Nothing was changed.", async () => {
      const { pointer } = await this.readPointer();
      const entries = pointer === null ? [] : [pointer.current, ...pointer.history];
      const entry = entries.find((each) => each.serial === serial);
      const bytes = entry === undefined ? null : await this.versions.read(entry);
      if (entry !== undefined && bytes !== null) return this.decode(bytes, entry).state;
      const known = (pointer?.history ?? []).map((each) => each.serial);
      throw noSuchHistory(this.location, serial, known);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.held.values()].map((lock) => lock.release().catch(() => undefined)));
    await this.client.close();
  }

  private ownLock(lock: Lock): ZooKeeperLock {
    const own = this.held.get(lock.owner.id);
    if (own === undefined) throw lockLost(this.location, "It was never taken here.");
    if (own.lost.aborted) throw lockLost(this.location, String(own.lost.reason));
    return own;
  }

  /** What is stored; read and checked once for each lock, afterwards the transaction's checks keep it true. */
  private async storedUnder(lock: ZooKeeperLock): Promise<Seen> {
    if (this.written?.lock === lock.owner.id) return this.written.seen;
    await this.client.createParents(`${this.path}/versions/x`, this.options.acl);
    const found = await this.load();
    const seen = found?.seen ?? { pointer: null, version: -1 };
    // Under the lock nobody else writes: what no pointer names was left by a crash.
    const live = liveNodes(seen.pointer);
    const garbage = (await this.versions.list()).filter((node) => !live.has(node));
    for (const node of garbage) await this.versions.remove(node);
    return seen;
  }

  private async store(
    next: State,
    pointer: Pointer | null,
    stored: Seen,
    lock: ZooKeeperLock,
  ): Promise<Pointer> {
    const made = await this.prepare(next, (this.options.now ?? (() => new Date()))());
    const previous = this.written?.lock === lock.owner.id ? "step" : "operation";
    const advanced = advancePointer(pointer, made.entry, previous, this.limits);
    const small = made.entry.bytes <= SINGLE_REQUEST_BYTES;
    if (!small) await this.versions.write(made.entry.node, made.chunks);
    const ops: MultiOp[] = [
      { op: "check", path: lock.node, version: -1 },
      ...(small ? this.versions.creation(made.entry.node, made.chunks) : []),
      this.pointerChange(advanced, stored.version),
    ];
    try {
      await this.switchPointer(ops, made.entry.node);
    } catch (error) {
      throw await this.explained(error, next, lock);
    }
    return advanced;
  }

  /** Repeats a transaction whose answer was lost only after the pointer has shown that it was not carried out. */
  private async switchPointer(ops: readonly MultiOp[], node: string): Promise<void> {
    let uncertain = false;
    await persistently(this.client, async () => {
      if (uncertain && (await this.readPointer()).pointer?.current.node === node) return;
      try {
        await this.client.multi(ops);
      } catch (error) {
        uncertain ||= isUncertain(error);
        const landed =
          uncertain && !isUncertain(error) && (await this.readPointer()).pointer?.current.node === node;
        if (!landed) throw error;
      }
    });
  }

  private pointerChange(pointer: Pointer, version: number): MultiOp {
    const [path, data] = [this.pointerPath, pointerBytes(pointer)];
    return version < 0
      ? { op: "create", path, data, acl: this.options.acl, mode: "persistent" }
      : { op: "setData", path, data, version };
  }

  private async prepare(
    state: State,
    writtenAt: Date,
  ): Promise<{ readonly entry: VersionEntry; readonly chunks: readonly Buffer[] }> {
    const key = this.keys.current;
    const stored = await packBytes(encodeState(state, { writtenAt, key }), key !== undefined);
    const chunks = chunksOf(stored.data);
    const entry: VersionEntry = {
      serial: state.serial,
      lineage: state.lineage,
      writtenAt: writtenAt.toISOString(),
      ferryVersion: state.ferryVersion,
      resources: Object.keys(state.resources).length,
      commit: state.git?.commit ?? null,
      node: newNodeName(state.serial),
      chunks: chunks.length,
      bytes: stored.data.length,
      compression: stored.compression,
      keyId: key === undefined ? null : keyId(key),
      kind: "step",
    };
    return { entry, chunks };
  }

  /** When the key has changed: the same pointer over versions written anew under the present key. */
  private async migrated(pointer: Pointer | null): Promise<Pointer | null> {
    const present = this.keys.current === undefined ? null : keyId(this.keys.current);
    if (pointer === null || pointer.current.keyId === present) return pointer;
    const convert = async (entry: VersionEntry): Promise<VersionEntry> => {
      const bytes = entry.keyId === present ? null : await this.versions.read(entry);
      if (bytes === null) return entry;
      const made = await this.prepare(this.decode(bytes, entry).state, new Date(entry.writtenAt));
      await this.versions.write(made.entry.node, made.chunks);
      return { ...made.entry, kind: entry.kind };
    };
    const history: VersionEntry[] = [];
    for (const entry of pointer.history) history.push(await convert(entry));
    return { ...pointer, current: await convert(pointer.current), history };
  }

  /** Removes versions that the new pointer does not name any more. */
  private async collect(before: Pointer | null, after: Pointer): Promise<void> {
    const live = liveNodes(after);
    for (const node of liveNodes(before)) if (!live.has(node)) await this.versions.remove(node);
  }

  private async load(): Promise<{ readonly decoded: DecodedState; readonly seen: Seen } | null> {
    for (let attempt = 1; ; attempt += 1) {
      const seen = await this.readPointer();
      if (seen.pointer === null) return null;
      const bytes = await this.versions.read(seen.pointer.current);
      if (bytes !== null) return { decoded: this.decode(bytes, seen.pointer.current), seen };
      if (attempt === READ_ATTEMPTS) throw damaged(this.location);
    }
  }

  private decode(bytes: Buffer, entry: VersionEntry): DecodedState {
    const location = `${this.location}/versions/${entry.node}`;
    const decoded = decodeState(bytes, { location, keys: this.keys });
    const { serial, lineage } = decoded.state;
    if (serial !== entry.serial || lineage !== entry.lineage) throw damaged(location);
    return decoded;
  }

  private async readPointer(): Promise<Seen> {
    const found = await persistently(this.client, async () => {
      // Without sync another server than the one last written to may show an older pointer.
      await this.client.sync(this.pointerPath);
      return ifNode(this.client.getData(this.pointerPath));
    });
    if (found === null) return { pointer: null, version: -1 };
    const parsed = parsePointer(found.data);
    if (parsed.kind === "newer") throw newerFormat(parsed.version, this.location);
    if (parsed.kind === "damaged") throw damaged(this.location);
    return { pointer: parsed.pointer, version: found.stat.version };
  }

  /** Which check of the transaction failed. */
  private async explained(error: unknown, next: State, lock: ZooKeeperLock): Promise<unknown> {
    if (!["NO_NODE", "BAD_VERSION", "NODE_EXISTS", "RUNTIME_INCONSISTENCY"].includes(zooKeeperCode(error))) {
      return error;
    }
    const there = await persistently(this.client, () => this.client.exists(lock.node));
    if (there === null) return lockLost(this.location, "Somebody has removed it.");
    return conflict(next, (await this.readPointer()).pointer?.current ?? null, this.location);
  }

  private get pointerPath(): string {
    return `${this.path}/current`;
  }

  private async named<T>(verb: string, untouched: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DiagnosticError) throw error;
      throw stateError(error, verb, this.location, untouched);
    }
  }
}

function historyEntry(entry: VersionEntry): HistoryEntry {
  const { serial, writtenAt, ferryVersion, resources, commit } = entry;
  return { serial, writtenAt, ferryVersion, resources, commit };
}
