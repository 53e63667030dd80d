/** Both directions between real ensembles: nothing comes back, conflicts are decided the same way from both sides. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { controlPaths } from "../../src/sync/control/layout.js";
import type { SyncEngine } from "../../src/sync/engine/engine.js";
import { fenceParent, swapFence } from "../../src/sync/sequence/fence-parent.js";
import type { SyncSpec } from "../../src/sync/spec.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { type Comparison, compareSides, sideOf, specOf, startSync } from "./sync-world.js";

const pair = suite("engine, both directions");
let a: TestEnsemble;
let b: TestEnsemble;
let left: ZooKeeperClient;
let right: ZooKeeperClient;
const engines: SyncEngine[] = [];

pair.before(async () => {
  [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
  left = await connect({ connectString: a.connectString });
  right = await connect({ connectString: b.connectString });
});

pair.after.each(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});

pair.after(async () => {
  await Promise.all([left?.close(), right?.close()]);
  await Promise.all([a?.close(), b?.close()]);
});

async function start(name: string, more: Partial<SyncSpec> = {}) {
  const root = `/${name}`;
  if ((await left.exists(root)) === null) await left.create(root, null);
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name,
    paths: [{ a: root, b: root, exclude: [] }],
    bidirectional: true,
    conflicts: { strategy: "last-write-wins", alertPerMinute: 1_000_000 },
    ...more,
  });
  const started = startSync(spec);
  engines.push(started.engine);
  await waitFor(`both directions are live\n${started.log.join("\n")}`, 30_000, () =>
    started.engine.status().directions.every(({ state }) => state === "live"),
  );
  return { ...started, root };
}

/** Another one by FERRY_TEST_SEED; a failing one is printed. */
const SEED = Number(process.env["FERRY_TEST_SEED"] ?? 31);
const FIELDS = ["data", "acl", "version"];

/** Waits until the sides are equal; what still differs at the deadline is the failure. */
async function becomeEqual(root: string, fields = FIELDS): Promise<Comparison> {
  let last: Comparison | null = null;
  await waitFor("the sides are equal", 20_000, async () => {
    last = await compareSides(a, b, root, root, undefined, fields);
    return last.differences.length === 0;
  }).catch(() => {});
  if (last === null) throw new Error("never compared");
  const differences = (last as Comparison).differences.slice(0, 30);
  assert.equal(differences, [], differences.join("\n"));
  return last;
}

pair("carries both sides' writes over, and none of them back", async () => {
  const { engine, root } = await start("apart");
  await left.create(`${root}/a`, null);
  await right.create(`${root}/b`, null);
  const sides = [
    new Workload({ client: left, root: `${root}/a`, seed: 21, extended: true, ephemerals: false }),
    new Workload({ client: right, root: `${root}/b`, seed: 22, extended: true, ephemerals: false }),
  ];
  await Promise.all(
    sides.map(async (side) => {
      await side.prepare();
      await side.run(800);
    }),
  );
  await becomeEqual(root, ["data", "acl", "version", "aversion", "next"]);
  const [toB, toA] = engine.status().directions;
  assert.is(toB?.totals.conflicts, 0);
  assert.is(toA?.totals.conflicts, 0);
});

pair("states how far the leaders' clocks are apart: here both have this machine's", async () => {
  const { engine } = await start("clocks");
  await waitFor("both clocks were measured", 30_000, () => engine.status().clockSkew !== null);
  const { clockSkew, alerts } = engine.status();
  assert.ok(clockSkew !== null && Math.abs(clockSkew.ms) <= clockSkew.plusMinusMs, JSON.stringify(clockSkew));
  assert.equal(alerts, []);
});

pair("the later write wins on both sides, and the versions come out level", async () => {
  const { root } = await start("later");
  await left.create(`${root}/x`, Buffer.from("0"));
  await becomeEqual(root);
  for (let at = 0; at < 40; at++) {
    await Promise.all([
      left.setData(`${root}/x`, Buffer.from(`left ${at}`)),
      right.setData(`${root}/x`, Buffer.from(`right ${at}`)),
    ]);
  }
  await becomeEqual(root);
  const { stat } = await left.getData(`${root}/x`);
  assert.ok(stat.version >= 80, `both sides' 40 writes are counted: ${stat.version}`);
});

