/** What both feeds over client watches must be able to do; each of their tests runs these on its own server. */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { digestId } from "../../src/zookeeper/digest.js";
import { fourLetterWord } from "../../src/zookeeper/four-letter.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../src/zookeeper/zookeeper-error.js";
import { Random } from "../harness/random.js";
import { waitFor } from "../harness/wait.js";
import { Workload } from "../harness/workload.js";
import { type FeedWorld, NO_SCAN, StrictModel } from "./client-feed-world.js";

const OPEN = [{ perms: 31, scheme: "world", id: "anyone" }];

/** @param world started before the first case, closed after the last one */
export function clientFeedCases(test: Test, world: () => FeedWorld, extended: boolean): void {
  /** So that no case sees the one before. */
  test.before.each(async () => {
    await world().stopFeeds();
    world().proxy.restore();
    await removeAll(world().writer, "/w");
  });

  test("a random history leads to the same tree", async () => {
    const { writer, ensemble } = world();
    await writer.create("/w", Buffer.from("before"));
    const { model } = await world().followed();
    const { model: byEvents } = await world().followed({ aclScanMs: NO_SCAN });
    const other = await connect({ connectString: ensemble.connectString });
    const workload = new Workload({ client: other, root: "/w", seed: 7, extended, ephemerals: true });
    await workload.prepare();
    await workload.run(1_500);
    assert.ok((await world().untilEqual(model)) > 10);
    await world().untilEqual(byEvents, "/w", false);
    assert.ok(
      [...model.nodes.values()].some(({ owner }) => owner !== 0n),
      "ephemerals among them",
    );
    await other.close(); // takes its ephemerals along
    await world().untilEqual(model);
    await world().untilEqual(byEvents, "/w", false);
    assert.equal([model.snapshots, byEvents.snapshots], [1, 1]);
    assert.ok([...model.nodes.values()].every(({ owner }) => owner === 0n));
    console.log(`      ${model.transactions.length} transactions, ${model.skipped} versions skipped`);
  });

  test("what changes during the walk is not lost", async () => {
    const { writer } = world();
    const options = { client: writer, root: "/w", seed: 11, extended, ephemerals: false, names: 60 };
    const workload = new Workload(options);
    await workload.prepare();
    await workload.run(1_000);
    const writing = workload.run(1_500, 16);
    const { model } = await world().followed({ aclScanMs: NO_SCAN });
    await writing;
    await world().untilEqual(model, "/w", false);
    assert.is(model.snapshots, 1);
  });

  test("subtrees that come and go are told in an order a target can follow", async () => {
    const { writer } = world();
    await writer.create("/w", null);
    const random = new Random(5);
    const churn = async (count: number) => {
      for (let at = 0; at < count; at++) await turnOver(writer, random);
    };
    await Promise.all(Array.from({ length: 8 }, () => churn(10)));
    const writing = Promise.all(Array.from({ length: 8 }, () => churn(60)));
    const { model } = await world().followed({ aclScanMs: NO_SCAN });
    await writing;
    await world().untilEqual(model);
    assert.is(model.snapshots, 1);
  });

  test("a sequential znode tells how many children its parent has had", async () => {
    const { writer } = world();
    await writer.create("/w", null);
    const { model } = await world().followed();
    for (let at = 0; at < 20; at++) {
      const { path } = await writer.create("/w/s-", null, { mode: "persistent-sequential" });
      await writer.delete(path);
    }
    const { path } = await writer.create("/w/s-", null, { mode: "persistent-sequential" });
    assert.is(path, "/w/s-0000000020");
    await waitFor("the last one has come", 30_000, () => model.nodes.has(path));
    assert.is(model.nodes.get("/w")?.cversion, 21);
  });

  test("a subtree deleted and made again in one go is both", async () => {
    const { writer } = world();
    for (const path of ["/w", "/w/a", "/w/a/b", "/w/a/b/c"]) await writer.create(path, Buffer.from("old"));
    const { model } = await world().followed();
    const remove = ["/w/a/b/c", "/w/a/b", "/w/a"].map(
      (path) => ({ op: "delete", path, version: -1 }) as const,
    );
    const make = ["/w/a", "/w/a/b", "/w/a/b/c"].map(
      (path) => ({ op: "create", path, data: Buffer.from("old"), acl: OPEN, mode: "persistent" }) as const,
    );
    const before = model.nodes.get("/w/a/b/c")?.czxid;
    await writer.multi([...remove, ...make]);
    await waitFor("the new one has come", 30_000, () => {
      const czxid = model.nodes.get("/w/a/b/c")?.czxid;
      return czxid !== undefined && czxid !== before;
    });
    await world().untilEqual(model);
  });

  test("a branch made again while the walk is held is told whole", async () => {
    const { writer, sessions } = world();
    const branch = ["/w/a", "/w/a/b", "/w/a/b/c"];
    await writer.create("/w", null);
    for (const path of branch) await writer.create(path, null);
    const feed = world().feed({ aclScanMs: NO_SCAN });
    const model = new StrictModel();
    const take = model.onSnapshotNode.bind(model);
    model.onSnapshotNode = (node) => {
      take(node);
      if (node.path === "/w/a/b") feed.hold(true);
    };
    feed.start(null, model);
    await waitFor("the walk is held", 30_000, () => model.nodes.has("/w/a/b"));
    await writer.multi([
      ...branch.toReversed().map((path) => ({ op: "delete", path, version: -1 }) as const),
      ...branch.map((path) => ({ op: "create", path, data: null, acl: OPEN, mode: "persistent" }) as const),
    ]);
    await sessions.at(-1)?.sync("/"); // the events come before this answer
    assert.not(model.nodes.has("/w/a/b/c"));
    feed.hold(false);
    await waitFor("the feed is current", 30_000, () => model.current !== null);
    assert.equal(model.faults, []);
    assert.is(model.nodes.size, 5, "nothing is missing when it is current");
    await world().untilEqual(model);
  });

  test("roots may appear later, move below what is excluded, and go", async () => {
    const { writer } = world();
    const options = { roots: ["/w/x/y", "/w/x/y/out/in"], exclude: ["/w/x/y/out"] };
    const { model } = await world().followed(options);
    assert.not(model.nodes.has("/w"));
    const all = ["/w", "/w/x", "/w/x/y", "/w/x/y/out", "/w/x/y/out/in", "/w/x/y/out/in/a", "/w/x/y/b"];
    const unseen = ["/w/other", "/w/x/y/out/no"];
    for (const path of [...all, ...unseen]) await writer.create(path, null);
    await waitFor("all have come", 30_000, () => all.every((path) => model.nodes.has(path)));
    assert.equal(model.faults, []);
    assert.ok(!unseen.some((path) => model.nodes.has(path)), "and nothing else");
    assert.ok(!model.nodes.has("/zookeeper"));
    await removeAll(world().writer, "/w");
    await waitFor("all have gone", 30_000, () => !all.some((path) => model.nodes.has(path)));
    for (const path of all) await writer.create(path, null);
    await waitFor("and come again", 30_000, () => all.every((path) => model.nodes.has(path)));
    assert.equal(model.faults, []);
  });

  test("what may not be read is counted, and told when it may be read", async () => {
    const { writer } = world();
    const mine = [{ perms: 31, scheme: "digest", id: digestId("writer", "secret") }];
    await writer.addAuth("digest", Buffer.from("writer:secret"));
    await writer.create("/w", null);
    await writer.create("/w/closed", Buffer.from("secret"), { acl: mine });
    await writer.create("/w/closed/below", Buffer.from("open"));
    const { feed, model } = await world().followed();
    assert.equal([...feed.unreadable], ["/w/closed"]);
    await writer.setData("/w/closed/below", Buffer.from("more"));
    await writer.create("/w/late", null, { acl: mine });
    await waitFor("the late one is counted", 30_000, () => feed.unreadable.size === 2);
    assert.equal([...model.nodes.keys()].sort(), ["/", "/w"]);
    await writer.setAcl("/w/closed", OPEN);
    await writer.setAcl("/w/late", OPEN);
    await world().untilEqual(model);
    assert.is(feed.unreadable.size, 0);
    assert.is(model.snapshots, 1);
  });

  test("an ACL that is shown masked is not carried over, and what closes later stays known", async () => {
    const { writer } = world();
    const mine = { perms: 31, scheme: "digest", id: digestId("writer", "secret") };
    const masked = [mine, { perms: 1, scheme: "world", id: "anyone" }];
    await writer.addAuth("digest", Buffer.from("writer:secret"));
    await writer.create("/w", null);
    await writer.create("/w/open", Buffer.from("1"));
    const { feed, model } = await world().followed();
    await writer.create("/w/masked", null, { acl: masked });
    await waitFor("it is counted", 30_000, () => feed.unreadable.has("/w/masked"));
    assert.not(model.nodes.has("/w/masked"));
    await writer.setAcl("/w/open", [mine]);
    await waitFor("that it closed is noticed", 30_000, () => feed.unreadable.has("/w/open"));
    assert.ok(model.nodes.has("/w/open"));
    await writer.delete("/w/open");
    await writer.delete("/w/masked");
    await waitFor("it is gone", 30_000, () => !model.nodes.has("/w/open") && feed.unreadable.size === 0);
    await world().untilEqual(model);
    assert.is(model.snapshots, 1);
  });

  test("a cut connection means a new snapshot, and nothing is lost", async () => {
    const { writer, proxy } = world();
    const workload = new Workload({ client: writer, root: "/w", seed: 3, extended, ephemerals: true });
    await workload.prepare();
    const { model } = await world().followed();
    const writing = workload.run(1_500, 8);
    await waitFor("some writes have come", 30_000, () => model.transactions.length > 100);
    proxy.cut();
    await waitFor("the loss is told", 30_000, () => model.lost.length > 0);
    await writing;
    proxy.restore();
    await waitFor("there is a second snapshot", 30_000, () => model.snapshots > 1 && model.current !== null);
    await world().untilEqual(model);
  });

  test("an expired session means a new one", async () => {
    const { writer, proxy, sessions } = world();
    await writer.create("/w", null);
    const { model } = await world().followed({ sessionTimeoutMs: 1_500, connectTimeoutMs: 1_000 });
    const session = sessions.at(-1);
    await session?.create("/w/own", null, { mode: "ephemeral" });
    await world().untilEqual(model);
    proxy.silence();
    await waitFor(
      "the server expires the session",
      30_000,
      async () => (await writer.exists("/w/own")) === null,
    );
    await writer.create("/w/meanwhile", Buffer.from("news"));
    await waitFor("the loss is told", 30_000, () => model.lost.length > 0);
    proxy.cut(); // what hangs in the silence would hang on after it
    proxy.restore();
    await waitFor("there is a second snapshot", 30_000, () => model.snapshots > 1 && model.current !== null);
    assert.is.not(sessions.at(-1)?.sessionId, session?.sessionId);
    await world().untilEqual(model);
    assert.ok(!model.nodes.has("/w/own"));
  });

  test("nothing is left after a stop, and it may start again", async () => {
    const { writer, sessions } = world();
    await writer.create("/w", null);
    const { feed, model } = await world().followed();
    assert.is(feed.server, world().proxy.address);
    const others = await connections(world());
    await feed.stop();
    assert.is(feed.server, null);
    assert.is(sessions.at(-1)?.state, "closed");
    await waitFor("its connection is gone", 30_000, async () => (await connections(world())) === others - 1);
    const { reports } = model;
    await writer.create("/w/after", null);
    feed.start(null, model);
    await waitFor("it is current again", 30_000, () => model.snapshots === 2 && model.current !== null);
    assert.is(model.reports, reports + 3, "the three znodes of the second snapshot and nothing else");
    await world().untilEqual(model);
    await feed.stop();
  });

  test("may be stopped from within a report, and while it is held or looking for a server", async () => {
    const { writer, proxy } = world();
    await writer.create("/w", null);
    const { feed, model } = await world().followed();
    await feed.stop();
    const { reports } = model;
    let stopped: Promise<void> | null = null;
    const begin = model.onSnapshotBegin.bind(model);
    model.onSnapshotBegin = () => {
      stopped = feed.stop();
    };
    feed.start(null, model);
    await waitFor("the stop was asked for", 30_000, () => stopped !== null);
    await stopped;
    assert.is(model.reports, reports);
    model.onSnapshotBegin = begin;
    feed.start(null, model);
    feed.hold(true);
    await waitFor("a held snapshot begins", 30_000, () => model.snapshots === 2);
    await feed.stop();
    assert.is(model.reports, reports);
    proxy.cut();
    feed.start(null, model);
    await feed.stop();
    proxy.restore();
    assert.is(model.snapshots, 2);
  });

  test("refused credentials end it", async () => {
    const feed = world().feed({ auth: [{ scheme: "nonsense", credential: Buffer.from("x") }] });
    const { model } = await world().followed();
    model.current = null;
    feed.start(null, model);
    await waitFor("it has failed", 30_000, () => model.failure !== null);
    assert.is(model.failure?.kind, "refused");
    await feed.stop();
  });
}

