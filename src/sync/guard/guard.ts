/**
 * Watches the target while the source alone counts: what anybody but ferry writes there is found at once, and undone. Every
 * write of ours is confirmed and every other one is noticed, so both sides are known to be equal without comparing them. It
 * reads the target's transactions, and writes only through the direction's pipeline.
 */
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { descendants, type LiveNode, readNode } from "../apply/node-reader.js";
import type { OffsetStore } from "../apply/offset-store.js";
import type { ConflictRecord, GuardStatus } from "../control/records.js";
import type { Feed, FeedFailure, FeedListener } from "../feed/feed.js";
import { hex } from "../feed/zxid.js";
import type { OwnWrites } from "../pair/own-writes.js";
import type { Side } from "../spec.js";
import type { Shadows } from "../translate/shadows.js";
import type { TargetOp } from "../translate/target-op.js";
import { type Restoration, type RestoreRequest, restoration } from "./restore.js";

export interface GuardContext {
  /** Of the target, exact. */
  readonly feed: Feed;
  readonly own: OwnWrites;
  readonly client: (side: Side) => Promise<ZooKeeperClient>;
  /** Null when the target's path is none of ours. */
  readonly toSource: (path: string) => string | null;
  readonly shadows: Shadows;
  readonly offsets: OffsetStore;
  readonly spec: RestoreRequest["spec"];
  /** Nothing waits for the target, and every transaction of the source up to this zxid has been followed; null: not so. */
  readonly quietAt: () => bigint | null;
  /** Applies it in order with everything else, or not at all when the target has changed meanwhile. */
  readonly bring: (ops: readonly TargetOp[]) => void;
  readonly overruled: (kind: ConflictRecord["kind"], path: string, target: LiveNode | null) => Promise<void>;
  readonly log: (text: string) => void;
  /** Steady clock, milliseconds. */
  readonly now: () => number;
}

interface Suspect {
  due: number;
  looks: number;
  reported: boolean;
}

const ROUND_MS = 250;
/** Milliseconds between a write and the first look, and between looks. */
const QUIET_MS = 300;
/** The servers of both sides reap containers and TTL znodes themselves, seldom in the same minute. */
const REAPED_MS = 120_000;
/** Looks at one path before it is left as it is. */
const MOST_LOOKS = 20;
const ROUND = 50;
/** Paths kept in mind; beyond that the sides must be compared. */
const MOST_SUSPECTS = 100_000;

export class Guard implements FeedListener {
  private readonly suspects = new Map<string, Suspect>();
  /** Differ, and cannot be made right. */
  private readonly unsettled = new Set<string>();
  private foreign = 0;
  private restored = 0;
  /** Why not everything is known, for people. */
  private gap: string | null = null;
  private position: bigint;
  private timer: NodeJS.Timeout | null = null;
  private looking = false;

  /** @param from zxid of the target up to which its writes are known */
  constructor(
    private readonly context: GuardContext,
    from: bigint,
  ) {
    this.position = from;
  }

