/** What a direction makes of its feed between the moments that tests with real servers can hit at will. */
import { tmpdir } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OffsetStore } from "../../../src/sync/apply/offset-store.js";
import { Offsets } from "../../../src/sync/apply/offsets.js";
import { controlPaths } from "../../../src/sync/control/layout.js";
import { Direction } from "../../../src/sync/direction/direction.js";
import type { Feed, FeedListener } from "../../../src/sync/feed/feed.js";
import { TransactionSpool } from "../../../src/sync/spool/transaction-spool.js";
import { Shadows } from "../../../src/sync/translate/shadows.js";
import { TreeIndex } from "../../../src/sync/tree/tree-index.js";
import type { Transaction } from "../../../src/zookeeper/learner/transaction.js";
import type { MultiOp, ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { sideOf, specOf } from "../sync-world.js";

const direction = suite("one direction");

const runners: Direction[] = [];
direction.after.each(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
});

class HandFeed implements Feed {
  readonly kind = "observer";
  readonly quality = { exact: true, losses: [] };
  readonly unreadable = new Set<string>();
  readonly server = "hand:2888";
  listener: FeedListener | null = null;
  from: bigint | null = null;
  start(from: bigint | null, listener: FeedListener): void {
    this.from = from;
    this.listener = listener;
  }
  hold(): void {}
  async stop(): Promise<void> {}
}

interface Scene {
  readonly feed: HandFeed;
  readonly runner: Direction;
  /** Multis that reached the target. */
  readonly sent: (readonly MultiOp[])[];
}

/** Goes on from zxid 10; a copy never gets further than its first question to the source. */
function scene(): Scene {
  const feed = new HandFeed();
  const sent: (readonly MultiOp[])[] = [];
  const client = {
    multi: async (ops: readonly MultiOp[]) => {
      sent.push(ops);
      return [];
    },
  } as unknown as ZooKeeperClient;
  const side = sideOf("x", { connectString: "x:2181" } as Parameters<typeof sideOf>[1]);
  const record = { format: 1, zxid: "0xa", source: "", engine: "e", timeMs: 0, transactions: 0 } as const;
  const runner = new Direction({
    name: "a-to-b",
    spec: specOf(side, side),
    paths: controlPaths("test"),
    epoch: 1,
    engine: "e",
    checkpoint: { record, version: 0, mzxid: 0n },
    feed,
    index: new TreeIndex(),
    secondFeed: null,
    shadows: new Shadows(),
    skipped: new Shadows(),
    offsets: new OffsetStore(new Offsets(), async () => client, "/offsets"),
    repairer: { repair: async (ops) => ops, mustLook: () => false, look: async ({ ops }) => ops },
    target: async () => client,
    toTarget: (path) => path,
    toSource: (path) => path,
    targetRoots: ["/"],
    isHeld: () => false,
    beginCopy: null,
    seenMultis: null,
    isOwn: () => false,
    sourceNodes: () => new Promise(() => {}),
    spool: new TransactionSpool({ directory: tmpdir(), limitBytes: 0 }),
    deletableShare: 1,
    onCopying: () => {},
    onCopied: () => {},
    onStopped: (problem) => assert.unreachable(problem.message),
  });
  runners.push(runner);
  runner.start();
  return { feed, runner, sent };
}

function write(zxid: bigint): Transaction {
  const change = { kind: "setData", path: "/x", data: null, version: Number(zxid) } as const;
  return {
    zxid,
    session: 1n,
    cxid: 1,
    timeMs: 1,
    type: 5,
    body: { kind: "changes", changes: [change] },
    digest: null,
  };
}

const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

direction("goes on from its checkpoint by what comes", async () => {
  const { feed, runner, sent } = scene();
  assert.is(feed.from, 10n);
  feed.listener?.onTransaction(write(11n));
  feed.listener?.onCurrent(11n);
  await settled();
  assert.is(sent.length, 1);
  assert.is(runner.facts.position, 11n);
});

direction("what comes behind a snapshot that is not copied yet moves nothing", async () => {
  const { feed, runner, sent } = scene();
  feed.listener?.onSnapshotBegin(20n, null);
  feed.listener?.onSnapshotEnd(20n);
  feed.listener?.onTransaction(write(21n));
  feed.listener?.onCurrent(21n);
  feed.listener?.onTransaction(write(22n));
  await settled();
  assert.is(runner.state, "copying");
  assert.equal(sent, [], "the checkpoint would say that all before it has been copied");
  assert.is(runner.facts.applied, 10n);
});

direction.run();