pair("the same random writes on both sides at once end equal", async () => {
  const { engine, log, root } = await start("chaos");
  const workloads = [left, right].map(
    (client, at) => new Workload({ client, root, seed: SEED + at, extended: false, ephemerals: false }),
  );
  await workloads[0]?.prepare();
  await becomeEqual(root);
  await Promise.all(workloads.map((workload) => workload.run(600, 4)));
  await becomeEqual(root).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${log.join("\n")}\n${JSON.stringify(engine.status().directions)}`);
  });
  assert.ok(
    engine.status().directions.every(({ problem }) => problem === null),
    log.join("\n"),
  );
  assert.ok(
    engine.status().directions.some(({ totals }) => totals.conflicts > 0),
    "there were conflicts",
  );
});

pair("shows each side's ephemerals on the other while their session lives", async () => {
  const { root } = await start("shown");
  const one = await connect({ connectString: a.connectString });
  const two = await connect({ connectString: b.connectString });
  await one.create(`${root}/one`, Buffer.from("1"), { mode: "ephemeral" });
  await two.create(`${root}/two`, Buffer.from("2"), { mode: "ephemeral" });
  const seen = await becomeEqual(root);
  assert.is(seen.shadows, 1);
  assert.is(seen.shadowsOnA, 1);
  await one.close();
  await waitFor(
    "the shadow of one has gone",
    20_000,
    async () => (await right.exists(`${root}/one`)) === null,
  );
  assert.ok(await left.exists(`${root}/two`));
  await two.close();
  await waitFor(
    "the shadow of two has gone",
    20_000,
    async () => (await left.exists(`${root}/two`)) === null,
  );
});

pair("merges what both sides have when it begins, and after it was away", async () => {
  for (const client of [left, right]) {
    await client.create("/merged", null);
    await client.create("/merged/same", Buffer.from("same"));
  }
  await left.create("/merged/left", Buffer.from("l"));
  await right.create("/merged/right", Buffer.from("r"));
  await left.create("/merged/both", Buffer.from("older"));
  const { stat } = await left.getData("/merged/both");
  await waitFor("the clock goes on", 5_000, () => Date.now() > Number(stat.mtime));
  await right.create("/merged/both", Buffer.from("newer"));
  const first = await start("merged");
  await becomeEqual(first.root);
  assert.is((await left.getData("/merged/both")).data?.toString(), "newer");
  await first.engine.stop();
  engines.splice(0);
  await left.delete("/merged/right");
  await left.setData("/merged/same", Buffer.from("changed on a"));
  await right.setData("/merged/left", Buffer.from("changed on b"));
  await right.create("/merged/new", Buffer.from("n"));
  const second = await start("merged");
  await becomeEqual(second.root);
  assert.is((await right.getData("/merged/same")).data?.toString(), "changed on a");
  assert.is((await left.getData("/merged/left")).data?.toString(), "changed on b");
  assert.is(await right.exists("/merged/right"), null);
  assert.ok(await left.exists("/merged/new"));
});

pair("keeps sequence numbers of both sides apart, and swaps which side comes first", async () => {
  const { engine, root } = await start("fenced");
  const parent = `${root}/election`;
  await left.create(parent, null);
  await becomeEqual(root);
  const [forA, forB] = await Promise.all([
    connect({ connectString: a.connectString }),
    connect({ connectString: b.connectString }),
  ]);
  const request = {
    clients: { a: forA, b: forB },
    paths: controlPaths("fenced"),
    at: { a: parent, b: parent },
  };
  const fenced = await fenceParent(request, "a", 1_000);
  assert.equal(fenced.raised, { side: "b", by: 1_000 });
  const join = (client: ZooKeeperClient, name: string) =>
    client.create(`${parent}/${name}-`, null, { mode: "ephemeral-sequential" });
  const made = await Promise.all(
    Array.from({ length: 60 }, (_, at) => join(at % 2 === 0 ? left : right, "m")),
  );
  const numbers = made.map(({ path }) => Number(path.slice(-10)));
  assert.is(new Set(numbers).size, 60, "no number twice");
  const [ofA, ofB] = [numbers.filter((_, at) => at % 2 === 0), numbers.filter((_, at) => at % 2 === 1)];
  assert.ok(Math.max(...ofA) < Math.min(...ofB), "side a sorts first");
  const both = await becomeEqual(root, ["data", "acl"]);
  assert.is(both.shadows + both.shadowsOnA, 60);
  await swapFence(request);
  await Promise.all([forA.close(), forB.close()]);
  const [{ path: late }, { path: early }] = await Promise.all([join(left, "n"), join(right, "n")]);
  assert.ok(Number(early.slice(-10)) < Number(late.slice(-10)), "now side b sorts first");
  await becomeEqual(root, ["data", "acl"]);
  assert.ok(engine.status().directions.every(({ totals }) => totals.conflicts === 0));
});

pair("holds a conflict for a person, and carries the decision out", async () => {
  const { engine, log, root } = await start("manual", {
    conflicts: { strategy: "manual", alertPerMinute: 1_000_000 },
  });
  for (const path of [`${root}/x`, `${root}/y`]) await left.create(path, Buffer.from("0"));
  await becomeEqual(root);
  const conflicts = "/ferry/sync/manual/conflicts";
  const held = async (): Promise<string | undefined> => {
    if ((await right.exists(conflicts)) === null) return undefined;
    return (await right.getChildren(conflicts)).children[0];
  };
  for (let at = 0; at < 100 && (await held()) === undefined; at++) {
    await Promise.all([
      left.setData(`${root}/x`, Buffer.from(`left ${at}`)),
      right.setData(`${root}/x`, Buffer.from(`right ${at}`)),
    ]);
  }
  const id = await waitFor("a conflict is held", 20_000, held);
  await left.setData(`${root}/x`, Buffer.from("still left"));
  await left.create(`${root}/x/child`, Buffer.from("c"));
  await left.setData(`${root}/y`, Buffer.from("goes on"));
  await waitFor("other paths go on", 20_000, async () => {
    return (await right.getData(`${root}/y`)).data?.toString() === "goes on";
  });
  assert.is(await right.exists(`${root}/x/child`), null);
  const record = JSON.parse((await right.getData(`${conflicts}/${id}`)).data?.toString() ?? "");
  const resolution = { winner: "a", by: "a person", atMs: Date.now() };
  await right.setData(`${conflicts}/${id}`, Buffer.from(JSON.stringify({ ...record, resolution })));
  await waitFor("it is mirrored again", 20_000, () =>
    log.some((line) => line.includes("decided for side a")),
  );
  assert.is((await right.getData(`${root}/x`)).data?.toString(), "still left");
  assert.ok(await right.exists(`${root}/x/child`));
  await left.setData(`${root}/x`, Buffer.from("and on"));
  await becomeEqual(root, ["data", "acl"]);
  assert.ok(engine.status().directions.every(({ problem }) => problem === null));
});

pair.run();
