/**
 * State in a folder of this machine. A write is: new file aside, flushed; the old one named in the history; then one
 * rename. So after a crash anywhere the old or the new state is there, whole. Never deletes a state it could not read.
 */
import { join } from "node:path";
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import type { HistoryEntry, Lock, LockOwner, LockRequest, StateBackend } from "../backend.js";
import { type DecodedState, decodeState, encodeState } from "../codec.js";
import { keyId, type StateKeys } from "../encryption.js";
import {
  lockedError,
  lockLost,
  noSuchHistory,
  notLocked,
  otherLock,
  requireSuccessor,
  type StoredVersion,
} from "../lock-errors.js";
import type { State } from "../model.js";
import { createLockOwner, type Liveness, livenessOf } from "../owner.js";
import { diskError } from "./errors.js";
import { diskFiles, ifPresent, type StateFiles } from "./files.js";
import { HistoryFolder, type HistoryLimits, KEPT_OPERATIONS, KEPT_STEPS } from "./history.js";
import { acquire, type HeldLock } from "./hold.js";
import { LockFile } from "./lock.js";

export interface LocalBackendOptions {
  /** Absolute. */
  readonly directory: string;
  /** The folder as the user wrote it, for messages. */
  readonly displayPath?: string;
  readonly keys?: StateKeys;
  readonly files?: StateFiles;
  readonly now?: () => Date;
  readonly limits?: HistoryLimits;
  readonly judge?: (owner: LockOwner) => Liveness;
}

/** Touches nothing until it is used; reading creates nothing. */
export function createLocalBackend(options: LocalBackendOptions): StateBackend {
  return new LocalBackend(options);
}

/** What is in the state file, checked once; `stamp` tells whether the file is still the same. */
interface Seen extends StoredVersion {
  readonly keyId: string | null;
  readonly stamp: string;
}

class LocalBackend implements StateBackend {
  readonly location: string;
  private readonly directory: string;
  private readonly shownFile: string;
  private readonly stateFile: string;
  private readonly keys: StateKeys;
  private readonly files: StateFiles;
  private readonly now: () => Date;
  private readonly judge: (owner: LockOwner) => Liveness;
  private readonly lockFile: LockFile;
  private readonly past: HistoryFolder;
  private readonly held = new Set<HeldLock>();
  private seen: Seen | null = null;
  /** Lock under which this backend wrote last: within one lock the previous state is a step, not a result. */
  private lastWriter: string | null = null;

  constructor(options: LocalBackendOptions) {
    this.directory = options.directory;
    this.shownFile = join(options.displayPath ?? options.directory, "state.json");
    this.location = `local ${this.shownFile}`;
    this.stateFile = join(options.directory, "state.json");
    this.keys = options.keys ?? {};
    this.files = options.files ?? diskFiles;
    this.now = options.now ?? (() => new Date());
    this.judge = options.judge ?? livenessOf;
    this.lockFile = new LockFile(options.directory, this.files, this.judge);
    const limits = options.limits ?? { operations: KEPT_OPERATIONS, steps: KEPT_STEPS };
    this.past = new HistoryFolder(join(options.directory, "history"), this.files, limits);
  }

  read(): Promise<State | null> {
    return this.disk("read", "Nothing was changed.", async () => (await this.load())?.state ?? null);
  }

  write(next: State, lock: Lock): Promise<void> {
    return this.disk("write", "The stored state is unchanged.", async () => {
      await this.requireLock(lock);
      const stored = await this.storedVersion();
      requireSuccessor(next, stored, this.location);
      const bytes = encodeState(next, { writtenAt: this.now(), key: this.keys.current });
      const aside = `${this.stateFile}.${lock.owner.id}.tmp`;
      try {
        if (stored === null) await this.prepareFolder();
        await ifPresent(this.files.unlink(aside));
        await this.files.writeNew(aside, bytes);
        if (stored !== null) await this.keepPrevious(stored, lock);
        await this.requireLock(lock);
        await this.files.rename(aside, this.stateFile);
      } catch (error) {
        await this.files.unlink(aside).catch(() => undefined);
        throw error;
      }
      await this.confirm(next, lock);
    });
  }

  lock(request: LockRequest): Promise<Lock> {
    return this.disk("lock", "Nothing was changed.", async () => {
      await this.files.mkdir(this.directory);
      const lock = await acquire(this.lockFile, request, this.location);
      this.held.add(lock);
      lock.onEnd(() => this.held.delete(lock));
      try {
        await this.removeLeftovers(request.owner);
      } catch (error) {
        await lock.release();
        throw error;
      }
      return lock;
    });
  }

  async lockHolder(): Promise<{ owner: LockOwner; stale: boolean; reason?: string } | null> {
    const owner = await this.disk("read the lock of", "Nothing was changed.", () => this.lockFile.holder());
    if (owner === null) return null;
    const liveness = this.judge(owner);
    return liveness.kind === "alive"
      ? { owner, stale: false }
      : { owner, stale: liveness.kind === "gone", reason: liveness.reason };
  }

  unlock(id: string): Promise<void> {
    return this.disk("unlock", "Nothing was changed.", async () => {
      const holder = await this.lockFile.holder();
      if (holder === null) throw notLocked(this.location, id);
      if (holder.id !== id) throw otherLock(this.location, id, holder);
      if (await this.lockFile.remove(id, createLockOwner("state unlock", this.now()))) return;
      const now = await this.lockFile.holder();
      if (now === null) return;
      throw now.id === id
        ? lockedError(this.location, now, 0, "It is being taken over.")
        : otherLock(this.location, id, now);
    });
  }

