/** The sync commands on two real ensembles, through the real bin: as an operator types them, one after another. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { type Answer, ferry, projectOf, type Running, start } from "./ferry.js";

const SECRET = "a-very-secret-word";
const DEADLINE_MS = 60_000;

const cli = suite("the sync commands on two real ensembles");
const project = projectOf({});
const env = { ZK_AUTH: `super:${SECRET}` };
let a: TestEnsemble;
let b: TestEnsemble;
let clientA: ZooKeeperClient;
let clientB: ZooKeeperClient;
let engine: Running | null = null;

const run = (...args: string[]): Promise<Answer> =>
  ferry(["sync", ...args], { cwd: project.directory, env, deadlineMs: DEADLINE_MS });

function runEngine(...args: string[]): Running {
  engine = start(["sync", "run", "sync.yaml", ...args], {
    cwd: project.directory,
    env,
    deadlineMs: 2 * DEADLINE_MS,
  });
  return engine;
}

const said = (running: Running, text: string): Promise<true> =>
  waitFor(`the engine says ${text}`, DEADLINE_MS, () => running.stderr().includes(text) || false);

interface Document {
  readonly result: {
    readonly syncs: readonly {
      readonly health: string;
      readonly status: { readonly directions: readonly { readonly state: string }[] } | null;
    }[];
  };
}

async function health(): Promise<string> {
  const answer = await run("status", "sync.yaml", "--json");
  return (JSON.parse(answer.stdout) as Document).result.syncs[0]?.health ?? "none";
}

const arrives = (path: string, data: string): Promise<true> =>
  waitFor(`${path} arrives`, DEADLINE_MS, async () => {
    const found = await clientB.getData(path);
    return found.data?.toString() === data || false;
  });

cli.before(async () => {
  const options = { size: 1, superPassword: SECRET };
  [a, b] = await Promise.all([startEnsemble(options), startEnsemble(options)]);
  [clientA, clientB] = await Promise.all([
    connect({ connectString: a.connectString }),
    connect({ connectString: b.connectString }),
  ]);
  project.write(
    "sync.yaml",
    `apiVersion: ferry/v1
kind: Sync
metadata: { name: shop }
spec:
  source: { connectString: "${a.connectString}", auth: [{ scheme: digest, credential: env:ZK_AUTH }] }
  target: { connectString: "${b.connectString}", auth: [{ scheme: digest, credential: env:ZK_AUTH }] }
  paths: [/shop, { source: /orders, target: /eu/orders }]
  alerts: { lagMs: 60000 }
`,
  );
  await clientA.create("/shop", Buffer.from("one"));
  await clientA.create("/orders", null);
  for (let at = 0; at < 20; at++) await clientA.create(`/orders/o${at}`, Buffer.from(`${at}`));
  await clientA.create("/orders/eph", Buffer.from("here"), { mode: "ephemeral" });
});

cli.after(async () => {
  engine?.child.kill("SIGKILL");
  await engine?.ended;
  await Promise.all([clientA?.close(), clientB?.close()]);
  await Promise.all([a?.close(), b?.close()]);
  project.remove();
});

cli("before the first engine: status says so", async () => {
  const answer = await run("status", "sync.yaml", "--detailed-exitcode");
  assert.is(answer.code, 2);
  assert.match(answer.stderr, /sync-no-engine.*no engine has ever run/);
});

cli("run --once copies everything and ends", async () => {
  const answer = await run("run", "sync.yaml", "--once");
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, /the target has everything/);
  assert.match(answer.stderr, /a-to-b is live/);
  assert.is((await clientB.getData("/shop")).data?.toString(), "one");
  assert.is((await clientB.getChildren("/eu/orders")).children.length, 21);
  const verified = await run("verify", "sync.yaml");
  assert.is(verified.code, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /are equal/);
});

cli("an engine in the foreground, its status, pause and resume", async () => {
  const running = runEngine("--watch");
  await said(running, "a-to-b is live");
  await clientA.setData("/shop", Buffer.from("two"));
  await arrives("/shop", "two");
  const status = await run("status", "sync.yaml");
  assert.is(status.code, 0, status.stderr);
  assert.match(status.stdout, /a-to-b {4}live/);
  assert.match(status.stdout, /observer, from 127\.0\.0\.1:\d+ \(the quorum port/);
  assert.match(status.stdout, new RegExp(`process ${running.child.pid}`));
  const paused = await run("pause", "sync.yaml");
  assert.is(paused.code, 0, paused.stderr);
  assert.is(paused.stdout, "Sync/shop is paused.\n");
  assert.is(await health(), "paused");
  await clientA.setData("/shop", Buffer.from("three"));
  assert.is((await run("pause", "sync.yaml")).stdout, "Sync/shop is paused already.\n");
  assert.is((await clientB.getData("/shop")).data?.toString(), "two");
  const resumed = await run("resume", "sync.yaml", "--timeout", "1m");
  assert.is(resumed.code, 0, resumed.stderr);
  await arrives("/shop", "three");
});

cli("a difference that somebody makes is found, and the independent reader agrees", async () => {
  await clientB.setData("/eu/orders/o1", Buffer.from("by hand"));
  for (const reader of ["own", "independent"]) {
    const answer = await run("verify", "sync.yaml", "--reader", reader);
    assert.is(answer.code, 2, answer.stderr);
    assert.match(answer.stdout, /by hand/);
  }
});

cli("the next change of it is a conflict: listed, shown, and not to be decided again", async () => {
  await clientA.setData("/orders/o1", Buffer.from("again"));
  await arrives("/eu/orders/o1", "again");
  const list = await waitFor("the conflict is on record", DEADLINE_MS, async () => {
    const answer = await run("conflicts", "list", "sync.yaml", "--json");
    const found = JSON.parse(answer.stdout) as { result: { conflicts: readonly { id: string }[] } };
    return found.result.conflicts.length > 0 && found.result.conflicts;
  });
  const id = list[0]?.id ?? "";
  const shown = await run("conflicts", "show", "sync.yaml", id);
  assert.match(shown.stdout, /\/eu\/orders\/o1/);
  assert.match(shown.stdout, /side a won, by source-wins/);
  const refused = await run("conflicts", "resolve", "sync.yaml", id, "--winner", "target");
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /sync-conflict-resolved/);
  const unknown = await run("conflicts", "show", "sync.yaml", "nothing");
  assert.match(unknown.stderr, /sync-unknown-conflict/);
});

cli("a second engine stands by and says who is active", async () => {
  const second = start(["sync", "run", "sync.yaml"], {
    cwd: project.directory,
    env,
    deadlineMs: DEADLINE_MS,
  });
  await said(second, `(process ${engine?.child.pid}) is active`);
  second.child.kill("SIGINT");
  const answer = await second.ended;
  assert.is(answer.code, 0, answer.stderr);
});

cli("kill -9, and the next engine goes on from the checkpoint", async () => {
  engine?.child.kill("SIGKILL");
  await engine?.ended;
  await clientA.setData("/shop", Buffer.from("four"));
  assert.is(await health(), "stale");
  assert.match((await run("status", "sync.yaml")).stderr, /sync-silent.*no engine has written for/);
  const running = runEngine();
  await arrives("/shop", "four");
  assert.not.match(running.stderr(), /copying/);
});

cli("the report tells what is exact and what is on record", async () => {
  const answer = await run("report", "sync.yaml");
  assert.is(answer.code, 0, answer.stderr);
  assert.match(answer.stdout, /Impossible for a client\n {2}czxid, mzxid, pzxid/);
  assert.match(answer.stdout, /\/eu\/orders\/eph: session 0x/);
  assert.match(answer.stdout, /checkpoint {2}0x/);
});

cli("Ctrl-C ends it in good order, and pausing without an engine is written down", async () => {
  engine?.child.kill("SIGINT");
  const answer = await engine?.ended;
  assert.is(answer?.code, 0, answer?.stderr);
  assert.match(answer?.stdout ?? "", /ended in good order/);
  assert.is(await health(), "ended");
  const paused = await run("pause", "sync.yaml");
  assert.is(paused.code, 0);
  assert.match(paused.stderr, /sync-no-engine/);
  const once = await run("run", "sync.yaml", "--once");
  assert.is(once.code, 1);
  assert.match(once.stderr, /sync-paused/);
  assert.is((await run("resume", "sync.yaml")).code, 0);
});

cli("an ensemble that does not answer is said, and no secret is printed", async () => {
  project.write(
    "gone.yaml",
    `apiVersion: ferry/v1
kind: Sync
metadata: { name: gone }
spec:
  source: { connectString: "${a.connectString}", auth: [{ scheme: digest, credential: env:ZK_AUTH }] }
  target: { connectString: "127.0.0.1:1" }
  paths: [/shop]
`,
  );
  const gone = await run("run", "gone.yaml", "--once");
  assert.is(gone.code, 1);
  assert.match(gone.stderr, /error\[zookeeper\]: Sync\/gone: connect: UNREACHABLE/);
  const declared = await clientB.getData("/ferry/sync/shop/status");
  for (const text of [gone.stderr, declared.data?.toString() ?? ""]) assert.not.match(text, SECRET);
});

cli.run();
