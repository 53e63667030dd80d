/**
 * Follows the chosen subtrees over one connection: watches first, then a walk as the snapshot, then a look at each znode an
 * event names, and a scan for what raises no event. It ends with the connection: watches do not tell what they missed.
 */
import { parentPath } from "../../zookeeper/path.js";
import type { WatchEvent, Watcher, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { FeedFailure, FeedListener } from "./feed.js";
import type { FeedScope } from "./feed-scope.js";
import { LookQueue, type Mark } from "./look-queue.js";
import { lookAt, type NodeState, type PresentNode } from "./node-state.js";
import { Orphans } from "./orphans.js";
import { scanStats } from "./scan-stats.js";
import { SnapshotWalk } from "./snapshot-walk.js";
import { SyntheticTransactions, type ZxidClock } from "./synthetic-transactions.js";

/** How a feed has its events sent. */
export interface WatchStyle {
  /** Each look leaves one-shot watches on content and children. */
  readonly oneShot: boolean;
  /** Sets what lasts, before the walk. Rejects with ZooKeeperError. */
  prepare(client: ZooKeeperClient, scope: FeedScope, watcher: Watcher): Promise<void>;
}

export interface FollowContext {
  readonly client: ZooKeeperClient;
  readonly scope: FeedScope;
  readonly style: WatchStyle;
  readonly listener: FeedListener;
  readonly clock: ZxidClock;
  /** Kept up to date here. */
  readonly unreadable: Set<string>;
  /** Milliseconds between two scans. */
  readonly aclScanMs: number;
}

export type FollowEnd =
  | { readonly kind: "lost"; readonly reason: string; readonly wasCurrent: boolean }
  | { readonly kind: "failed"; readonly failure: FeedFailure };

/** Znodes looked at at the same time: a fifth of what a server takes from all its clients. */
const LOOKS = 200;

export class TreeFollower {
  /** Resolves when it is over, for whatever reason; nothing is reported after. */
  readonly ended: Promise<FollowEnd>;
  private finish: (end: FollowEnd) => void = () => {};
  private over = false;
  private phase: "arming" | "walking" | "settling" | "current" = "arming";
  private readonly made: SyntheticTransactions;
  private readonly queue: LookQueue;
  private readonly walk: SnapshotWalk;
  /** Marked during the walk, not looked at yet: then the feed is current. */
  private readonly settling = new Set<string>();
  private readonly orphans = new Orphans();
  private scanTimer: NodeJS.Timeout | null = null;

  constructor(private readonly context: FollowContext) {
    const { clock, listener } = context;
    this.made = new SyntheticTransactions(clock, Date.now, (transaction) => {
      if (!this.over) listener.onTransaction(transaction);
    });
    this.queue = new LookQueue(LOOKS, (path, mark) => this.look(path, mark));
    this.walk = new SnapshotWalk(LOOKS, (path) => this.visit(path));
    this.ended = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  start(): void {
    void this.begin().catch((error: unknown) => this.fail(error));
  }

  hold(held: boolean): void {
    this.walk.hold(held);
  }

  /** The connection is gone. */
  disconnected(server: string): void {
    const hint =
      this.phase === "arming" ? " while watches were set (servers before 3.6 close it on lasting ones)" : "";
    const reason = `${server}: the connection was lost${hint}; everything is read again, since watches do not tell what they missed`;
    this.end({ kind: "lost", reason, wasCurrent: this.phase === "current" });
  }

  /** Ends it; a second end counts for nothing. */
  end(end: FollowEnd): void {
    if (this.over) return;
    this.over = true;
    if (this.scanTimer !== null) clearTimeout(this.scanTimer);
    this.walk.stop();
    this.queue.stop();
    this.finish(end);
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (isZooKeeperError(error, "AUTH_FAILED", "UNIMPLEMENTED")) {
      this.end({ kind: "failed", failure: refusal(error.code, reason) });
    } else this.end({ kind: "lost", reason, wasCurrent: this.phase === "current" });
  }

  private async begin(): Promise<void> {
    const { client, scope, style, listener, clock, unreadable } = this.context;
    await style.prepare(client, scope, this.onEvent);
    // A follower may lag: what another server has shown us already must not be unsaid.
    await client.sync("/");
    if (this.over) return;
    this.phase = "walking";
    unreadable.clear();
    listener.onSnapshotBegin(clock.zxid, null);
    await this.walk.run("/");
    if (this.over) return;
    listener.onSnapshotEnd(clock.zxid);
    this.phase = "settling";
    for (const path of this.queue.pending) this.settling.add(path);
    this.queue.start();
    this.settle();
  }

  private readonly onEvent = (event: WatchEvent): void => {
    const { scope, style, listener } = this.context;
    if (this.over || event.type === "removed" || scope.place(event.path) === "out") return;
    if (event.zxid !== undefined) listener.onHead(event.zxid);
    // With lasting watches each child tells of itself.
    if (event.type === "children" && !style.oneShot) return;
    this.queue.mark(event.path, { children: false, deleted: event.type === "deleted" });
  };

  private async visit(path: string): Promise<readonly string[]> {
    const { client, scope, style, listener, unreadable } = this.context;
    const place = scope.place(path);
    if (place === "out" || this.over) return [];
    const children = style.oneShot || place === "in";
    const state = await lookAt(client, { path, children, parent: false, watcher: this.watcher });
    if (this.over || state.kind === "gone") return [];
    const onTheWay = place === "way" ? scope.next(path) : [];
    if (state.kind === "forbidden") {
      unreadable.add(path);
      return onTheWay;
    }
    listener.onSnapshotNode(this.made.snapshotNode(path, state));
    return [...new Set([...(state.children ?? []), ...onTheWay])];
  }

  private get watcher(): Watcher | undefined {
    return this.context.style.oneShot ? this.onEvent : undefined;
  }

  private async look(path: string, mark: Mark): Promise<void> {
    const { client, style } = this.context;
    const children = style.oneShot || mark.children;
    const parent = mark.deleted || !this.made.tree.has(path);
    try {
      const state = await lookAt(client, { path, children, parent, watcher: this.watcher });
      if (!this.over) this.take(path, mark, state);
    } catch (error) {
      this.fail(error);
    }
  }

  private take(path: string, mark: Mark, state: NodeState): void {
    // First: what is marked again from here on counts anew.
    this.settling.delete(path);
    if (state.kind === "node") this.takePresent(path, mark, state);
    else if (state.kind === "gone") {
      this.context.unreadable.delete(path);
      this.orphans.drop(path);
      this.made.gone(path, state.parent);
    } else this.takeForbidden(path);
    this.settle();
  }

  /** What was known of it stays: it is still there. */
  private takeForbidden(path: string): void {
    const { scope, unreadable } = this.context;
    unreadable.add(path);
    if (scope.place(path) !== "way") {
      this.orphans.drop(path);
      return;
    }
    for (const child of [...this.orphans.release(path), ...scope.next(path)]) this.again(child, true);
  }

  private takePresent(path: string, mark: Mark, state: PresentNode): void {
    const { tree } = this.made;
    const { unreadable } = this.context;
    const parent = parentPath(path);
    const isNew = !tree.has(path);
    if (isNew && parent !== null && !this.isPassable(parent)) {
      // Below a znode that may not be read nothing can be told: its parent would be missing.
      if (unreadable.has(parent)) return;
      this.orphans.add(parent, path);
      this.again(parent, false);
      return;
    }
    const wasHidden = unreadable.delete(path);
    for (const lost of this.made.present(path, state)) this.again(lost, false);
    if (isNew) for (const child of this.orphans.release(path)) this.again(child, false);
    if (state.children !== null) this.takeChildren(path, mark, state.children);
    else if (wasHidden) this.again(path, true);
  }

  private takeChildren(path: string, mark: Mark, children: readonly string[]): void {
    const { scope, unreadable } = this.context;
    const { tree } = this.made;
    const there = new Set(children);
    for (const child of children) {
      if (scope.place(child) === "out" || tree.has(child)) continue;
      if (mark.children || !unreadable.has(child)) this.again(child, mark.children);
    }
    for (const child of tree.children(path)) if (!there.has(child)) this.again(child, false);
  }

  private isPassable(parent: string): boolean {
    const { scope, unreadable } = this.context;
    return this.made.tree.has(parent) || (unreadable.has(parent) && scope.place(parent) === "way");
  }

  private again(path: string, children: boolean): void {
    if (this.phase === "settling") this.settling.add(path);
    this.queue.mark(path, { children, deleted: false });
  }

  private settle(): void {
    if (this.phase !== "settling" || this.settling.size > 0 || this.over) return;
    this.phase = "current";
    this.context.listener.onCurrent(this.context.clock.zxid);
    this.scanLater();
  }

  private scanLater(): void {
    if (this.over) return;
    const scan = () => this.scan().catch((error: unknown) => this.fail(error));
    this.scanTimer = setTimeout(() => void scan(), this.context.aclScanMs);
  }

  private async scan(): Promise<void> {
    const { client, scope, unreadable } = this.context;
    await scanStats(client, this.made.tree, {
      isOver: () => this.over,
      onDifferent: (path) => this.again(path, false),
      // On the way to a root most children are none of ours.
      onOtherChildren: (path) => {
        if (scope.place(path) === "in") this.again(path, true);
      },
    });
    if (this.over) return;
    for (const path of unreadable) this.again(path, true);
    this.scanLater();
  }
}

function refusal(code: string, reason: string): FeedFailure {
  const remedy =
    code === "UNIMPLEMENTED"
      ? "Choose feed: classic for servers before 3.6, feed: observer where their quorum port can be reached, or upgrade them"
      : "Check the credentials of this side (auth, sasl, tls)";
  return { kind: "refused", reason, remedy };
}
