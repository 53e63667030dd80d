/**
 * The way back after stage 6: A is archived and removed, B goes on without it, and A comes back from its archive. From then on B's state must
 * win everywhere, and B itself must not change.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { nextSequence } from "../../src/sync/copy/counters.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { actionOf, recordOf } from "./platform.js";
import { Scene, type Seen, standIn, treeOf } from "./restore-scene.js";

const restores = suite("way back from the archive");
const COUNTED = ["/mesos", "/mesos/log_replicas"];
const SYNCED = ["/mesos", "/app"];
const DEADLINE_MS = 20_000;
const HOUR_MS = 3_600_000;

async function put(client: ZooKeeperClient, path: string, data: string): Promise<void> {
  await client.createParents(path);
  await client.create(path, Buffer.from(data));
}

async function set(client: ZooKeeperClient, path: string, data: string): Promise<void> {
  await client.setData(path, Buffer.from(data));
}

/** What A holds before anything begins. */
async function furnish(a: ZooKeeperClient): Promise<void> {
  await put(a, "/app/value", "old");
  await set(a, "/app/value", "older than B's");
  await put(a, "/app/gone/child", "is deleted on B");
  await put(a, "/app/anew", "one");
  await set(a, "/app/anew", "two");
  await put(a, "/app/anew/child", "x");
  for (let at = 0; at < 3; at++)
    await a.create("/app/job-", Buffer.from("job"), { mode: "persistent-sequential" });
  await put(a, "/other/keep", "only on A");
  for (let at = 0; at < 5; at++) await a.create("/other/item-", null, { mode: "persistent-sequential" });
}

/** What happens on B while there is no A. */
async function goOn(b: ZooKeeperClient): Promise<void> {
  await set(b, "/app/value", "new");
  await b.delete("/app/gone/child");
  await b.delete("/app/gone");
  await b.delete("/app/anew/child");
  await b.delete("/app/anew");
  await put(b, "/app/anew", "two");
  await put(b, "/app/anew/child", "x");
  await put(b, "/app/fresh", "made on B");
  await b.create("/app/job-", Buffer.from("job"), { mode: "persistent-sequential" });
}

/** All that tells whether somebody has written: content, versions, zxids. */
function stamps(tree: ReadonlyMap<string, Seen>): readonly string[] {
  return [...tree].map(([path, { data, stat }]) =>
    [path, data, stat.czxid, stat.mzxid, stat.pzxid, stat.version, stat.cversion, stat.aversion].join(" "),
  );
}

function contents(tree: ReadonlyMap<string, Seen>): readonly string[] {
  return [...tree].map(([path, { data }]) => `${path} ${data}`);
}

async function counters(client: ZooKeeperClient, paths: readonly string[]): Promise<readonly number[]> {
  const stats = await Promise.all(paths.map((path) => client.exists(path)));
  return stats.map((stat) => (stat === null ? -1 : nextSequence(stat)));
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    assert.is(error.diagnostics[0]?.code, code, error.message);
    return;
  }
  assert.unreachable(`it was not refused with ${code}`);
}

/** To the end of stage 6, with a master on B. What A had, as it was archived. */
async function toTheEnd(on: Scene): Promise<{
  readonly other: ReadonlyMap<string, Seen>;
  readonly counters: readonly number[];
  readonly master: ZooKeeperClient;
}> {
  const [a, old] = await Promise.all([on.client("a"), on.client("a")]);
  await furnish(a);
  await standIn(old, 5050);
  await on.step({ kind: "start-sync" });
  await on.step({ kind: "fence-counters", paths: COUNTED, lower: "a" });
  const master = await on.client("b");
  await standIn(master, 5051);
  await old.close();
  await on.step({ kind: "swap-counters", paths: COUNTED });
  await on.step({ kind: "archive", side: "a" });
  const before = { other: await treeOf(a, ["/other"]), counters: await counters(a, [...COUNTED, "/other"]) };
  await on.step({ kind: "stop-sync" });
  assert.equal((await a.getChildren("/ferry/sync")).children, []);
  assert.equal((await a.getChildren("/mesos")).children, ["log_replicas"], "shadows stay on A");
  await a.close();
  await on.step({ kind: "remove-ensemble", side: "a" });
  return { ...before, master };
}

