/** The engine is killed with SIGKILL again and again under load: nothing is skipped, doubled or reordered. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { observerFeed } from "../../src/sync/engine/open-feed.js";
import type { SyncSpec } from "../../src/sync/spec.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { EngineProcess } from "./engine-process.js";
import { FeedModel } from "./feed-model.js";
import { checkpointChain, differingHistories, histories } from "./history.js";
import { compareSides, expectSame, sideOf, specOf } from "./sync-world.js";

const killed = suite("engine killed under load");
/** 50 are the bar; the suite takes fewer, so that it stays quick. */
const KILLS = Number(process.env["FERRY_TEST_KILLS"] ?? 8);

interface Scene {
  readonly a: TestEnsemble;
  readonly b: TestEnsemble;
  readonly writer: ZooKeeperClient;
  readonly target: ZooKeeperClient;
  readonly spec: SyncSpec;
  readonly models: { readonly a: FeedModel; readonly b: FeedModel };
  /** Ends with the scene. */
  start(): EngineProcess;
  /** Random writes: `burst` makes some hundred, `finish` waits until all are on the target. */
  load(seed: number): Promise<{ burst: () => Promise<void>; finish: () => Promise<void> }>;
}

/** Two ensembles, both followed by feeds of our own from their first transaction. */
async function scene(name: string, play: (scene: Scene) => Promise<void>): Promise<void> {
  const [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
  const [writer, target] = await Promise.all([
    connect({ connectString: a.connectString }),
    connect({ connectString: b.connectString }),
  ]);
  const spec = specOf(sideOf("a", a), sideOf("b", b), { name });
  const models = { a: new FeedModel(), b: new FeedModel() };
  const feeds = {
    a: observerFeed(spec.a, async () => writer, Math.random),
    b: observerFeed(spec.b, async () => target, Math.random),
  };
  const engines: EngineProcess[] = [];
  const start = () => {
    const engine = new EngineProcess(spec);
    engines.push(engine);
    return engine;
  };
  const load = async (seed: number) => {
    const workload = new Workload({ client: writer, root: "/w", seed, extended: true, ephemerals: true });
    await workload.prepare();
    const finish = async () => {
      const { path } = await writer.create("/w/marker-", null, { mode: "persistent-sequential" });
      const there = () => models.a.nodes.has(path) && models.b.nodes.has(path);
      await waitFor(`${path} is on both sides`, 60_000, there);
    };
    return { burst: () => workload.run(400, 16), finish };
  };
  try {
    feeds.a.start(null, models.a);
    feeds.b.start(null, models.b);
    const current = () => models.a.current !== null && models.b.current !== null;
    await waitFor("both sides are followed", 30_000, current);
    await play({ a, b, writer, target, spec, models, start, load });
  } finally {
    await Promise.all(engines.map((engine) => engine.kill()));
    await Promise.all([feeds.a.stop(), feeds.b.stop(), writer.close(), target.close()]);
    await Promise.all([a.close(), b.close()]);
  }
}

/** Equal now, and by the same steps; the chain of checkpoints is whole. */
async function expectExact({ a, b, models, spec }: Scene): Promise<number> {
  expectSame(await compareSides(a, b, "/w", "/w"));
  const chain = checkpointChain(models.b.transactions, `/ferry/sync/${spec.name}/a-to-b/checkpoint`);
  assert.equal(chain.faults, []);
  const [left, right] = [histories(models.a.transactions, "/w"), histories(models.b.transactions, "/w")];
  assert.ok(left.size > 50, `${left.size} paths`);
  assert.equal(differingHistories(left, right), []);
  return chain.links;
}

killed("goes on from where it was, each time", () =>
  scene("killed", async (play) => {
    const { models, start, load } = play;
    let engine = start();
    await waitFor("the first copy is done", 30_000, () => engine.log.includes("compared"));
    const { burst, finish } = await load(11);
    for (let kill = 0; kill < KILLS; kill++) {
      const before = models.b.transactions.length;
      const writing = burst();
      await waitFor(
        "work is under way",
        30_000,
        () => models.b.transactions.length > before + 20 + 30 * (kill % 5),
      );
      await engine.kill("SIGKILL");
      engine = start();
      await writing;
    }
    await finish();
    assert.ok((await expectExact(play)) > KILLS);
  }),
);

killed("another engine takes over, and one that was paused changes nothing when it wakes", () =>
  scene("paused", async (play) => {
    const { models, start, load } = play;
    const engines = [start()];
    await waitFor("the first copy is done", 30_000, () => engines[0]?.log.includes("compared"));
    engines.push(start());
    const { burst, finish } = await load(12);
    for (let turn = 0; turn < 2; turn++) {
      const active = engines[turn % 2];
      const other = engines[(turn + 1) % 2];
      const before = models.b.transactions.length;
      const writing = burst();
      await waitFor("work is under way", 30_000, () => models.b.transactions.length > before + 50);
      const said = other?.log.length ?? 0;
      active?.signal("SIGSTOP");
      await waitFor("the other one is active", 30_000, () =>
        other?.log.slice(said).includes("active, epoch"),
      );
      active?.signal("SIGCONT");
      await waitFor("the first one steps down", 30_000, () =>
        active?.log.includes("another engine has taken over"),
      );
      await writing;
    }
    await finish();
    await expectExact(play);
  }),
);

killed("in both directions too, with writers on both sides", async () => {
  const [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
  const clients = await Promise.all([a, b].map(({ connectString }) => connect({ connectString })));
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "both",
    bidirectional: true,
    conflicts: { strategy: "last-write-wins", alertPerMinute: 1_000_000 },
  });
  await clients[0]?.create("/w", null);
  let engine = new EngineProcess(spec);
  try {
    await waitFor("both copies are done", 30_000, () => engine.log.split("compared").length > 2);
    // Each side writes below a folder of its own, and both below a third one.
    const workloads = clients.flatMap((client, side) =>
      [`/w/${side}`, "/w/both"].map(
        (root) =>
          new Workload({ client, root, seed: 40 + side, extended: false, ephemerals: root !== "/w/both" }),
      ),
    );
    for (const workload of workloads) await workload.prepare();
    for (let kill = 0; kill < Math.min(KILLS, 5); kill++) {
      await Promise.all(workloads.map((workload) => workload.run(60, 4)));
      const writing = Promise.all(workloads.map((workload) => workload.run(60, 4)));
      await engine.kill("SIGKILL");
      await writing;
      engine = new EngineProcess(spec);
    }
    await Promise.all(workloads.map((workload) => workload.run(50, 4)));
    let differences: readonly string[] = [];
    await waitFor("both sides are equal", 60_000, async () => {
      const fields = ["data", "acl", "version"];
      differences = (await compareSides(a, b, "/w", "/w", undefined, fields)).differences;
      return differences.length === 0;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${differences.join("\n")}\n${engine.log}`);
    });
  } finally {
    await engine.kill();
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all([a.close(), b.close()]);
  }
});

killed.run();
