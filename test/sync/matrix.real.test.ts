/**
 * Every version as source and as target: a random history before, during, over a restart by DIFF and one by SNAP, exact by
 * an independent reader. Each version once on each side here; all 36 pairs with bin/test-matrix.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SyncEngine } from "../../src/sync/engine/engine.js";
import { connect } from "../../src/zookeeper/connect.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { startEnsemble } from "../harness/zookeeper.js";
import { compareSides, expectSame, sideOf, specOf, startSync } from "./sync-world.js";

const matrix = suite("versions");
const VERSIONS = ["3.4.14", "3.5.10", "3.6.4", "3.7.2", "3.8.4", "3.9.4"] as const;
type Version = (typeof VERSIONS)[number];

function pairs(): (readonly [Version, Version])[] {
  const all = VERSIONS.flatMap((source) => VERSIONS.map((target) => [source, target] as const));
  if (process.env["FERRY_TEST_MATRIX"] === "full") return all;
  // Each once on either side, old to new and new to old.
  return VERSIONS.map((source, at) => [source, VERSIONS[(at + 3) % VERSIONS.length] ?? source] as const);
}

/** 3.4 has a quorum port only with more servers than one, and as a target needs none. */
function sizeOf(version: Version, isSource: boolean): number {
  return version === "3.4.14" && isSource ? 3 : 1;
}

async function untilLevel(engine: SyncEngine, compare: () => Promise<readonly string[]>): Promise<void> {
  let last: readonly string[] = [];
  await waitFor("it is live and both sides are equal", 60_000, async () => {
    const [direction] = engine.status().directions;
    if (direction?.problem !== null && direction !== undefined) throw new Error(direction.problem.text);
    if (direction?.state !== "live" || direction.backlog > 0) return false;
    last = await compare();
    return last.length === 0;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${last.slice(0, 20).join("\n")}`);
  });
}

for (const [source, target] of pairs()) {
  matrix(`${source} to ${target}`, async () => {
    const [a, b] = await Promise.all([
      startEnsemble({ version: source, size: sizeOf(source, true) }),
      startEnsemble({ version: target, size: sizeOf(target, false) }),
    ]);
    const client = await connect({ connectString: a.connectString });
    const engines: SyncEngine[] = [];
    // Containers and TTL znodes need both sides to know them.
    const extended = source !== "3.4.14" && target !== "3.4.14";
    const spec = specOf(sideOf("a", a), sideOf("b", b), { name: "matrix" });
    const compare = async () => (await compareSides(a, b, "/w", "/w")).differences;
    const start = (fromSnapshot: boolean) => {
      const { engine } = startSync(spec, { fromSnapshot });
      engines.push(engine);
      return engine;
    };
    try {
      const workload = new Workload({ client, root: "/w", seed: 5, extended, ephemerals: true });
      await workload.prepare();
      await workload.run(250);
      for (const fromSnapshot of [false, false, true]) {
        const engine = start(fromSnapshot);
        await workload.run(250);
        await untilLevel(engine, compare);
        await engine.stop();
        await workload.run(100);
      }
      const last = start(false);
      await client.create("/w/a/seq-", null, { mode: "persistent-sequential" });
      await untilLevel(last, compare);
      const direction = last.status().directions[0];
      assert.is(direction?.totals.conflicts, 0);
      assert.ok(["equal", "not-sent", "unchecked"].includes(direction?.digest ?? ""), direction?.digest);
      expectSame(await compareSides(a, b, "/w", "/w"));
    } finally {
      await Promise.all(engines.map((engine) => engine.stop()));
      await client.close();
      await Promise.all([a.close(), b.close()]);
    }
  });
}

matrix.run();