async function arrives(client: ZooKeeperClient, path: string, data: string | null): Promise<void> {
  await waitFor(`${path} arrives`, DEADLINE_MS, async () => {
    const stat = await client.exists(path);
    if (stat === null || data === null) return stat === null && data === null;
    return (await client.getData(path)).data?.toString("utf8") === data;
  });
}

/** Nothing happens before it is clear that it may. */
async function expectRefusals(on: Scene): Promise<void> {
  on.laterMs = 2 * HOUR_MS;
  await refused(on.step({ kind: "restore-ensemble", side: "a" }), "archive-expired");
  on.laterMs = 0;
  assert.not.ok(await on.a.isThere());
  assert.equal(await on.files(), ["archive-a.ferry"]);
}

async function expectLikeB(a: ZooKeeperClient, b: ZooKeeperClient, candidacy: string): Promise<void> {
  const [onA, onB] = [await treeOf(a, SYNCED), await treeOf(b, SYNCED)];
  assert.equal(contents(onA), contents(onB));
  assert.not.ok(onA.has("/app/gone"));
  assert.is(onA.get("/app/value")?.data, "new");
  assert.is(onA.get(candidacy)?.stat.ephemeralOwner, 0n, "what stands for B's master on A is a shadow");
}

restores("A comes back as archived, and what B has written since wins; B does not change", async () => {
  const on = await Scene.start();
  try {
    const before = await toTheEnd(on);
    const b = await on.client("b");
    await goOn(b);
    // The master of B is another one by now: its shadow in the archive stands for nobody.
    await before.master.close();
    const master = await on.client("b");
    const candidacy = await standIn(master, 5052);
    const asB = stamps(await treeOf(b, SYNCED));

    await expectRefusals(on);
    assert.is(await on.probe({ kind: "restore-ensemble", side: "a" }), "not-done");
    await on.step({ kind: "restore-ensemble", side: "a" });
    assert.is(await on.probe({ kind: "restore-ensemble", side: "a" }), "done");
    assert.equal(await on.files(), ["archive-a.ferry"], "nothing in clear is left");
    const a = await on.client("a");
    assert.equal(stamps(await treeOf(a, ["/other"])), stamps(before.other));

    await refused(on.step({ kind: "start-sync" }), "migration-unsafe-step");
    const { facts } = await on.step({ kind: "start-sync", counts: "b" });
    assert.is(facts["origin"], "b");
    assert.is(facts["conflicts"], 0);
    assert.equal(stamps(await treeOf(b, SYNCED)), asB, "B has changed");
    await expectLikeB(a, b, candidacy);
    assert.equal(stamps(await treeOf(a, ["/other"])), stamps(before.other));
    const now = await counters(a, [...COUNTED, "/other"]);
    for (const [at, count] of before.counters.entries()) assert.ok((now[at] ?? 0) >= count, `${now}`);

    await on.step({ kind: "fence-counters", paths: COUNTED, lower: "b" });
    assert.is(await on.probe({ kind: "fence-counters", paths: COUNTED, lower: "b" }), "done");
    const [low, high] = [await counters(b, COUNTED), await counters(a, COUNTED)];
    for (const at of COUNTED.keys()) assert.ok((high[at] ?? 0) > (low[at] ?? 0) + 1_000, `${low} ${high}`);

    await expectBothWays(on, a, b);
    await master.close();
    await arrives(a, candidacy, null);
    await on.step({ kind: "stop-sync" });
    for (const client of [a, b]) assert.equal((await client.getChildren("/ferry/sync")).children, []);
    await Promise.all([a.close(), b.close()]);
  } catch (error) {
    console.error(on.log.join("\n"));
    throw error;
  } finally {
    await on.close();
  }
});

/** Also after another ferry has taken over, which knows of it from the record alone. */
async function expectBothWays(on: Scene, a: ZooKeeperClient, b: ZooKeeperClient): Promise<void> {
  await set(a, "/app/value", "from A");
  await arrives(b, "/app/value", "from A");
  await on.leave();
  await set(b, "/app/value", "while nobody looked");
  const record = recordOf(on.spec, actionOf({ kind: "start-sync", counts: "b" }).step);
  await (await on.open()).sustain(record);
  await arrives(a, "/app/value", "while nobody looked");
  await put(a, "/app/late", "from A");
  await arrives(b, "/app/late", "from A");
}

restores.run();