  history(): Promise<readonly HistoryEntry[]> {
    return this.disk("read the history of", "Nothing was changed.", async () => {
      // The list is what helps when the present state is damaged: then it is given whole.
      const present = (await this.storedVersion().catch(() => null))?.serial;
      return (await this.past.entries()).filter((entry) => entry.serial !== present);
    });
  }

  readHistory(serial: number): Promise<State> {
    return this.disk("read the history of", "Nothing was changed.", async () => {
      const found = await this.past.read(serial);
      if (found !== null) return this.decode(found.bytes, found.path).state;
      const present = await this.load();
      if (present?.state.serial === serial) return present.state;
      throw noSuchHistory(this.location, serial, await this.past.serials());
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.held].map((lock) => lock.release().catch(() => undefined)));
  }

  private async load(): Promise<DecodedState | null> {
    const bytes = await ifPresent(this.files.readFile(this.stateFile));
    if (bytes !== null) return this.decode(bytes, this.shownFile);
    const kept = await this.past.serials();
    if (kept.length > 0) throw missingState(this.location, kept);
    return null;
  }

  private decode(bytes: Buffer, location: string): DecodedState {
    return decodeState(bytes, { location, keys: this.keys });
  }

  /** Reads and checks the whole file once, later only whether it is still the same one. */
  private async storedVersion(): Promise<Seen | null> {
    const stamp = await this.stamp();
    if (this.seen !== null && this.seen.stamp === stamp) return this.seen;
    const decoded = await this.load();
    if (decoded === null || stamp === null) return null;
    const { lineage, serial } = decoded.state;
    this.seen = { lineage, serial, keyId: decoded.keyId, stamp };
    return this.seen;
  }

  private async stamp(): Promise<string | null> {
    const stat = await ifPresent(this.files.stat(this.stateFile));
    return stat === null ? null : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
  }

  private async keepPrevious(stored: Seen, lock: Lock): Promise<void> {
    const kind = this.lastWriter === lock.owner.id ? "step" : "operation";
    await this.past.keep(this.stateFile, stored.serial, kind);
    if (stored.keyId !== this.presentKeyId())
      await this.past.rewrite((bytes, path) => this.rekeyed(bytes, path));
  }

  /** The same state under the present key (or none); null when it is so already or cannot be read. */
  private rekeyed(bytes: Buffer, path: string): Buffer | null {
    try {
      const decoded = this.decode(bytes, path);
      if (decoded.keyId === this.presentKeyId()) return null;
      return encodeState(decoded.state, {
        writtenAt: new Date(decoded.header.writtenAt),
        key: this.keys.current,
      });
    } catch (error) {
      if (error instanceof DiagnosticError) return null;
      throw error;
    }
  }

  private presentKeyId(): string | null {
    return this.keys.current === undefined ? null : keyId(this.keys.current);
  }

  /** After the rename the new state is there: a failure from here on is about durability or tidiness only. */
  private async confirm(next: State, lock: Lock): Promise<void> {
    try {
      await this.files.syncFolder(this.directory);
    } catch (error) {
      throw diskError(error, {
        verb: "make durable",
        location: this.location,
        folder: this.directory,
        untouched: `The new state (serial ${next.serial}) is in place, but the disk has not confirmed it.`,
      });
    }
    this.lastWriter = lock.owner.id;
    const stamp = await this.stamp();
    if (stamp !== null) {
      this.seen = { lineage: next.lineage, serial: next.serial, keyId: this.presentKeyId(), stamp };
    }
    // What cannot be removed now is removed after a later write.
    await this.past.prune(next.serial).catch(() => undefined);
  }

  private async requireLock(lock: Lock): Promise<void> {
    if (lock.lost.aborted) throw lockLost(this.location, String(lock.lost.reason ?? "It was lost."));
    const holder = await this.lockFile.holder();
    if (holder?.id === lock.owner.id) return;
    throw lockLost(
      this.location,
      holder === null ? "Somebody has removed it." : `${holder.who} holds it now.`,
    );
  }

  /** Whoever commits the state by accident would bring an old one back with the next checkout. */
  private async prepareFolder(): Promise<void> {
    const path = join(this.directory, ".gitignore");
    const text = "# ferry's state and work files; written anew all the time, not for committing\n*\n";
    if ((await ifPresent(this.files.stat(path))) === null) await this.files.writeNew(path, Buffer.from(text));
  }

  private async removeLeftovers(own: LockOwner): Promise<void> {
    await this.lockFile.cleanUp(own);
    for (const name of await this.files.readdir(this.directory)) {
      if (/^state\.json\..+\.tmp$/.test(name)) await ifPresent(this.files.unlink(join(this.directory, name)));
    }
  }

  private async disk<T>(verb: string, untouched: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw diskError(error, { verb, location: this.location, folder: this.directory, untouched });
    }
  }
}

function missingState(location: string, kept: readonly number[]): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("state-missing", `the state ${location} is missing, although its history is there`, {
      detail: `The history holds ${kept.slice(0, 10).join(", ")}. ferry does not begin a new state beside it. Nothing was changed.`,
      remedy: `Put the newest one back: cp history/${kept[0]}.json state.json in that folder. Or, to begin anew, move the folder history away.`,
    }),
  ]);
}