  start(): void {
    this.context.feed.start(this.position, this);
    this.timer = setInterval(() => void this.round().catch(() => {}), ROUND_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.context.feed.stop();
  }

  get status(): GuardStatus {
    const { foreign, restored, unsettled, gap, suspects } = this;
    const { server } = this.context.feed;
    const [example = null] = unsettled;
    const [waiting, differing] = [suspects.size, unsettled.size];
    return { server, foreign, restored, waiting, differing, example, gap };
  }

  onTransaction(transaction: Transaction): void {
    const { body, zxid, session } = transaction;
    this.position = zxid;
    if (this.context.own.read(transaction) !== null) return;
    // Session 0 is the server itself.
    const wait = session === 0n ? REAPED_MS : QUIET_MS;
    if (body.kind === "changes") for (const { path } of body.changes) this.suspect(path, wait);
    if (body.kind === "close-session") for (const path of body.paths ?? []) this.suspect(path, wait);
  }

  onSnapshotBegin(zxid: bigint): void {
    this.miss(`what was written between ${hex(this.position)} and ${hex(zxid)} is not known`);
  }

  onSnapshotNode(_node: SnapshotNode): void {}

  onSnapshotEnd(): void {}

  onCurrent(zxid: bigint): void {
    this.position = zxid;
  }

  onHead(): void {}

  onLost(): void {}

  onFailed({ reason }: FeedFailure): void {
    this.miss(`the target is not watched any more: ${reason}`);
  }

  private miss(reason: string): void {
    this.gap = reason;
    this.context.log(`target: ${reason}; \`ferry sync verify\` compares the sides`);
  }

  private suspect(path: string, wait: number): void {
    if (this.context.toSource(path) === null) return;
    this.foreign++;
    this.look(path, wait);
  }

  private look(path: string, wait: number): void {
    const due = this.context.now() + wait;
    const known = this.suspects.get(path);
    if (known !== undefined) known.due = due;
    else if (this.suspects.size < MOST_SUSPECTS) {
      this.suspects.set(path, { due, looks: 0, reported: false });
    } else if (this.gap === null) this.miss(`more than ${MOST_SUSPECTS} znodes were written by others`);
  }

  private async round(): Promise<void> {
    if (this.looking || this.suspects.size === 0) return;
    this.looking = true;
    try {
      const now = this.context.now();
      const due = [...this.suspects].filter(([, { due: at }]) => at <= now).slice(0, ROUND);
      // Parents first: a child can only be made below one.
      for (const [path, suspect] of due.sort(([one], [other]) => one.length - other.length)) {
        await this.settle(path, suspect);
      }
    } finally {
      this.looking = false;
    }
  }

  private async settle(path: string, suspect: Suspect): Promise<void> {
    const { client, toSource, shadows, offsets, spec, quietAt } = this.context;
    const own = toSource(path);
    if (own === null) return;
    const target = await readNode(await client("b"), path);
    const source = await readNode(await client("a"), own);
    // What the source has just written must be on its way first, or it would be undone as somebody else's.
    const at = quietAt();
    if (at === null || (source !== null && (source.stat.mzxid > at || source.stat.czxid > at))) return;
    const isShadow = shadows.has(path);
    const found = restoration({ path, source, target, offset: offsets.of(path), isShadow, spec });
    if (found.kind === "level") {
      this.suspects.delete(path);
      this.unsettled.delete(path);
      return;
    }
    suspect.looks++;
    suspect.due = this.context.now() + QUIET_MS;
    await this.act(path, suspect, found, target);
    if (source !== null && target === null) await this.childrenOf(path, own);
  }

  private async act(
    path: string,
    suspect: Suspect,
    found: Restoration,
    target: LiveNode | null,
  ): Promise<void> {
    if (suspect.looks > MOST_LOOKS || found.kind === "left") {
      this.leave(path, found.kind === "left" ? found.reason : "it changes all the time");
      return;
    }
    if (found.kind === "children-first") {
      for (const child of await descendants(await this.context.client("b"), path)) this.look(child, 0);
      return;
    }
    if (found.kind !== "ahead" && found.kind !== "restore") return;
    this.context.offsets.set(path, found.offset);
    if (found.kind === "ahead") return;
    this.context.bring(found.ops);
    if (suspect.reported) return;
    suspect.reported = true;
    this.restored++;
    await this.context.overruled(found.conflict, path, target);
  }

  /** Made again with what the source has below it. */
  private async childrenOf(path: string, own: string): Promise<void> {
    const { children } = await (await this.context.client("a")).getChildren(own);
    for (const name of children) this.look(`${path}/${name}`, QUIET_MS);
  }

  private leave(path: string, reason: string): void {
    this.suspects.delete(path);
    if (!this.unsettled.has(path)) this.context.log(`${path} of the target is left as it is: ${reason}`);
    this.unsettled.add(path);
  }
}
