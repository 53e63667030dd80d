/** The engine in one direction between real ensembles: exact copy, exact following, exactly once over restarts. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SyncEngine } from "../../src/sync/engine/engine.js";
import { connect } from "../../src/zookeeper/connect.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { compareSides, expectSame, sideOf, specOf, startSync } from "./sync-world.js";

const sync = suite("engine, one direction");
let a: TestEnsemble;
let b: TestEnsemble;
let client: ZooKeeperClient;
let target: ZooKeeperClient;

sync.before(async () => {
  [a, b] = await Promise.all([startEnsemble({ size: 1 }), startEnsemble({ size: 1 })]);
  client = await connect({ connectString: a.connectString });
  target = await connect({ connectString: b.connectString });
});

sync.after.each(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});

sync.after(async () => {
  await Promise.all([client, target, ...clients].map((one) => one?.close()));
  await Promise.all([a?.close(), b?.close()]);
});

const clients: ZooKeeperClient[] = [];
const engines: SyncEngine[] = [];
function start(...options: Parameters<typeof startSync>) {
  const started = startSync(...options);
  engines.push(started.engine);
  return started;
}

let round = 0;

/** A subtree of its own for each test. */
function freshRoot(): string {
  round++;
  return `/w${round}`;
}

async function removeAll(who: ZooKeeperClient, path: string): Promise<void> {
  const { children } = await who.getChildren(path);
  for (const name of children) await removeAll(who, `${path}/${name}`);
  await who.delete(path);
}

/** A write made now has arrived, and nothing is being copied any more. */
async function settled(engine: SyncEngine, root: string, rootB = root): Promise<void> {
  await waitFor("the engine is live", 30_000, () => engine.status().directions[0]?.state === "live");
  const { path } = await client.create(`${root}/marker-`, Buffer.from("now"), {
    mode: "persistent-sequential",
  });
  const there = rootB + path.slice(root.length);
  await waitFor(`${there} is on the target`, 30_000, async () => (await target.exists(there)) !== null);
}

sync("copies what is there and follows what comes, exactly", async () => {
  const root = freshRoot();
  const writer = await connect({ connectString: a.connectString });
  clients.push(writer);
  const workload = new Workload({ client: writer, root, seed: 7, extended: true, ephemerals: true });
  await workload.prepare();
  await workload.run(500);
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "exact",
    paths: [{ a: root, b: root, exclude: [] }],
  });
  const { engine, log } = start(spec);
  await workload.run(1_500);
  await settled(engine, root);
  const comparison = await compareSides(a, b, root, root);
  expectSame(comparison, log);
  assert.ok(comparison.compared > 10, `${comparison.compared} compared`);
  assert.ok(comparison.shadows > 0, "ephemerals are shown as shadows");
  await writer.close();
  await settled(engine, root);
  const after = await compareSides(a, b, root, root);
  expectSame(after, log);
  assert.is(after.shadows, 0, "shadows go with the session");
  const [direction] = engine.status().directions;
  assert.is(direction?.state, "live");
  assert.is(direction?.digest, "equal");
  assert.is(direction?.totals.conflicts, 0, log.join("\n"));
});

sync("goes on from the checkpoint after each restart", async () => {
  const root = freshRoot();
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "restart",
    paths: [{ a: root, b: root, exclude: [] }],
  });
  const workload = new Workload({ client, root, seed: 8, extended: true, ephemerals: false });
  await workload.prepare();
  for (let at = 0; at < 4; at++) {
    const { engine, log } = start(spec);
    await workload.run(400);
    await settled(engine, root);
    if (at > 0) {
      assert.not.ok(
        log.some((line) => line.includes("compared")),
        "it went on by DIFF",
      );
    }
    await engine.stop();
    await workload.run(200);
  }
  const { engine } = start(spec);
  await settled(engine, root);
  expectSame(await compareSides(a, b, root, root));
  // It knew no whole state after the DIFF, and has built one beside its work.
  await waitFor("the digests are compared again", 30_000, async () => {
    await client.setData(root, Buffer.from("tick"));
    return engine.status().directions[0]?.digest === "equal";
  });
});

