/** What the client does when servers die, stop, lose their quorum, or let the session expire: three real servers. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { fourLetterWord } from "../../src/zookeeper/four-letter.js";
import type { ConnectOptions, SessionState, WatchEvent, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble, type TestServer } from "../harness/zookeeper.js";
import { expectFailure } from "../harness/zookeeper-expectations.js";
import { TestProxy } from "../harness/zookeeper-proxy.js";

const s = suite("failures of real servers");

const SESSION_MS = 4_000;
let ensemble: TestEnsemble;
const clients: ZooKeeperClient[] = [];
const proxies: TestProxy[] = [];

s.before(async () => {
  ensemble = await startEnsemble({ size: 3 });
});
s.after(() => ensemble?.close());

/** Clients and proxies end; whoever was stopped goes on, whoever is dead comes back, and all serve. */
s.after.each(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  for (const proxy of proxies.splice(0)) proxy.close();
  for (const server of ensemble.servers) {
    await server.kill("SIGCONT");
    if (server.pid === null) server.launch();
  }
  await Promise.all(ensemble.servers.map((server) => server.untilServing()));
});

async function connectTo(
  connectString: string,
  more: Partial<ConnectOptions> = {},
): Promise<ZooKeeperClient> {
  const options = { connectString, sessionTimeoutMs: SESSION_MS, connectTimeoutMs: 30_000, ...more };
  const client = await connect(options);
  clients.push(client);
  return client;
}

async function proxyOf(id: number): Promise<TestProxy> {
  const proxy = await TestProxy.start(ensemble.server(id).clientPort);
  proxies.push(proxy);
  return proxy;
}

function record(client: ZooKeeperClient): SessionState[] {
  const states: SessionState[] = [];
  client.onState((state) => states.push(state));
  return states;
}

async function followers(): Promise<TestServer[]> {
  const modes = await Promise.all(ensemble.servers.map((server) => server.mode()));
  return ensemble.servers.filter((_, index) => modes[index] === "follower");
}

function serverOf(client: ZooKeeperClient): TestServer {
  const found = ensemble.servers.find((server) => server.address === client.server);
  if (found === undefined) throw new Error(`${client.server} is none of the ensemble's servers`);
  return found;
}

async function twoFollowers(): Promise<string> {
  return (await followers()).map((server) => server.address).join(",");
}

const regained = (client: ZooKeeperClient) =>
  waitFor("the session is connected again", 30_000, () => client.state === "connected");

s(
  "a server killed: the session moves with its ephemerals; what was on its way is CONNECTION_LOSS",
  async () => {
    const client = await connectTo(await twoFollowers());
    const states = record(client);
    const { sessionId, server } = client;
    await client.create("/killed", null, { mode: "ephemeral" });
    const victim = serverOf(client);
    await victim.kill("SIGSTOP"); // so that the request is certainly unanswered
    const lost = client.setData("/killed", Buffer.from("x"));
    const outcome = expectFailure(lost, "CONNECTION_LOSS");
    await new Promise((resolve) => setImmediate(resolve));
    await victim.kill("SIGKILL");
    const error = await outcome;
    assert.is(error.server, server);
    assert.match(error.message, /may or may not have happened/);
    // Asked while there is no connection: waits for the next one instead of failing.
    assert.is((await client.exists("/killed"))?.ephemeralOwner, sessionId);
    assert.is(client.sessionId, sessionId);
    assert.is.not(client.server, server);
    assert.equal(states, ["disconnected", "connected"]);
  },
);

s("a server that stops answering is noticed soon enough to save the session", async () => {
  const client = await connectTo(await twoFollowers());
  const states = record(client);
  const { sessionId } = client;
  await client.create("/stopped", null, { mode: "ephemeral" });
  const stopped = Date.now();
  await serverOf(client).kill("SIGSTOP");
  await waitFor("the silence is noticed", 30_000, () => states.includes("disconnected"));
  // 2/3 of the timeout is the promise (parts.test.ts holds it to that exactly); here the machine may be busy.
  assert.ok(Date.now() - stopped < client.sessionTimeoutMs, "noticed before the session could expire");
  await regained(client);
  assert.is(client.sessionId, sessionId);
  assert.is((await client.exists("/stopped"))?.ephemeralOwner, sessionId);
  assert.not(states.includes("expired"));
});

s("a silent link is noticed as well, although both ends are alive", async () => {
  const proxy = await proxyOf(1);
  const client = await connectTo(proxy.address);
  const states = record(client);
  proxy.silence();
  await waitFor("the silence is noticed", 30_000, () => states.includes("disconnected"));
  proxy.restore();
  await regained(client);
});

