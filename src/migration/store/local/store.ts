/**
 * Migrations in a folder of this machine, one folder each. Whoever carries one out holds its lock; should two ever believe they do, only
 * one of them can write.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { LockOwner } from "../../../../state/backend.js";
import { diskError } from "../../../../state/local/errors.js";
import { diskFiles, ifPresent, type StateFiles } from "../../../../state/local/files.js";
import { acquire } from "../../../../state/local/hold.js";
import { LockFile } from "../../../../state/local/lock.js";
import { createLockOwner, describeOwner, type Liveness, livenessOf } from "../../../../state/owner.js";
import { newMigrationId, newRecord } from "../../model/new-record.js";
import type { MigrationPlan } from "../../model/plan.js";
import type { Claim, Input, MigrationStore } from "../../model/ports.js";
import type { MigrationRecord } from "../../model/record.js";
import type { MigrationSpec } from "../../model/spec.js";
import { hasNothingDone } from "../../model/standing.js";
import type { Changing } from "../codec.js";
import { existingMigration, lockedMigration, noSuchMigration, takenOver } from "../errors.js";
import { mergeInbox } from "../inbox.js";
import { engineOwner } from "../owner.js";
import { superseded } from "../superseded.js";
import { MigrationFolder } from "./files.js";

export interface LocalStoreOptions {
  /** Absolute; `migrations` below the state's own place. Made when it is first needed. */
  readonly directory: string;
  /** The folder as the user wrote it, for messages. */
  readonly displayPath?: string;
  readonly files?: StateFiles;
  readonly judge?: (owner: LockOwner) => Liveness;
}

const CREATE_WAIT_MS = 10_000;
/** Attempts to take over from an engine that writes on although its lock is gone. */
const ATTEMPTS = 20;

export function createLocalStore(options: LocalStoreOptions): MigrationStore {
  return new LocalStore(options);
}

class LocalStore implements MigrationStore {
  readonly location: string;
  private readonly directory: string;
  private readonly files: StateFiles;
  private readonly judge: (owner: LockOwner) => Liveness;
  private readonly claims = new Set<LocalClaim>();

  constructor(options: LocalStoreOptions) {
    this.directory = options.directory;
    this.location = `local ${options.displayPath ?? options.directory}`;
    this.files = options.files ?? diskFiles;
    this.judge = options.judge ?? livenessOf;
  }

  list(): Promise<readonly MigrationRecord[]> {
    return this.disk("read", async () => {
      const records: MigrationRecord[] = [];
      for (const id of await this.ids()) {
        const record = await this.merged(id);
        if (record !== null) records.push(record);
      }
      return records.sort((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? 1 : -1));
    });
  }

  read(idOrName: string): Promise<MigrationRecord | null> {
    return this.disk("read", async () => {
      if (isId(idOrName)) {
        const record = await this.merged(idOrName);
        if (record !== null) return record;
      }
      return (await this.list()).find(({ name }) => name === idOrName) ?? null;
    });
  }

  create(spec: MigrationSpec, plan: MigrationPlan, createdMs: number): Promise<MigrationRecord> {
    return this.disk("write", async () => {
      await this.prepare();
      const owner = createLockOwner("migrate");
      const lockFile = new LockFile(this.directory, this.files, this.judge);
      const lock = await acquire(lockFile, { owner, timeoutMs: CREATE_WAIT_MS }, this.location);
      try {
        for (const other of await this.list()) {
          if (other.name === spec.name && other.status !== "done" && other.status !== "archived") {
            await this.supersede(other, createdMs);
          }
        }
        const id = newMigrationId(spec.name, createdMs, randomBytes(2).toString("hex"));
        const record = newRecord(id, spec, plan, createdMs);
        await this.folder(id).create({ id, spec, plan }, { record, taken: [] });
        await this.files.syncFolder(this.directory);
        return record;
      } finally {
        await lock.release();
      }
    });
  }

  claim(id: string, who: string, options: { readonly force?: boolean } = {}): Promise<Claim> {
    return this.disk("claim", async () => {
      const present = await this.read(id);
      if (present === null) throw noSuchMigration(id, this.location);
      const folder = this.folder(present.id);
      const owner = engineOwner(who);
      const lock = new LockFile(folder.path, this.files, this.judge);
      const mayLinger = await this.take(lock, owner, present, options.force === true);
      try {
        await lock.cleanUp(owner);
        await folder.sweep();
        const claimed = await this.raiseEpoch(folder, present);
        const claim = new LocalClaim(folder, lock, owner, claimed, mayLinger, (verb, work) =>
          this.disk(verb, work),
        );
        this.claims.add(claim);
        return claim;
      } catch (error) {
        await lock.remove(owner.id, owner);
        throw error;
      }
    });
  }

  request(id: string, input: Input): Promise<MigrationRecord> {
    return this.disk("write", async () => {
      const present = await this.read(id);
      if (present === null) throw noSuchMigration(id, this.location);
      await this.folder(present.id).put(input, performance.timeOrigin + performance.now());
      return (await this.merged(present.id)) ?? present;
    });
  }

  holder(id: string): Promise<string | null> {
    return this.disk("read the lock of", async () => {
      const lock = new LockFile(join(this.directory, id), this.files, this.judge);
      const owner = await lock.holder();
      return owner === null || this.judge(owner).kind === "gone" ? null : describeOwner(owner);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.claims].map((claim) => claim.release().catch(() => undefined)));
  }