/** Makes a branch of three levels in one multi, or removes one, or both in one. Much of it is refused. */
async function turnOver(writer: ZooKeeperClient, random: Random): Promise<void> {
  const top = `/w/${random.below(4)}`;
  const branch = [top, `${top}/${random.below(2)}`];
  branch.push(`${branch[1]}/${random.below(2)}`);
  const data = Buffer.from([random.below(256)]);
  const make = branch.map((path) => ({ op: "create", path, data, acl: OPEN, mode: "persistent" }) as const);
  const remove = branch.toReversed().map((path) => ({ op: "delete", path, version: -1 }) as const);
  const from = random.below(3);
  const work = [make.slice(from), remove.slice(0, 3 - from), [...remove, ...make]];
  await writer.multi(random.pick(work)).catch((error: unknown) => {
    if (!isZooKeeperError(error, "NO_NODE", "NODE_EXISTS", "NOT_EMPTY")) throw error;
  });
}

async function connections(world: FeedWorld): Promise<number> {
  const text = await fourLetterWord("127.0.0.1", world.ensemble.server(1).plan.clientPort, "cons", {
    timeoutMs: 5_000,
  });
  return text.split("\n").filter((line) => line.includes("sid=")).length;
}

async function removeAll(writer: ZooKeeperClient, path: string): Promise<void> {
  if ((await writer.exists(path)) === null) return;
  const { children } = await writer.getChildren(path);
  for (const name of children) await removeAll(writer, `${path}/${name}`);
  await writer.delete(path);
}