sync("compares whole states when it begins from a snapshot again", async () => {
  const root = freshRoot();
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "snap",
    paths: [{ a: root, b: root, exclude: [] }],
  });
  const workload = new Workload({ client, root, seed: 9, extended: false, ephemerals: true });
  await workload.prepare();
  for (let at = 0; at < 3; at++) {
    const { engine } = start(spec, { fromSnapshot: at > 0 });
    await workload.run(500);
    await settled(engine, root);
    expectSame(await compareSides(a, b, root, root));
    await engine.stop();
    await workload.run(500); // creates, deletes, data, ACLs, ephemerals that the snapshot alone tells of
  }
});

sync("moves a subtree to another place and leaves others out", async () => {
  const root = freshRoot();
  for (const path of [root, `${root}/in`, `${root}/out`, `${root}/out/x`])
    await client.create(path, Buffer.from(path));
  const moved = `/clusters/x${root}`;
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "moved",
    paths: [{ a: root, b: moved, exclude: [`${root}/out`] }],
  });
  const { engine } = start(spec);
  await client.create(`${root}/in/y`, Buffer.from("y"));
  await settled(engine, root, moved);
  assert.is((await target.getData(`${moved}/in/y`)).data?.toString(), "y");
  assert.is(await target.exists(`${moved}/out`), null);
  await client.setData(`${root}/out/x`, Buffer.from("changed"));
  await client.delete(`${root}/in/y`);
  await settled(engine, root, moved);
  assert.is(await target.exists(`${moved}/in/y`), null);
  assert.is(await target.exists(`${moved}/out`), null);
});

sync("overrules what others write to the target, and writes it down", async () => {
  const root = freshRoot();
  for (const path of [root, `${root}/x`, `${root}/y`]) await client.create(path, Buffer.from("1"));
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "foreign",
    paths: [{ a: root, b: root, exclude: [] }],
  });
  const { engine } = start(spec);
  await settled(engine, root);
  await target.setData(`${root}/x`, Buffer.from("foreign"));
  await target.delete(`${root}/y`);
  await target.create(`${root}/z`, Buffer.from("foreign"));
  await client.setData(`${root}/x`, Buffer.from("2"));
  await client.setData(`${root}/y`, Buffer.from("2"));
  await client.create(`${root}/z`, Buffer.from("2"));
  await settled(engine, root);
  for (const name of ["x", "y", "z"])
    assert.is((await target.getData(`${root}/${name}`)).data?.toString(), "2");
  const { children } = await target.getChildren("/ferry/sync/foreign/conflicts");
  assert.is(children.length, 3);
  // What follows is exact again, whatever the versions are.
  await client.setData(`${root}/x`, Buffer.from("3"));
  await client.delete(`${root}/z`);
  await settled(engine, root);
  assert.is((await target.getData(`${root}/x`)).data?.toString(), "3");
  assert.is(await target.exists(`${root}/z`), null);
  assert.is(engine.status().directions[0]?.totals.conflicts, 3);
  await removeAll(target, root);
});

sync("deletes no big part of a target without being told to", async () => {
  const root = freshRoot();
  await client.create(root, null);
  await target.create(root, null);
  await target.multi(
    Array.from({ length: 150 }, (_, at) => ({
      op: "create",
      path: `${root}/mine${at}`,
      data: null,
      acl: [{ perms: 31, scheme: "world", id: "anyone" }],
      mode: "persistent",
    })),
  );
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "surplus",
    paths: [{ a: root, b: root, exclude: [] }],
  });
  const careful = start(spec);
  await waitFor("it has stopped", 30_000, () => careful.engine.status().directions[0]?.problem);
  assert.match(careful.engine.status().directions[0]?.problem?.text ?? "", /150 znodes of 151/);
  await careful.engine.stop();
  assert.is((await target.getChildren(root)).children.length, 150);
  const told = start(spec, { acceptDeletions: true });
  await settled(told.engine, root);
  assert.is((await target.getChildren(root)).children.length, 1);
  await told.engine.stop();
});

