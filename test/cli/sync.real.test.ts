/** Engines from the command line, on two real ensembles and through the real bin: run, watch, pause, kill, go on. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import type { Running } from "./ferry.js";
import { DEADLINE_MS, SECRET, type SyncEnsembles, said, startSyncEnsembles } from "./sync-ensembles.js";

const cli = suite("engines from the command line");
let world: SyncEnsembles;
let clientA: ZooKeeperClient;
let engine: Running;

interface Document {
  readonly result: { readonly syncs: readonly { readonly health: string }[] };
}

async function health(): Promise<string> {
  const answer = await world.run("status", "sync.yaml", "--json");
  return (JSON.parse(answer.stdout) as Document).result.syncs[0]?.health ?? "none";
}

cli.before(async () => {
  world = await startSyncEnsembles();
  clientA = world.clientA;
  const paths = "  paths: [/shop, { source: /orders, target: /eu/orders }]\n";
  world.write("sync.yaml", world.document("shop", paths));
  await clientA.create("/shop", Buffer.from("one"));
  await clientA.create("/orders", null);
  for (let at = 0; at < 20; at++) await clientA.create(`/orders/o${at}`, Buffer.from(`${at}`));
});

cli.after(() => world.close());

cli("before the first engine status says so", async () => {
  const answer = await world.run("status", "sync.yaml", "--detailed-exitcode");
  assert.is(answer.code, 2);
  assert.match(answer.stderr, /sync-no-engine.*no engine has ever run/);
});

cli("run --once copies everything and ends", async () => {
  const answer = await world.run("run", "sync.yaml", "--once");
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, /the target has everything/);
  assert.match(answer.stderr, /a-to-b is live/);
  assert.is((await world.clientB.getData("/shop")).data?.toString(), "one");
  assert.is((await world.clientB.getChildren("/eu/orders")).children.length, 20);
});

cli("an engine in the foreground, its status, pause and resume", async () => {
  engine = world.engine("sync.yaml", "--watch");
  await said(engine, "a-to-b is live");
  await clientA.setData("/shop", Buffer.from("two"));
  await world.arrives("/shop", "two");
  const status = await world.run("status", "sync.yaml");
  assert.is(status.code, 0, status.stderr);
  assert.match(status.stdout, /a-to-b {4}live/);
  assert.match(status.stdout, /observer, from 127\.0\.0\.1:\d+ \(the quorum port/);
  assert.match(status.stdout, new RegExp(`process ${engine.child.pid}`));
  const paused = await world.run("pause", "sync.yaml");
  assert.is(paused.stdout, "Sync/shop is paused.\n", paused.stderr);
  assert.is(await health(), "paused");
  await clientA.setData("/shop", Buffer.from("three"));
  assert.is((await world.run("pause", "sync.yaml")).stdout, "Sync/shop is paused already.\n");
  assert.is((await world.clientB.getData("/shop")).data?.toString(), "two");
  const resumed = await world.run("resume", "sync.yaml", "--timeout", "1m");
  assert.is(resumed.code, 0, resumed.stderr);
  await world.arrives("/shop", "three");
});

cli("a second engine stands by and says who is active", async () => {
  const second = world.engine("sync.yaml");
  await said(second, `(process ${engine.child.pid}) is active`);
  second.child.kill("SIGINT");
  const answer = await second.ended;
  assert.is(answer.code, 0, answer.stderr);
});

cli("kill -9, and the next engine goes on from the checkpoint", async () => {
  engine.child.kill("SIGKILL");
  await engine.ended;
  await clientA.setData("/shop", Buffer.from("four"));
  assert.match((await world.run("status", "sync.yaml")).stderr, /sync-silent.*no engine has written for/);
  engine = world.engine("sync.yaml");
  await world.arrives("/shop", "four");
  assert.not.match(engine.stderr(), /copying/);
});

cli("Ctrl-C ends it in good order, and pausing without an engine is written down", async () => {
  engine.child.kill("SIGINT");
  const answer = await engine.ended;
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, /ended in good order/);
  assert.is(await health(), "ended");
  assert.match((await world.run("pause", "sync.yaml")).stderr, /sync-no-engine/);
  const once = await world.run("run", "sync.yaml", "--once");
  assert.is(once.code, 1);
  assert.match(once.stderr, /sync-paused/);
  assert.is((await world.run("resume", "sync.yaml")).code, 0);
});

cli("Ctrl-C twice ends it now, also while the target is frozen", async () => {
  engine = world.engine("sync.yaml");
  await said(engine, "a-to-b is live");
  await world.b.server(1).kill("SIGSTOP");
  await clientA.setData("/shop", Buffer.from("five"));
  engine.child.kill("SIGINT");
  await said(engine, "Ending in good order");
  engine.child.kill("SIGINT");
  const answer = await engine.ended;
  await world.b.server(1).kill("SIGCONT");
  assert.is(answer.code, 1, answer.stderr);
  assert.match(answer.stdout, /ended at once/);
});

cli("the watch feed says what it may lose", async () => {
  world.write("watch.yaml", world.document("seen", "  feed: watch\n  paths: [/seen]\n"));
  await clientA.create("/seen", Buffer.from("by watch"));
  const client = await connect({ connectString: world.b.connectString });
  await waitFor("the target serves again", DEADLINE_MS, async () => (await client.exists("/")) !== null);
  await client.close();
  engine = world.engine("watch.yaml");
  await said(engine, "a-to-b is live");
  assert.match((await world.run("status", "watch.yaml")).stdout, /watch, from .*declared[\s\S]*may lose: /);
});

cli("an ensemble that does not answer is said, and no secret is printed", async () => {
  const silent = world.document("gone", "  paths: [/shop]\n").replace(world.b.connectString, "127.0.0.1:1");
  world.write("gone.yaml", silent);
  const gone = await world.run("run", "gone.yaml", "--once");
  assert.is(gone.code, 1);
  assert.match(gone.stderr, /error\[zookeeper\]: Sync\/gone: connect: UNREACHABLE/);
  const status = await world.clientB.getData("/ferry/sync/shop/status");
  for (const text of [gone.stderr, status.data?.toString() ?? ""]) assert.not.match(text, SECRET);
});

cli.run();
