/**
 * The lock recipe of ZooKeeper: an ephemeral sequential node each, the lowest one holds, every other one waits for the one
 * before it. It goes with the session, and at once when its process is known to be gone. Knows nothing of what it protects.
 */
import type { Acl, ZooKeeperClient } from "../../src/zookeeper/types.js";
import type { Lock, LockOwner, LockRequest } from "../backend.js";
import { lockedError, lockInterrupted } from "../lock-errors.js";
import { type Liveness, livenessOf, parseOwner } from "../owner.js";
import { ifNode, isUncertain, persistently } from "./requests.js";

/** Should a watch event ever be missed, the queue is looked at again after this time. */
const LOOK_AGAIN_MS = 5000;

export interface QueueEntry {
  /** Name of the node below the lock's path. */
  readonly name: string;
  readonly owner: LockOwner | null;
}

export class LockQueue {
  constructor(
    private readonly client: ZooKeeperClient,
    private readonly path: string,
    private readonly acl: readonly Acl[],
    private readonly location: string,
    readonly judge: (owner: LockOwner) => Liveness = livenessOf,
  ) {}

  /** Who holds the lock, or null. */
  async holder(): Promise<QueueEntry | null> {
    const [first] = await this.names();
    if (first === undefined) return null;
    const found = await ifNode(persistently(this.client, () => this.client.getData(`${this.path}/${first}`)));
    // Gone between the two requests: the next one holds it.
    return found === null
      ? this.holder()
      : { name: first, owner: parseOwner(found.data?.toString("utf8") ?? "") };
  }

  /** Ends the hold of a node of the queue, whoever made it. */
  async evict(name: string): Promise<void> {
    await ifNode(persistently(this.client, () => this.client.delete(`${this.path}/${name}`)));
  }

  /** Joins the queue and waits for its turn. Rejects with `state-locked` at the deadline, `interrupted` on abort. */
  async acquire(request: LockRequest): Promise<ZooKeeperLock> {
    if (request.signal?.aborted) throw lockInterrupted(this.location);
    const name = await this.join(request.owner);
    try {
      await this.awaitTurn(name, request);
      const lock = new ZooKeeperLock(this.client, `${this.path}/${name}`, request.owner);
      await lock.watch();
      return lock;
    } catch (error) {
      await this.evict(name).catch(() => undefined);
      throw error;
    }
  }

  private async join(owner: LockOwner): Promise<string> {
    const prefix = `${owner.id}-`;
    const data = Buffer.from(JSON.stringify(owner), "utf8");
    await this.client.createParents(`${this.path}/x`, this.acl);
    return persistently(this.client, async () => {
      // The name tells whether an earlier request was carried out although its answer was lost.
      const mine = (await this.names()).find((name) => name.startsWith(prefix));
      if (mine !== undefined) return mine;
      const options = { mode: "ephemeral-sequential", acl: this.acl } as const;
      const { path } = await this.client.create(`${this.path}/${prefix}`, data, options);
      return path.slice(path.lastIndexOf("/") + 1);
    });
  }

  private async awaitTurn(name: string, request: LockRequest): Promise<void> {
    const started = performance.now();
    let told: string | null = null;
    for (;;) {
      const names = await this.names();
      const place = names.indexOf(name);
      if (place === 0) return;
      const waited = performance.now() - started;
      const first = await this.holder();
      if (first !== null && (await this.evictGone(first, request))) continue;
      const holder = first?.owner ?? null;
      if (request.signal?.aborted) throw lockInterrupted(this.location);
      if (place < 0 || waited >= request.timeoutMs) throw lockedError(this.location, holder, waited);
      if (holder !== null && holder.id !== told && holder.id !== request.owner.id) {
        told = holder.id;
        request.onWait?.(holder);
      }
      await this.changeOf(names[place - 1] ?? "", request.timeoutMs - waited, request.signal);
    }
  }

  /** A process of this host that was killed need not be waited for until its session ends: its node cannot come back. */
  private async evictGone({ name, owner }: QueueEntry, request: LockRequest): Promise<boolean> {
    if (owner === null) return false;
    const liveness = this.judge(owner);
    if (liveness.kind !== "gone") return false;
    await this.evict(name);
    request.onTakeOver?.(owner, liveness.reason);
    return true;
  }

  /** Resolves when the node before ours changes or goes, at the deadline, or on abort. */
  private async changeOf(name: string, remainingMs: number, signal?: AbortSignal): Promise<void> {
    let wake: () => void = () => undefined;
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = setTimeout(wake, Math.max(0, Math.min(remainingMs, LOOK_AGAIN_MS)));
    signal?.addEventListener("abort", wake, { once: true });
    try {
      const there = await persistently(this.client, () => this.client.exists(`${this.path}/${name}`, wake));
      if (there !== null) await changed;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", wake);
    }
  }

  /** In the order of the sequence numbers. */
  private async names(): Promise<string[]> {
    const found = await ifNode(persistently(this.client, () => this.client.getChildren(this.path)));
    return (found?.children ?? []).sort((a, b) => sequence(a) - sequence(b));
  }
}

/** The server appends ten digits. */
function sequence(name: string): number {
  return Number(name.slice(-10));
}

export class ZooKeeperLock implements Lock {
  private readonly controller = new AbortController();
  private readonly stopListening: () => void;
  private apart: NodeJS.Timeout | null = null;
  private ended = false;

  constructor(
    private readonly client: ZooKeeperClient,
    /** Path of our node in the queue: a write checks that it is still there. */
    readonly node: string,
    readonly owner: LockOwner,
  ) {
    this.stopListening = client.onState((state) => {
      if (state === "connected") this.rejoined();
      else if (state === "disconnected" || state === "connecting" || state === "read-only") this.separated();
      else this.lose("The session with the ensemble has ended.");
    });
  }

  get lost(): AbortSignal {
    return this.controller.signal;
  }

  /** Notices when somebody removes our node. */
  async watch(): Promise<void> {
    if (this.ended) return;
    const onEvent = () => {
      this.watch().catch((error) => {
        // While the connection is lost the session decides; see separated().
        if (!isUncertain(error)) this.lose(`The lock cannot be seen any more: ${String(error)}.`);
      });
    };
    const stat = await this.client.exists(this.node, onEvent);
    if (stat === null) this.lose("Somebody has removed it.");
  }

  async release(): Promise<void> {
    if (this.ended) return;
    this.end();
    await ifNode(persistently(this.client, () => this.client.delete(this.node)));
  }

  private rejoined(): void {
    if (this.apart !== null) clearTimeout(this.apart);
    this.apart = null;
    this.watch().catch(() => undefined);
  }

  /**
   * The servers end a session they have not heard of for its timeout; from then on another process may hold the lock. The
   * client notices a dead connection after up to two thirds of it (src/zookeeper/heartbeat.ts), so a third is left.
   */
  private separated(): void {
    if (this.ended || this.apart !== null) return;
    const why = "The ensemble could not be reached for a session timeout.";
    this.apart = setTimeout(() => this.lose(why), this.client.sessionTimeoutMs / 3);
    this.apart.unref();
  }

  private lose(why: string): void {
    if (this.ended) return;
    this.end();
    this.controller.abort(why);
  }

  private end(): void {
    this.ended = true;
    if (this.apart !== null) clearTimeout(this.apart);
    this.stopListening();
  }
}