sync("what others write to the target is found and undone, also while no engine runs", async () => {
  const root = freshRoot();
  for (const name of ["", "/kept", "/kept/child", "/changed", "/closed"]) {
    await client.create(`${root}${name}`, Buffer.from("source"));
  }
  const spec = specOf(sideOf("a", a), sideOf("b", b), {
    name: "guarded",
    paths: [{ a: root, b: root, exclude: [] }],
  });
  const first = start(spec);
  await settled(first.engine, root);
  const vandalise = async () => {
    await target.setData(`${root}/changed`, Buffer.from("somebody else"));
    await target.create(`${root}/new`, null);
    await target.create(`${root}/new/below`, null);
    await target.delete(`${root}/kept/child`);
    await target.delete(`${root}/kept`);
    await target.setAcl(`${root}/closed`, [{ perms: 17, scheme: "world", id: "anyone" }]);
  };
  const undone = async ({ engine }: ReturnType<typeof start>, times: number) => {
    const guard = () => engine.status().directions[0]?.guard;
    await waitFor("others' writes are undone", 30_000, () => {
      const { restored = 0, waiting = 1 } = guard() ?? {};
      return restored >= 6 && waiting === 0;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(guard())}`);
    });
    const [direction] = engine.status().directions;
    assert.is(direction?.guard?.gap, null);
    assert.equal(direction?.guard?.example, null);
    assert.is(direction?.totals.conflicts, 6);
    const { differences } = await compareSides(a, b, root, root, undefined, ["data", "acl"]);
    assert.equal(differences, [], `time ${times}`);
  };
  await vandalise();
  await undone(first, 1);
  await first.engine.stop();
  await vandalise();
  const second = start(spec);
  await undone(second, 2);
  // And the source's own writes go on as if nothing had been.
  await client.setData(`${root}/changed`, Buffer.from("later"));
  await settled(second.engine, root);
  assert.is((await target.getData(`${root}/changed`)).data?.toString(), "later");
  assert.is(second.engine.status().directions[0]?.totals.conflicts, 6);
});

sync("an engine that authenticates keeps its records to itself", async () => {
  const root = freshRoot();
  await client.create(root, null);
  const own = { auth: [{ scheme: "digest", credential: Buffer.from("ferry:secret") }] };
  const spec = specOf(
    { ...sideOf("a", a), ...own },
    { ...sideOf("b", b), ...own },
    {
      name: "closed",
      paths: [{ a: root, b: `/moved${root}`, exclude: [] }],
    },
  );
  const { engine } = start(spec);
  // An ephemeral one, so that there is a shadow's record too.
  const { path } = await client.create(`${root}/mine`, null, { mode: "ephemeral" });
  await settled(engine, root, `/moved${root}`);
  const records: string[] = [];
  const walk = async (from: string): Promise<void> => {
    const insider = await connect({ connectString: b.connectString, auth: own.auth });
    const { acl } = await insider.getAcl(from);
    records.push(...acl.map(({ perms, scheme }) => `${from} ${scheme} ${perms}`));
    const { children } = await insider.getChildren(from);
    await insider.close();
    for (const name of children) await walk(`${from}/${name}`);
  };
  await walk("/ferry/sync/closed");
  assert.ok(
    records.some((line) => line.includes("/shadows/")),
    records.join("\n"),
  );
  assert.equal(
    records.filter((line) => !line.endsWith(" digest 31")),
    [],
  );
  for (const node of ["owner", "a-to-b/checkpoint"]) {
    await target.setData(`/ferry/sync/closed/${node}`, null).then(
      () => assert.unreachable("somebody else may write it"),
      (error: { readonly code?: string }) => assert.is(error.code, "NO_AUTH"),
    );
  }
  assert.equal((await target.getAcl("/moved")).acl, [{ perms: 31, scheme: "world", id: "anyone" }]);
  await client.delete(path);
});

sync.run();
