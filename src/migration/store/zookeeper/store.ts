/**
 * Migrations in ZooKeeper, beside the project's state. Whoever carries one out holds an ephemeral node, which goes with its session; a
 * write checks that node and what was written last, so that one who was cut off changes nothing.
 */
import { randomBytes } from "node:crypto";
import { createLockOwner, describeOwner, livenessOf } from "../../../../state/owner.js";
import { LockQueue, type ZooKeeperLock } from "../../../../state/zookeeper/lock.js";
import { ifNode, persistently, stateError } from "../../../../state/zookeeper/requests.js";
import type { Acl, ZooKeeperClient } from "../../../zookeeper/types.js";
import { newMigrationId, newRecord } from "../../model/new-record.js";
import type { MigrationPlan } from "../../model/plan.js";
import type { Claim, Input, MigrationStore } from "../../model/ports.js";
import type { MigrationRecord } from "../../model/record.js";
import type { MigrationSpec } from "../../model/spec.js";
import { hasNothingDone } from "../../model/standing.js";
import { existingMigration, lockedMigration, noSuchMigration, takenOver } from "../errors.js";
import { mergeInbox } from "../inbox.js";
import { engineOwner } from "../owner.js";
import { superseded } from "../superseded.js";
import { isLate, MigrationNodes, type Seen } from "./nodes.js";

export interface ZooKeeperStoreOptions {
  /** The store closes it. */
  readonly client: ZooKeeperClient;
  /** e.g. `zookeeper 127.0.0.1:2181/ferry/state/migrations`. */
  readonly location: string;
  readonly path: string;
  readonly acl: readonly Acl[];
}

const CREATE_WAIT_MS = 10_000;

export function createZooKeeperStore(options: ZooKeeperStoreOptions): MigrationStore {
  return new ZooKeeperStore(options);
}

class ZooKeeperStore implements MigrationStore {
  readonly location: string;
  private readonly client: ZooKeeperClient;
  private readonly claims = new Set<ZooKeeperClaim>();

  constructor(private readonly options: ZooKeeperStoreOptions) {
    this.location = options.location;
    this.client = options.client;
  }

  list(): Promise<readonly MigrationRecord[]> {
    return this.named("read", async () => {
      const { path } = this.options;
      const found = await ifNode(persistently(this.client, () => this.client.getChildren(path)));
      const ids = (found?.children ?? []).filter((name) => /-\d{8}-[0-9a-f]{4}$/.test(name));
      const records = await Promise.all(ids.map((id) => this.merged(id)));
      return records
        .filter((record) => record !== null)
        .sort((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? 1 : -1));
    });
  }

  read(idOrName: string): Promise<MigrationRecord | null> {
    return this.named("read", async () => {
      const record = /^[A-Za-z0-9][\w.-]*$/.test(idOrName) ? await this.merged(idOrName) : null;
      return record ?? (await this.list()).find(({ name }) => name === idOrName) ?? null;
    });
  }

  create(spec: MigrationSpec, plan: MigrationPlan, createdMs: number): Promise<MigrationRecord> {
    return this.named("write", async () => {
      const { path, acl } = this.options;
      const queue = new LockQueue(this.client, `${path}/locks`, acl, this.location);
      const lock = await queue.acquire({ owner: createLockOwner("migrate"), timeoutMs: CREATE_WAIT_MS });
      try {
        for (const other of await this.list()) {
          if (other.name === spec.name && other.status !== "done" && other.status !== "archived") {
            await this.supersede(other, createdMs);
          }
        }
        const id = newMigrationId(spec.name, createdMs, randomBytes(2).toString("hex"));
        const record = newRecord(id, spec, plan, createdMs);
        await this.nodes(id).create({ id, spec, plan }, { record, taken: [] });
        return record;
      } finally {
        await lock.release();
      }
    });
  }

  claim(id: string, who: string, options: { readonly force?: boolean } = {}): Promise<Claim> {
    return this.named("claim", async () => {
      const present = await this.read(id);
      if (present === null) throw noSuchMigration(id, this.location);
      const nodes = this.nodes(present.id);
      const queue = new LockQueue(this.client, nodes.locks, this.options.acl, this.location);
      const mayLinger = await this.clear(queue, present, options.force === true);
      const lock = await this.lock(queue, present, who);
      try {
        const claim = await this.raiseEpoch(nodes, lock, present, mayLinger);
        this.claims.add(claim);
        return claim;
      } catch (error) {
        await lock.release().catch(() => undefined);
        throw error;
      }
    });
  }

  request(id: string, input: Input): Promise<MigrationRecord> {
    return this.named("write", async () => {
      const present = await this.read(id);
      if (present === null) throw noSuchMigration(id, this.location);
      await this.nodes(present.id).put(input);
      return (await this.merged(present.id)) ?? present;
    });
  }

