/**
 * Two real ensembles between which engines work, both followed from their first transaction by feeds of our own, so that
 * afterwards what happened on one side can be compared with what happened on the other, step by step.
 */
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

export interface Scene {
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
export async function scene(name: string, play: (scene: Scene) => Promise<void>): Promise<void> {
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
export async function expectExact({ a, b, models, spec }: Scene): Promise<number> {
  expectSame(await compareSides(a, b, "/w", "/w"));
  const chain = checkpointChain(models.b.transactions, `/ferry/sync/${spec.name}/a-to-b/checkpoint`);
  assert.equal(chain.faults, []);
  const [left, right] = [histories(models.a.transactions, "/w"), histories(models.b.transactions, "/w")];
  assert.ok(left.size > 50, `${left.size} paths`);
  assert.equal(differingHistories(left, right), []);
  return chain.links;
}
