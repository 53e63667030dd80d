/** Every operation of the client on a real server, each result read again by node-zookeeper-client. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { digestId } from "../../src/zookeeper/digest.js";
import {
  type Acl,
  type MultiOp,
  PERMS,
  type WatchEvent,
  type ZooKeeperClient,
} from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { expectFailure, expectSameAsIndependent } from "../harness/zookeeper-expectations.js";
import { type IndependentReader, independentReader } from "../harness/zookeeper-reader.js";

const s = suite("operations on a real server");

const OPEN: readonly Acl[] = [{ perms: PERMS.all, scheme: "world", id: "anyone" }];
const SUPER = { scheme: "digest", credential: Buffer.from("super:secret") };

let ensemble: TestEnsemble;
let client: ZooKeeperClient;
let reader: IndependentReader;

s.before(async () => {
  // One server in quorum mode is enough here; versions.real.test.ts looks at older ones.
  ensemble = await startEnsemble({ size: 1, superPassword: "secret" });
  client = await connect({ connectString: ensemble.connectString });
  reader = await independentReader(ensemble.connectString, "super:secret");
});

s.after(async () => {
  reader?.close();
  await client?.close();
  await ensemble?.close();
});

const same = (path: string) => expectSameAsIndependent(client, reader, path);

s("data of every kind: null, empty, bytes, large, odd names", async () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  const cases: readonly (readonly [string, Buffer | null])[] = [
    ["/null", null],
    ["/empty", Buffer.alloc(0)],
    ["/bytes", everyByte],
    ["/large", Buffer.alloc(900_000, 7)],
    ["/ümläut – 中文 ..x", Buffer.from("ä")],
  ];
  for (const [path, data] of cases) {
    assert.equal(await client.create(path, data), { path });
    const read = await client.getData(path);
    assert.equal(read.data, data);
    assert.is(read.stat.dataLength, data?.length ?? 0);
    await same(path);
  }
  await same("/");
});

s("versions: set, compare, delete", async () => {
  await client.create("/v", Buffer.from("0"));
  assert.is((await client.setData("/v", Buffer.from("1"), 0)).version, 1);
  const error = await expectFailure(client.setData("/v", Buffer.from("2"), 0), "BAD_VERSION");
  assert.is(error.path, "/v");
  assert.is(error.server, ensemble.connectString);
  assert.match(error.message, /^setData \/v on 127\.0\.0\.1:\d+: BAD_VERSION: /);
  await same("/v");
  await client.create("/v/child", null);
  await expectFailure(client.delete("/v"), "NOT_EMPTY");
  await client.delete("/v/child");
  await expectFailure(client.delete("/v", 7), "BAD_VERSION");
  await client.delete("/v", 1);
  assert.is(await client.exists("/v"), null);
  await expectFailure(client.getData("/v"), "NO_NODE");
  await same("/v");
});

s("sequential, ephemeral, container and TTL znodes", async () => {
  await client.create("/modes", null);
  const first = await client.create("/modes/s-", null, { mode: "persistent-sequential" });
  const second = await client.create("/modes/", null, { mode: "ephemeral-sequential" });
  assert.match(first.path, /^\/modes\/s-\d{10}$/);
  assert.match(second.path, /^\/modes\/\d{10}$/);
  await client.create("/modes/e", null, { mode: "ephemeral" });
  assert.is((await client.exists("/modes/e"))?.ephemeralOwner, client.sessionId);
  await expectFailure(client.create("/modes/e/x", null), "NO_CHILDREN_FOR_EPHEMERALS");
  assert.equal((await client.getEphemerals("/modes")).sort(), [second.path, "/modes/e"].sort());
  const made = await client.create("/modes/stat", Buffer.from("abc"), { withStat: true });
  assert.is(made.stat?.dataLength, 3);
  await client.create("/modes/c", null, { mode: "container" });
  await client.create("/modes/c/x", null);
  await client.create("/modes/ttl", null, { mode: "persistent-ttl", ttlMs: 100 });
  await client.create("/modes/ttl-", null, { mode: "persistent-sequential-ttl", ttlMs: 100 });
  for (const path of ["/modes", first.path, second.path, "/modes/e", "/modes/stat", "/modes/c"])
    await same(path);
  await client.delete("/modes/c/x");
  await waitFor("the server removes the empty container and the TTL znodes", 20_000, async () => {
    const { children } = await client.getChildren("/modes");
    return !children.some((name) => name === "c" || name.startsWith("ttl"));
  });
});

s("parents are made, existing ones left alone", async () => {
  await client.createParents("/deep/er/and/deeper");
  assert.is((await client.exists("/deep/er/and"))?.version, 0);
  assert.is(await client.exists("/deep/er/and/deeper"), null);
  await client.setData("/deep/er", Buffer.from("kept"));
  await client.createParents("/deep/er/and/deeper");
  assert.equal((await client.getData("/deep/er")).data, Buffer.from("kept"));
});

s("ACLs and digest authentication", async () => {
  const acl = [
    { perms: PERMS.all, scheme: "digest", id: digestId("alice", "pw") },
    { perms: PERMS.read, scheme: "ip", id: "10.1.2.3" },
  ];
  await client.create("/secret", Buffer.from("x"), { acl });
  const error = await expectFailure(client.getData("/secret"), "NO_AUTH");
  assert.match(error.message, /Authenticate/);
  await expectFailure(client.setAcl("/deep", [{ perms: 31, scheme: "nonsense", id: "x" }]), "INVALID_ACL");
  const alice = await connect({
    connectString: ensemble.connectString,
    auth: [{ scheme: "digest", credential: Buffer.from("alice:pw") }],
  });
  assert.equal((await alice.getAcl("/secret")).acl, acl);
  assert.equal((await reader.read("/secret"))?.acl, acl);
  const stat = await alice.setAcl("/secret", [{ perms: PERMS.all, scheme: "auth", id: "" }], 0);
  assert.is(stat.aversion, 1);
  await expectFailure(alice.setAcl("/secret", OPEN, 0), "BAD_VERSION");
  assert.equal((await alice.getAcl("/secret")).acl, [
    { perms: PERMS.all, scheme: "digest", id: digestId("alice", "pw") },
  ]);
  await alice.close();
  await client.addAuth("digest", Buffer.from("alice:pw"));
  assert.equal((await client.getData("/secret")).data, Buffer.from("x"));
  await same("/secret");
  assert.ok((await client.whoAmI()).some((who) => who.scheme === "digest" && who.id === "alice"));
});

s("an authentication scheme the server does not know ends the session with words", async () => {
  const auth = [{ scheme: "nonsense", credential: Buffer.from("x") }];
  const error = await expectFailure(connect({ connectString: ensemble.connectString, auth }), "AUTH_FAILED");
  assert.match(error.message, /scheme nonsense/);
  const late = await connect({ connectString: ensemble.connectString });
  await expectFailure(late.addAuth("nonsense", Buffer.from("x")), "AUTH_FAILED");
  assert.is(late.state, "auth-failed");
  await expectFailure(late.getData("/"), "AUTH_FAILED");
  await late.close();
});

s("multi: all or none, and which one failed", async () => {
  const create = (path: string): MultiOp => ({
    op: "create",
    path,
    data: null,
    acl: OPEN,
    mode: "persistent",
  });
  const results = await client.multi([
    create("/m"),
    { ...create("/m/s-"), mode: "persistent-sequential" } as MultiOp,
    { ...create("/m/c"), mode: "container" } as MultiOp,
    { ...create("/m/t"), mode: "persistent-ttl", ttlMs: 60_000 } as MultiOp,
    { op: "setData", path: "/m", data: Buffer.from("1"), version: 0 },
    { op: "check", path: "/m", version: 1 },
    { op: "delete", path: "/m/c", version: -1 },
  ]);
  assert.equal(
    results.map((result) => result.op),
    ["create", "create", "create", "create", "setData", "check", "delete"],
  );
  const [, sequential] = results;
  assert.match(sequential?.op === "create" ? sequential.path : "", /^\/m\/s-\d{10}$/);
  await same("/m");
  const error = await expectFailure(
    client.multi([create("/m/new"), { op: "check", path: "/m", version: 9 }, create("/m/other")]),
    "BAD_VERSION",
  );
  assert.is(error.opIndex, 1);
  assert.is(error.path, "/m");
  assert.match(error.message, /multi check \/m \(operation 1\)/);
  assert.is(await client.exists("/m/new"), null);
  await same("/m");
  assert.equal(await client.multi([]), []);
});

s(
  "a chroot goes everywhere: paths, multi, events, ephemerals, errors, a parent that is missing",
  async () => {
    const inside = await connect({ connectString: `${ensemble.connectString}/root/of/app` });
    await inside.createParents("/a");
    const events: WatchEvent[] = [];
    await inside.addWatch("/", "persistent-recursive", (event) => events.push(event));
    assert.equal(await inside.create("/a", Buffer.from("1")), { path: "/a" });
    const { path } = await inside.create("/a/e-", null, { mode: "ephemeral-sequential" });
    assert.match(path, /^\/a\/e-\d{10}$/);
    const [made] = await inside.multi([
      { op: "create", path: "/b", data: null, acl: OPEN, mode: "persistent" },
    ]);
    assert.equal(made, { op: "create", path: "/b" });
    assert.equal(await inside.getEphemerals("/a"), [path]);
    assert.equal((await inside.getChildren("/")).children.sort(), ["a", "b"]);
    assert.is((await expectFailure(inside.getData("/none"), "NO_NODE")).path, "/none");
    await expectSameAsIndependent(inside, reader, "/a", "/root/of/app");
    await inside.sync("/a");
    assert.equal(
      events.map((event) => `${event.type} ${event.path}`),
      ["created /a", `created ${path}`, "created /b"],
    );
    await inside.close();
    assert.ok(await client.exists("/root/of/app/a"));
  },
);

s("watches of all kinds, once or for good, in order with the answers", async () => {
  const events: string[] = [];
  const note = (name: string) => (event: WatchEvent) => events.push(`${name} ${event.type} ${event.path}`);
  await client.create("/w", null);
  await client.getData("/w", note("data"));
  await client.exists("/w/x", note("exist"));
  await client.getChildren("/w", note("child"));
  await client.addWatch("/w", "persistent", note("persistent"));
  await client.create("/w/x", null);
  await client.setData("/w", Buffer.from("1"));
  await client.setData("/w", Buffer.from("2"));
  await client.sync("/w");
  assert.equal(events.sort(), [
    "child children /w",
    "data changed /w",
    "exist created /w/x",
    "persistent changed /w",
    "persistent changed /w",
    "persistent children /w",
  ]);
  events.length = 0;
  await client.getData("/w", note("again"));
  await client.removeWatches("/w", "persistent");
  await client.setData("/w", Buffer.from("3"));
  await client.sync("/w");
  assert.equal(events, ["persistent removed /w", "again changed /w"]);
  await client.getData("/w", note("dropped"));
  await client.removeWatches("/w", "data");
  await expectFailure(client.removeWatches("/w", "children"), "NO_WATCHER");
  await client.setData("/w", Buffer.from("4"));
  await client.sync("/w");
  assert.equal(events.slice(2), ["dropped removed /w"]);
});

s("an event is seen after the answer that set its watch and before newer data", async () => {
  const writer = await connect({ connectString: ensemble.connectString });
  await client.create("/order", Buffer.from("0"));
  for (let round = 1; round <= 50; round++) {
    const seen: string[] = [];
    const read = client.getData("/order", () => seen.push("event")).then(() => seen.push("answer"));
    const write = writer.setData("/order", Buffer.from(String(round)));
    await Promise.all([read, write]);
    for (;;) {
      const { data } = await client.getData("/order");
      if (data?.toString() === String(round)) break;
    }
    seen.push("new data");
    assert.ok(
      ["answer,event,new data", "answer,new data"].includes(seen.join()),
      `round ${round}: ${seen.join()}`,
    );
  }
  await writer.close();
});

s("ten thousand requests at once keep their order", async () => {
  await client.create("/burst", null);
  const answers = await Promise.all(
    Array.from({ length: 10_000 }, (_, index) => client.setData("/burst", Buffer.from(String(index)))),
  );
  assert.equal(
    answers.map((stat) => stat.version),
    Array.from({ length: 10_000 }, (_, index) => index + 1),
  );
  await same("/burst");
});

s("a request beyond jute.maxbuffer fails with the reason, and the session goes on", async () => {
  const id = client.sessionId;
  const error = await expectFailure(client.setData("/burst", Buffer.alloc(2_000_000)), "CONNECTION_LOSS");
  assert.match(error.message, /jute\.maxbuffer allows 1048575 unless configured/);
  assert.ok(await client.exists("/burst"));
  assert.is(client.sessionId, id);
});

s("reconfig needs rights; with them the text of the configuration comes back", async () => {
  await expectFailure(client.reconfig({ leaving: "9" }), "NO_AUTH");
  const admin = await connect({ connectString: ensemble.connectString, auth: [SUPER] });
  const before = await admin.getData("/zookeeper/config");
  assert.match(before.data?.toString() ?? "", /^server\.1=/);
  await expectFailure(admin.reconfig({ leaving: "1" }), "BAD_ARGUMENTS", "NEW_CONFIG_NO_QUORUM");
  const after = await admin.reconfig({ joining: before.data?.toString().split("\n")[0] ?? "" });
  assert.match(after.data.toString(), /^server\.1=/);
  await admin.close();
});

s("closing ends the session at once and what is asked later fails", async () => {
  const other = await connect({ connectString: ensemble.connectString });
  await other.create("/mine", null, { mode: "ephemeral" });
  await other.close();
  assert.is(await client.exists("/mine"), null);
  assert.is(other.state, "closed");
  await expectFailure(other.getData("/"), "CLOSED");
  await other.close();
});

s.run();