  holder(id: string): Promise<string | null> {
    return this.named("read the lock of", async () => {
      const { acl } = this.options;
      const queue = new LockQueue(this.client, this.nodes(id).locks, acl, this.location);
      const owner = (await queue.holder())?.owner ?? null;
      return owner === null || livenessOf(owner).kind === "gone" ? null : describeOwner(owner);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.claims].map((claim) => claim.release().catch(() => undefined)));
    await this.client.close();
  }

  /** Refuses while another one holds it; with `force` that one is put out. True when it may still be at it. */
  private async clear(queue: LockQueue, { name }: MigrationRecord, force: boolean): Promise<boolean> {
    const first = await queue.holder();
    if (first === null) return true;
    const liveness = first.owner === null ? null : queue.judge(first.owner);
    if (liveness?.kind === "gone" || force) {
      await queue.evict(first.name);
      return liveness?.kind !== "gone";
    }
    const holder = first.owner === null ? "somebody" : describeOwner(first.owner);
    throw lockedMigration(name, holder, "");
  }

  private async lock(queue: LockQueue, record: MigrationRecord, who: string): Promise<ZooKeeperLock> {
    const owner = engineOwner(who);
    return queue.acquire({ owner, timeoutMs: 0 }).catch((error: unknown) => {
      if (error instanceof Error && "diagnostics" in error) {
        throw lockedMigration(record.name, "another engine", "It was quicker.");
      }
      throw error;
    });
  }

  private async raiseEpoch(
    nodes: MigrationNodes,
    lock: ZooKeeperLock,
    { name }: MigrationRecord,
    mayLinger: boolean,
  ): Promise<ZooKeeperClaim> {
    const seen = await nodes.read();
    if (seen === null) throw noSuchMigration(name, this.location);
    const { record } = seen.changing;
    const next = { ...record, epoch: record.epoch + 1, revision: record.revision + 1 };
    const lingers = mayLinger && !seen.pointer.isReleased;
    const written = await nodes
      .write(lock.node, seen, { record: next, taken: [] }, [])
      .catch((error: unknown) => {
        throw isLate(error) ? takenOver(name, "another engine was quicker") : error;
      });
    return new ZooKeeperClaim(nodes, lock, written, lingers, (verb, work) => this.named(verb, work));
  }

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

  private async merged(id: string): Promise<MigrationRecord | null> {
    const nodes = this.nodes(id);
    const seen = await nodes.read();
    return seen === null ? null : mergeInbox(seen.changing.record, await nodes.waiting()).record;
  }

  private nodes(id: string): MigrationNodes {
    return new MigrationNodes(`${this.options.path}/${id}`, this.client, this.options.acl);
  }

  private async named<T>(verb: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw stateError(error, verb, this.location, "What is stored of the migrations is unchanged.");
    }
  }
}

class ZooKeeperClaim implements Claim {
  readonly record: MigrationRecord;
  private pending: readonly string[] = [];
  private released = false;

  constructor(
    private readonly nodes: MigrationNodes,
    private readonly lock: ZooKeeperLock,
    private seen: Seen,
    readonly mayLinger: boolean,
    private readonly named: <T>(verb: string, work: () => Promise<T>) => Promise<T>,
  ) {
    this.record = seen.changing.record;
  }

  refresh(): Promise<MigrationRecord> {
    return this.named("read", async () => {
      await this.requireOurs();
      const merged = mergeInbox(this.seen.changing.record, await this.nodes.waiting());
      this.pending = merged.taken;
      return merged.record;
    });
  }

  write(record: MigrationRecord): Promise<MigrationRecord> {
    return this.named("write", async () => {
      const present = this.seen.changing.record;
      if (record.revision !== present.revision + 1 || record.epoch !== present.epoch) {
        throw new Error(`revision ${record.revision} does not follow ${present.revision}`);
      }
      if (this.released || this.lock.lost.aborted) throw this.refusal();
      const { pending } = this;
      this.seen = await this.nodes
        .write(this.lock.node, this.seen, { record, taken: [] }, pending)
        .catch((error: unknown) => {
          throw isLate(error) ? this.refusal() : error;
        });
      this.pending = [];
      return record;
    });
  }

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    // Where that is refused, somebody else owns it by now, and our lock is gone or goes with the session.
    await this.nodes.release(this.lock.node, this.seen).catch(() => undefined);
    await this.lock.release();
  }

  /** Looks no longer than the lock is certainly ours: a server that does not answer ends the hold, too. */
  private async requireOurs(): Promise<void> {
    if (this.released) throw this.refusal();
    const version = await untilLost(this.lock.lost, this.nodes.currentVersion());
    if (version !== this.seen.version) throw this.refusal();
  }

  private refusal(): Error {
    const { lost } = this.lock;
    const why = lost.aborted ? String(lost.reason) : "another engine has taken it over";
    return takenOver(this.record.name, why.replace(/\.$/, ""));
  }
}

function untilLost<T>(lost: AbortSignal, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const end = (): void => resolve(null);
    if (lost.aborted) end();
    lost.addEventListener("abort", end, { once: true });
    work.then(resolve, reject).finally(() => lost.removeEventListener("abort", end));
  });
}