s("quorum lost: requests fail naming the servers; quorum regained: the same session goes on", async () => {
  const patience = { sessionTimeoutMs: 10_000, connectTimeoutMs: 2_000 };
  const client = await connectTo(ensemble.connectString, patience);
  const { sessionId } = client;
  await client.create("/quorum", Buffer.from("before"));
  const [one, two] = await followers();
  if (one === undefined || two === undefined) throw new Error("three servers have two followers");
  await Promise.all([one.kill("SIGKILL"), two.kill("SIGKILL")]);
  const [failed] = await Promise.all([
    expectFailure(client.setData("/quorum", Buffer.from("lost")), "UNREACHABLE", "CONNECTION_LOSS"),
    waitFor("the connection to a server without a quorum ends", 30_000, () => client.state !== "connected"),
  ]);
  assert.is(failed.path, "/quorum");
  const error = await expectFailure(client.getData("/quorum"), "UNREACHABLE");
  for (const server of ensemble.servers) assert.match(error.message, server.address);
  one.launch();
  two.launch();
  await Promise.all(ensemble.servers.map((server) => server.untilServing()));
  await regained(client);
  assert.is(client.sessionId, sessionId);
  await client.setData("/quorum", Buffer.from("after"));
  assert.equal((await client.getData("/quorum")).data, Buffer.from("after"));
});

s(
  "an expired session: ephemerals gone, everything asked is SESSION_EXPIRED, nothing goes on behind",
  async () => {
    const proxy = await proxyOf(1);
    const client = await connectTo(proxy.address, { sessionTimeoutMs: 1_000 });
    const observer = await connectTo(ensemble.connectString);
    await client.create("/expiring", null, { mode: "ephemeral" });
    proxy.cut();
    const waiting = expectFailure(client.getData("/"), "SESSION_EXPIRED", "CONNECTION_LOSS");
    await waitFor("the servers expire the session", 30_000, async () => {
      return (await observer.exists("/expiring")) === null;
    });
    const queued = expectFailure(client.getData("/"), "SESSION_EXPIRED");
    proxy.restore();
    await waiting;
    await queued;
    assert.is(client.state, "expired");
    const error = await expectFailure(client.create("/x", null), "SESSION_EXPIRED");
    assert.match(error.message, /Connect anew/);
    await observer.close();
    proxy.close();
  },
);

s("watches survive a reconnection, and what was missed meanwhile is told", async () => {
  const proxy = await proxyOf(1);
  const writer = await connectTo(ensemble.connectString);
  await writer.createParents("/again/a/b");
  const client = await connectTo(`${proxy.address}/again`);
  const events: string[] = [];
  const note = (name: string) => (event: WatchEvent) => events.push(`${name} ${event.type} ${event.path}`);
  await client.getData("/a", note("data"));
  await client.exists("/new", note("exist"));
  await client.getChildren("/", note("child"));
  await client.addWatch("/a", "persistent-recursive", note("recursive"));
  const many = Array.from({ length: 3_000 }, (_, index) => `/a/${"long-name-".repeat(8)}${index}`);
  await Promise.all(many.map((path) => client.exists(path, note("many")))); // more than one setWatches request
  proxy.cut();
  await waitFor("the cut is noticed", 30_000, () => client.state !== "connected");
  await writer.setData("/again/a", Buffer.from("missed"));
  await writer.create("/again/new", null);
  proxy.restore();
  await regained(client);
  await waitFor("the missed events come, once each", 30_000, () => {
    const oneShot = events.filter((event) => !event.startsWith("recursive")).sort();
    return oneShot.join() === "child children /,data changed /a,exist created /new";
  });
  events.length = 0;
  await writer.create(`/again${many[2_999]}`, null);
  await waitFor("live events come", 30_000, () => events.length >= 2);
  assert.equal(events.sort(), [`many created ${many[2_999]}`, `recursive created ${many[2_999]}`]);
});

s("credentials are presented again on the next server", async () => {
  const client = await connectTo(await twoFollowers());
  await client.addAuth("digest", Buffer.from("bob:pw"));
  await client.create("/bob", null, { acl: [{ perms: 31, scheme: "auth", id: "" }] });
  await serverOf(client).kill("SIGKILL");
  await waitFor("the loss is noticed", 30_000, () => client.state !== "connected");
  await regained(client);
  assert.is((await client.setData("/bob", Buffer.from("1"))).version, 1);
  await client.delete("/bob");
});

s(
  "read-only: a server without a quorum is taken, writes refused, and left when the quorum is back",
  async () => {
    // From 3.9 such a server gives out local sessions only.
    const settings = { localSessionsEnabled: true, localSessionsUpgradingEnabled: true };
    const own = await startEnsemble({ size: 3, settings, jvmOptions: ["-Dreadonlymode.enabled=true"] });
    try {
      const [one, two, three] = own.servers;
      if (one === undefined || two === undefined || three === undefined) throw new Error("three servers");
      await Promise.all([one.kill("SIGKILL"), two.kill("SIGKILL")]);
      await waitFor("the last server has noticed", 30_000, async () => {
        return (await fourLetterWord("127.0.0.1", three.clientPort, "isro")).trim() === "ro";
      });
      const client = await connectTo(own.connectString, { readOnly: true });
      assert.is(client.state, "read-only");
      assert.is(client.server, three.address);
      assert.equal((await client.getChildren("/")).children, ["zookeeper"]);
      const error = await expectFailure(client.create("/ro", null), "NOT_READONLY");
      assert.match(error.message, /majority/);
      one.launch();
      two.launch();
      await regained(client);
      await client.create("/ro", null);
    } finally {
      await own.close();
    }
  },
);

s.run();