  /** Whoever commits records by accident would bring old ones back with the next checkout. */
  private async prepare(): Promise<void> {
    await this.files.mkdir(this.directory);
    const path = join(this.directory, ".gitignore");
    if ((await ifPresent(this.files.stat(path))) !== null) return;
    const text = "# ferry's records of migrations; written anew all the time, not for committing\n*\n";
    await this.files.writeNew(path, Buffer.from(text));
  }

  /** Whether the one before may still run. */
  private async take(
    lock: LockFile,
    owner: LockOwner,
    { name }: MigrationRecord,
    force: boolean,
  ): Promise<boolean> {
    const taken = await lock.take(owner);
    if (taken.kind === "taken") return false;
    const { by, liveness } = taken;
    if (!force) {
      const note =
        liveness.kind === "unknown" ? `ferry cannot tell whether it still runs: ${liveness.reason}.` : "";
      throw lockedMigration(name, describeOwner(by), note);
    }
    await lock.remove(by.id, owner);
    const again = await lock.take(owner);
    if (again.kind === "taken") return true;
    throw lockedMigration(name, describeOwner(again.by), "Another one was quicker.");
  }

  private async raiseEpoch(folder: MigrationFolder, { name }: MigrationRecord): Promise<Changing> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const stored = await folder.read();
      if (stored === null) break;
      const { record, taken } = stored;
      const next = { ...record, epoch: record.epoch + 1, revision: record.revision + 1 };
      if (await folder.write({ record: next, taken })) return { record: next, taken };
    }
    throw takenOver(name, "another engine writes without a pause");
  }

  /** Nothing of it is on the platform and nobody is at it: the new one takes its place. */
  private async supersede(other: MigrationRecord, nowMs: number): Promise<void> {
    if (!hasNothingDone(other)) throw existingMigration(other.name, other.id, other.status);
    const claim = await this.claim(other.id, "migrate");
    try {
      const { record } = claim;
      if (!hasNothingDone(record)) throw existingMigration(other.name, other.id, record.status);
      await claim.write(superseded(record, nowMs));
    } finally {
      await claim.release();
    }
  }

  private async ids(): Promise<string[]> {
    const names = (await ifPresent(this.files.readdir(this.directory))) ?? [];
    return names.filter((name) => isId(name) && /-\d{8}-[0-9a-f]{4}$/.test(name));
  }

  private async merged(id: string): Promise<MigrationRecord | null> {
    const folder = this.folder(id);
    const stored = await folder.read();
    if (stored === null) return null;
    return mergeInbox(stored.record, await folder.waiting(stored.taken)).record;
  }

  private folder(id: string): MigrationFolder {
    return new MigrationFolder(join(this.directory, id), this.files);
  }

  private async disk<T>(verb: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const untouched = "What is stored of the migrations is unchanged.";
      throw diskError(error, { verb, location: this.location, folder: this.directory, untouched });
    }
  }
}

class LocalClaim implements Claim {
  readonly record: MigrationRecord;
  private revision: number;
  /** Taken in, and not yet removed from the inbox. */
  private taken: readonly string[];
  private pending: readonly string[] = [];
  private present: MigrationRecord;
  private released = false;

  constructor(
    private readonly folder: MigrationFolder,
    private readonly lock: LockFile,
    private readonly owner: LockOwner,
    claimed: Changing,
    readonly mayLinger: boolean,
    private readonly disk: <T>(verb: string, work: () => Promise<T>) => Promise<T>,
  ) {
    this.record = claimed.record;
    this.present = claimed.record;
    this.revision = claimed.record.revision;
    this.taken = claimed.taken;
  }

  refresh(): Promise<MigrationRecord> {
    return this.disk("read", async () => {
      await this.requireNewest();
      const merged = mergeInbox(this.present, await this.folder.waiting(this.taken));
      this.pending = merged.taken;
      return merged.record;
    });
  }

  write(record: MigrationRecord): Promise<MigrationRecord> {
    return this.disk("write", async () => {
      if (record.revision !== this.revision + 1 || record.epoch !== this.present.epoch) {
        throw new Error(`revision ${record.revision} does not follow ${this.revision}`);
      }
      const taken = [...this.taken, ...this.pending];
      if (this.released || !(await this.folder.write({ record, taken }))) throw await this.refusal();
      this.present = record;
      this.revision = record.revision;
      this.pending = [];
      // What cannot be removed now is removed after a later write; until then the record says that it has it.
      this.taken = await this.folder.tidy(record.revision, taken).then(
        () => [],
        () => taken,
      );
      return record;
    });
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    await this.lock.remove(this.owner.id, this.owner);
  }

  private async requireNewest(): Promise<void> {
    if (this.released || (await this.folder.newest()) !== this.revision) throw await this.refusal();
  }

  private async refusal(): Promise<Error> {
    const holder = await this.lock.holder();
    const by = holder === null || holder.id === this.owner.id ? "somebody" : describeOwner(holder);
    return takenOver(this.record.name, `${by} has taken it over`);
  }
}

/** Ids become names of folders. */
function isId(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,200}$/.test(text);
}
