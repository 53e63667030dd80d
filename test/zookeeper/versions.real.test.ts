/** The same session of work on every server line from 3.4 to 3.9; what a line does not know is refused in words. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { fourLetterWord } from "../../src/zookeeper/four-letter.js";
import { isOlder, versionOfSrvr } from "../../src/zookeeper/server-version.js";
import type { WatchEvent, ZooKeeperClient } from "../../src/zookeeper/types.js";
import { isZooKeeperError } from "../../src/zookeeper/zookeeper-error.js";
import { waitFor } from "../harness/wait.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { testDistributionIfAny } from "../harness/zookeeper-distribution.js";
import { expectFailure, expectSameAsIndependent } from "../harness/zookeeper-expectations.js";
import { independentReader } from "../harness/zookeeper-reader.js";

const s = suite("server versions");
const VERSIONS = ["3.4.14", "3.5.10", "3.6.4", "3.7.2", "3.8.4", "3.9.4"];

async function admin(ensemble: TestEnsemble): Promise<void> {
  const text = await fourLetterWord("127.0.0.1", ensemble.server(1).clientPort, "srvr");
  assert.is(versionOfSrvr(text), ensemble.version);
  const { adminPort } = ensemble.server(1);
  assert.is(adminPort === null, isOlder(ensemble.version, "3.5.0"));
  if (adminPort === null) return;
  const answer = await fetch(`http://127.0.0.1:${adminPort}/commands/srvr`);
  const { version } = (await answer.json()) as { version: string };
  assert.ok(version.startsWith(ensemble.version));
}

async function basics(client: ZooKeeperClient): Promise<void> {
  const events: WatchEvent["type"][] = [];
  await client.create("/a", Buffer.from("1"));
  const created = await client.create("/a/s-", null, { mode: "ephemeral-sequential", withStat: true });
  assert.is(created.path, "/a/s-0000000000");
  await client.getData("/a", (event) => events.push(event.type));
  await client.getChildren("/a", (event) => events.push(event.type));
  await client.multi([
    { op: "setData", path: "/a", data: Buffer.from("2"), version: 0 },
    { op: "delete", path: created.path, version: -1 },
  ]);
  await client.sync("/a");
  assert.equal(events, ["changed", "children"]);
  const both = [{ perms: 31, scheme: "world", id: "anyone" }];
  await client.setAcl("/a", both, 0);
  const error = await expectFailure(
    client.multi([
      { op: "check", path: "/a", version: 1 },
      { op: "delete", path: "/none", version: 0 },
    ]),
    "NO_NODE",
  );
  assert.is(error.opIndex, 1);
}

/** Each: first version, call. */
async function newer(client: ZooKeeperClient, version: string): Promise<void> {
  const operations: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["3.5.1", () => client.create("/c", null, { mode: "container" })],
    ["3.5.3", () => client.create("/t", null, { mode: "persistent-ttl", ttlMs: 60_000 })],
    ["3.6.0", () => client.addWatch("/a", "persistent", () => {})],
    ["3.6.0", () => client.getEphemerals("/")],
    ["3.7.0", () => client.whoAmI()],
    ["3.5.0", () => client.reconfig({ leaving: "9" })],
  ];
  const { sessionId } = client;
  for (const [since, call] of operations) {
    if (!isOlder(version, since)) {
      // Known there: reconfig without rights is turned down, but for that reason.
      await call().catch((error: unknown) => {
        if (!isZooKeeperError(error, "NO_AUTH")) throw error;
      });
      continue;
    }
    const error = await expectFailure(call(), "UNIMPLEMENTED");
    assert.match(error.message, `the server is ${version}; this operation came with ${since}`);
  }
  assert.is(client.state, "connected", "no refusal has cost the connection");
  assert.is(client.sessionId, sessionId);
}

async function reconnection(client: ZooKeeperClient, ensemble: TestEnsemble): Promise<void> {
  const events: WatchEvent[] = [];
  await client.getData("/a", (event) => events.push(event));
  const { sessionId } = client;
  await ensemble.server(1).kill("SIGKILL");
  await waitFor("the loss is noticed", 30_000, () => client.state !== "connected");
  await ensemble.server(1).start();
  await waitFor("the session is connected again", 30_000, () => client.state === "connected");
  assert.is(client.sessionId, sessionId);
  await client.setData("/a", Buffer.from("3"));
  await waitFor("the watch set before still fires", 10_000, () => events.length === 1);
}

for (const version of VERSIONS) {
  s(`ZooKeeper ${version}`, async () => {
    if ((await testDistributionIfAny(version)) === undefined) {
      console.log(`  left out: ZooKeeper ${version} is neither here nor to be fetched`);
      return;
    }
    const ensemble = await startEnsemble({ size: 1, version });
    try {
      await admin(ensemble);
      const client = await connect({ connectString: ensemble.connectString, sessionTimeoutMs: 8_000 });
      await basics(client);
      await newer(client, version);
      const reader = await independentReader(ensemble.connectString);
      for (const path of ["/", "/a"]) await expectSameAsIndependent(client, reader, path);
      reader.close();
      await reconnection(client, ensemble);
      await client.close();
    } finally {
      await ensemble.close();
    }
  });
}

s.run();
