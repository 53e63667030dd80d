/** What happens on both sides, seen through observers of the benchmark's own, with the time at which it is seen. */

import { observerFeed } from "../../src/sync/engine/open-feed.js";
import type { Feed, FeedListener } from "../../src/sync/feed/feed.js";
import type { Side, SyncSpec } from "../../src/sync/spec.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { Transaction } from "../../src/zookeeper/learner/transaction.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../../test/harness/wait.js";
import { clockMs, DATA_BYTES, INDEX_AT, ROOT, RUN_AT } from "./world.js";

const PREFIX = `${ROOT}/k`;

/** Calls back for each update of a key. */
class Listener implements FeedListener {
  current = false;

  constructor(private readonly onUpdate: (data: Buffer) => void) {}

  onTransaction({ body }: Transaction): void {
    if (body.kind !== "changes") return;
    for (const change of body.changes) {
      if (change.kind !== "setData" || !change.path.startsWith(PREFIX)) continue;
      if (change.data?.length === DATA_BYTES) this.onUpdate(change.data);
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
  /** Updates of the present load that each side has had. */
  readonly seen: Record<Side, number> = { a: 0, b: 0 };
  /** When the last one was seen, by clockMs. */
  readonly lastAt: Record<Side, number> = { a: 0, b: 0 };
  /** When each was seen, by its index. */
  readonly at: Record<Side, number[]> = { a: [], b: [] };
  private run = 0;
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
    const listener = new Listener((data) => this.note(side, data));
    feed.start(null, listener);
    this.feeds.push(feed);
    this.clients.push(client);
    return listener;
  }

  private note(side: Side, data: Buffer): void {
    if (data.readUInt32BE(RUN_AT) !== this.run) return;
    const now = clockMs();
    this.seen[side]++;
    this.lastAt[side] = now;
    this.at[side][data.readUInt32BE(INDEX_AT)] = now;
  }

  /** Until every update of the source was seen on the target. */
  async drained(updates: number): Promise<void> {
    await waitFor(`${updates} updates are on the target`, 10 * 60_000, () => this.seen.b >= updates);
  }

  /** From now on only updates of this load count. */
  reset(run: number): void {
    this.run = run;
    this.seen.a = 0;
    this.seen.b = 0;
    this.at.a = [];
    this.at.b = [];
  }

  async stop(): Promise<void> {
    await Promise.all(this.feeds.map((feed) => feed.stop()));
    await Promise.all(this.clients.map((client) => client.close()));
  }
}
