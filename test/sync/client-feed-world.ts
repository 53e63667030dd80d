/**
 * What the tests of the feeds over client watches share: one real server behind a proxy, a feed through the proxy, a writer
 * beside it, and a model that is as strict about order as a target would be.
 */
import * as assert from "uvu/assert";
import type { ClientFeed, ClientFeedOptions } from "../../src/sync/feed/client-feed.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { SnapshotNode, Transaction } from "../../src/zookeeper/learner/transaction.js";
import type { ConnectOptions, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { TestProxy } from "../harness/zookeeper-proxy.js";
import { type IndependentReader, independentReader } from "../harness/zookeeper-reader.js";
import { FeedModel } from "./feed-model.js";

/** Refuses what a target would refuse, and counts the versions nobody saw. */
export class StrictModel extends FeedModel {
  /** Versions of znodes that were skipped. */
  skipped = 0;
  reports = 0;
  readonly faults: string[] = [];

  override onSnapshotNode(node: SnapshotNode): void {
    this.reports++;
    if (node.path !== "/" && !this.nodes.has(parentOf(node.path)))
      this.faults.push(`${node.path} came first`);
    super.onSnapshotNode(node);
  }

  override onTransaction(transaction: Transaction): void {
    this.reports++;
    if (transaction.zxid < this.zxid) this.faults.push(`zxid ${transaction.zxid} after ${this.zxid}`);
    const { body } = transaction;
    if (body.kind !== "changes") this.faults.push(`a ${body.kind} was made up`);
    else if (body.changes[0]?.kind === "create") this.checkCreate(body.changes[0].path);
    else for (const change of body.changes) this.checkOther(change.kind, change.path);
    const [change] = body.kind === "changes" ? body.changes : [];
    if (change?.kind === "setData") {
      this.skipped += change.version - (this.nodes.get(change.path)?.version ?? 0) - 1;
    }
    super.onTransaction(transaction);
  }

  private checkCreate(path: string): void {
    if (this.nodes.has(path)) this.faults.push(`${path} was created twice`);
    if (!this.nodes.has(parentOf(path))) this.faults.push(`${path} was created before its parent`);
  }

  private checkOther(kind: string, path: string): void {
    if (!this.nodes.has(path)) this.faults.push(`${kind} of ${path}, which is not there`);
    const below = [...this.nodes.keys()].find((other) => other.startsWith(`${path}/`));
    if (kind === "delete" && below !== undefined) this.faults.push(`${path} was deleted before ${below}`);
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

export type MakeFeed = (options: ClientFeedOptions) => ClientFeed;

/** So long that no scan repairs what an event should have told. */
export const NO_SCAN = 3_600_000;

export interface FeedOptions extends Partial<ConnectOptions> {
  readonly roots?: readonly string[];
  readonly exclude?: readonly string[];
  readonly aclScanMs?: number;
}

/** Everything is closed by `close`, also what was made on the way. */
export class FeedWorld {
  /** Sessions the feeds have opened, in order. */
  readonly sessions: ZooKeeperClient[] = [];
  private readonly feeds: ClientFeed[] = [];

  private constructor(
    readonly ensemble: TestEnsemble,
    readonly proxy: TestProxy,
    readonly writer: ZooKeeperClient,
    readonly reader: IndependentReader,
    private readonly make: MakeFeed,
  ) {}

  static async start(version: string, make: MakeFeed): Promise<FeedWorld> {
    const ensemble = await startEnsemble({ version, size: 1 });
    const proxy = await TestProxy.start(ensemble.server(1).plan.clientPort);
    const writer = await connect({ connectString: ensemble.connectString, sessionTimeoutMs: 10_000 });
    const reader = await independentReader(ensemble.connectString);
    return new FeedWorld(ensemble, proxy, writer, reader, make);
  }

  /** A feed through the proxy; `/w` unless told otherwise. */
  feed({ roots, exclude, aclScanMs, ...options }: FeedOptions = {}): ClientFeed {
    const feed = this.make({
      connect: async (signal) => {
        const client = await connect({ connectString: this.proxy.address, ...options, signal });
        this.sessions.push(client);
        return client;
      },
      roots: roots ?? ["/w"],
      exclude: exclude ?? [],
      aclScanMs: aclScanMs ?? 300,
    });
    this.feeds.push(feed);
    return feed;
  }

  /** Started, with its snapshot told. */
  async followed(options: FeedOptions = {}): Promise<{ feed: ClientFeed; model: StrictModel }> {
    const feed = this.feed(options);
    const model = new StrictModel();
    feed.start(null, model);
    await waitFor("the feed is current", 30_000, () => model.current !== null);
    return { feed, model };
  }

  /**
   * Waits until model and independent reader agree on everything below `root`: data, versions, owners and, unless the feed
   * has no time to scan for them, ACLs.
   */
  async untilEqual(model: StrictModel, root = "/w", acls = true): Promise<number> {
    const count = await waitFor(`the model equals ${root}`, 60_000, async () => {
      const count = await this.compare(model, root, acls);
      const held = [...model.nodes.keys()].filter((path) => path === root || path.startsWith(`${root}/`));
      assert.equal(held.length, count, "as many znodes");
      return count + 1;
    });
    assert.equal(model.faults, []);
    assert.is(model.failure, null);
    return count - 1;
  }

  private async compare(model: StrictModel, path: string, acls: boolean): Promise<number> {
    const [live, held] = [await this.reader.read(path), model.nodes.get(path)];
    if (live === null && held === undefined) return 0;
    if (live === null || held === undefined) throw new Error(`${path} is on one side only`);
    const text = (data: Buffer | null) => (data ?? Buffer.alloc(0)).toString("hex");
    assert.is(text(held.data), text(live.data), `data of ${path}`);
    if (acls) assert.equal(held.acl, live.acl, `ACL of ${path}`);
    assert.is(held.version, live.stat.version, `version of ${path}`);
    if (acls) assert.is(held.aversion, live.stat.aversion, `aversion of ${path}`);
    assert.is(held.owner, live.stat.ephemeralOwner, `owner of ${path}`);
    let count = 1;
    for (const name of live.children) count += await this.compare(model, `${path}/${name}`, acls);
    return count;
  }

  async stopFeeds(): Promise<void> {
    await Promise.all(this.feeds.splice(0).map((feed) => feed.stop()));
  }

  async close(): Promise<void> {
    await this.stopFeeds();
    this.reader.close();
    await this.writer.close();
    this.proxy.close();
    await this.ensemble.close();
  }
}
