/** What happens on both sides, seen through observers of the benchmark's own, with the time at which it is seen. */

import { observerFeed } from "../../src/sync/engine/open-feed.js";
import type { Feed, FeedListener } from "../../src/sync/feed/feed.js";
import type { Side, SyncSpec } from "../../src/sync/spec.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { Transaction } from "../../src/zookeeper/learner/transaction.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../../test/harness/wait.js";
import { ROOT } from "./world.js";

const PREFIX = `${ROOT}/k`;

/** Calls back for each update of a key. */
class Listener implements FeedListener {
  current = false;

  constructor(private readonly onUpdate: (key: string, sentMs: number) => void) {}

  onTransaction({ body }: Transaction): void {
    if (body.kind !== "changes") return;
    for (const change of body.changes) {
      if (change.kind !== "setData" || !change.path.startsWith(PREFIX)) continue;
      const sentMs = change.data === null || change.data.length < 8 ? 0 : change.data.readDoubleBE();
      this.onUpdate(`${change.path}:${change.version}`, sentMs);
    }
  }
  onCurrent(): void {
    this.current = true;
  }
  onSnapshotBegin(): void {}
  onSnapshotNode(): void {}
  onSnapshotEnd(): void {}
  onHead(): void {}
  onLost(): void {}
  onFailed(): void {}
}

export class Follower {
  /** Updates of keys seen on each side. */
  readonly seen: Record<Side, number> = { a: 0, b: 0 };
  /** When the last one was seen, milliseconds since the epoch. */
  readonly lastAt: Record<Side, number> = { a: 0, b: 0 };
  /** Source's commit seen → target's commit seen, milliseconds. */
  lags: number[] = [];
  /** Sent by the writer → target's commit seen. */
  fromSend: number[] = [];
  private readonly pending = new Map<string, number>();
  private feeds: Feed[] = [];
  private clients: ZooKeeperClient[] = [];

  async start(spec: SyncSpec): Promise<void> {
    const listeners = await Promise.all([this.follow("a", spec), this.follow("b", spec)]);
    await waitFor("both sides are followed", 60_000, () => listeners.every(({ current }) => current));
  }

  private async follow(side: Side, spec: SyncSpec): Promise<Listener> {
    const client = await connect({ connectString: spec[side].connectString });
    const own = { ...spec[side], quorum: { ...spec[side].quorum, observerId: 0x50000001n } };
    const feed = observerFeed(own, async () => client, Math.random);
    const listener = new Listener((key, sentMs) => this.note(side, key, sentMs));
    feed.start(null, listener);
    this.feeds.push(feed);
    this.clients.push(client);
    return listener;
  }

  private note(side: Side, key: string, sentMs: number): void {
    const now = performance.timeOrigin + performance.now();
    this.seen[side]++;
    this.lastAt[side] = now;
    if (side === "a") {
      this.pending.set(key, now);
      return;
    }
    const at = this.pending.get(key);
    // Seen on the target first: the source's news is still on its way to us.
    if (at === undefined) this.lags.push(0);
    else this.lags.push(now - at);
    this.pending.delete(key);
    this.fromSend.push(now - sentMs);
  }

  /** Until every update of the source was seen on the target. */
  async drained(updates: number): Promise<void> {
    await waitFor(`${updates} updates are on the target`, 10 * 60_000, () => this.seen.b >= updates);
  }

  reset(): void {
    this.seen.a = 0;
    this.seen.b = 0;
    this.lags = [];
    this.fromSend = [];
    this.pending.clear();
  }

  async stop(): Promise<void> {
    await Promise.all(this.feeds.map((feed) => feed.stop()));
    await Promise.all(this.clients.map((client) => client.close()));
  }
}
