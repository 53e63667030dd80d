/** The observer feed on every version: whole, in order, through a change of leader, after joining in the middle. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ObserverFeed } from "../../src/sync/feed/observer-feed.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { independentReader } from "../harness/zookeeper-reader.js";
import { FeedModel } from "./feed-model.js";

const observer = suite("observer feed");

function feedOf(ensemble: TestEnsemble): ObserverFeed {
  const servers = ensemble.servers.map((server) => ({ host: "127.0.0.1", port: server.plan.quorumPort }));
  return new ObserverFeed({
    servers: async () => servers,
    tls: null,
    authenticate: null,
    observerId: 0x40000001n,
    random: Math.random,
  });
}

/** Everything below `root`: model and independent reader agree on content, ACL and versions. */
async function expectEqual(model: FeedModel, ensemble: TestEnsemble, root: string): Promise<number> {
  const reader = await independentReader(ensemble.connectString);
  const visit = async (path: string): Promise<number> => {
    const live = await reader.read(path);
    const held = model.nodes.get(path);
    if (live === null || held === undefined) throw new Error(`${path}: on one side only`);
    assert.ok(
      (live.data ?? null) === null
        ? held.data === null || held.data.length === 0
        : held.data?.equals(live.data ?? Buffer.alloc(0)),
      `data of ${path}`,
    );
    assert.equal(held.acl, live.acl, `ACL of ${path}`);
    assert.is(held.version, live.stat.version, `version of ${path}`);
    assert.is(held.aversion, live.stat.aversion, `aversion of ${path}`);
    assert.is(
      held.cversion,
      (live.stat.cversion + live.stat.numChildren) / 2,
      `children ever made below ${path}`,
    );
    const counts = await Promise.all(live.children.map((name) => visit(`${path}/${name}`)));
    return counts.reduce((sum, count) => sum + count, 1);
  };
  try {
    const count = await visit(root);
    const below = [...model.nodes.keys()].filter((path) => path === root || path.startsWith(`${root}/`));
    assert.is(below.length, count, "the model has no znode too many");
    return count;
  } finally {
    reader.close();
  }
}

/** Waits until the model has seen a write made now. */
async function caughtUp(model: FeedModel, client: ZooKeeperClient): Promise<void> {
  const { path } = await client.create("/marker-", null, { mode: "persistent-sequential" });
  await waitFor(`the feed shows ${path}`, 30_000, () => model.nodes.has(path));
}

const VERSIONS = [
  ["3.4.14", 3],
  ["3.5.10", 1],
  ["3.6.4", 1],
  ["3.7.2", 1],
  ["3.8.4", 3],
  ["3.9.4", 1],
] as const;

for (const [version, size] of VERSIONS) {
  observer(`${version}: a random history arrives whole, also for one who joins late`, async () => {
    const ensemble = await startEnsemble({ version, size });
    const client = await connect({ connectString: ensemble.connectString });
    const early = new FeedModel();
    const late = new FeedModel();
    const feeds = [feedOf(ensemble), feedOf(ensemble)] as const;
    try {
      feeds[0].start(null, early);
      await waitFor("the first feed is current", 30_000, () => early.current !== null);
      const writer = await connect({ connectString: ensemble.connectString });
      const workload = new Workload({
        client: writer,
        root: "/w",
        seed: 1,
        extended: size === 1 || version === "3.8.4",
        ephemerals: true,
      });
      await workload.prepare();
      await workload.run(600);
      feeds[1].start(null, late);
      await workload.run(600);
      await writer.close(); // takes its ephemerals along
      await caughtUp(early, client);
      await caughtUp(late, client);
      await waitFor("the late feed is current", 30_000, () => late.current !== null);
      assert.is(early.failure, null);
      assert.is(late.failure, null);
      const count = await expectEqual(early, ensemble, "/w");
      assert.ok(count > 10);
      await expectEqual(late, ensemble, "/w");
      assert.ok(
        early.transactions.some(({ type }) => type === 14),
        "multis among them",
      );
      assert.ok(
        early.transactions.some(({ body }) => body.kind === "failed"),
        "failed ones among them",
      );
      const zxids = early.transactions.map(({ zxid }) => zxid & 0xffffffffn);
      assert.ok(
        zxids.every((zxid, at) => at === 0 || zxid === (zxids[at - 1] ?? 0n) + 1n),
        "no zxid is missing",
      );
      if (version !== "3.4.14" && version !== "3.5.10") {
        assert.ok(
          early.transactions
            .filter(({ body }) => body.kind !== "failed")
            .every(({ digest }) => digest !== null),
        );
      }
    } finally {
      await Promise.all(feeds.map((feed) => feed.stop()));
      await client.close();
      await ensemble.close();
    }
  });
}

observer("goes on by itself when the leader is killed, with nothing missing", async () => {
  const ensemble = await startEnsemble({ version: "3.8", size: 3 });
  const client = await connect({ connectString: ensemble.connectString });
  const model = new FeedModel();
  const feed = feedOf(ensemble);
  try {
    feed.start(null, model);
    await waitFor("the feed is current", 30_000, () => model.current !== null);
    const workload = new Workload({ client, root: "/w", seed: 2, extended: true, ephemerals: false });
    await workload.prepare();
    const modes = await Promise.all(ensemble.servers.map((server) => server.mode()));
    const leader = ensemble.servers[modes.indexOf("leader")];
    const writing = workload.run(3_000, 8);
    await waitFor("some writes have arrived", 30_000, () => model.transactions.length > 300);
    await leader?.kill("SIGKILL");
    await writing;
    await caughtUp(model, client);
    assert.is(model.failure, null);
    assert.is(model.snapshots, 1, "it went on by DIFF");
    assert.ok(model.lost.length > 0);
    await expectEqual(model, ensemble, "/w");
  } finally {
    await feed.stop();
    await client.close();
    await ensemble.close();
  }
});

observer("stops before a history that is not its own", async () => {
  const ensemble = await startEnsemble({ version: "3.8", size: 1 });
  const client = await connect({ connectString: ensemble.connectString });
  const model = new FeedModel();
  const feed = feedOf(ensemble);
  try {
    const { stat } = await client.create("/x", null, { withStat: true });
    feed.start((stat?.czxid ?? 0n) + 1000n, model);
    await waitFor("the feed has failed", 30_000, () => model.failure !== null);
    assert.is(model.failure?.kind, "truncated");
    assert.is(model.transactions.length, 0);
  } finally {
    await feed.stop();
    await client.close();
    await ensemble.close();
  }
});

observer.run();
