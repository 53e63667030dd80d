/** What hand-made znodes do to live masters and agents: the recordings' scenarios 4a to 4k. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Detector } from "../../../../src/sandbox/mesos/coordination/detector.js";
import {
  type MasterInfo,
  masterInfo,
  masterInfoJson,
} from "../../../../src/sandbox/mesos/coordination/master-info.js";
import { waitFor } from "../../../harness/wait.js";
import { DEADLINE_MS, type InProcessMaster } from "./in-process-master.js";
import { MasterLab } from "./master-lab.js";

const handMade = suite("hand-made znodes beside live mesos masters");
const lab = new MasterLab();
let agent: Detector | null = null;

handMade.before(() => lab.open(1));
handMade.after.each(async () => {
  await agent?.stop();
  agent = null;
  await lab.cleanUp();
});
handMade.after(() => lab.close());

const NOBODY: MasterInfo = masterInfo({
  id: "00000000-0000-0000-0000-000000000099",
  ip: "127.0.0.99",
  port: 5050,
  hostname: "127.0.0.99",
  version: "1.12.0",
});

/** Two masters whose numbers are above 1, and an agent's detector. */
async function cluster(path: string) {
  await lab.client.create(path, null);
  for (const name of ["burnt-a", "burnt-b"]) {
    await lab.client.create(`${path}/${name}`, null);
    await lab.client.delete(`${path}/${name}`);
  }
  const leader = await lab.start({ path });
  await leader.untilServing();
  // A standby with a replica of its own would need a larger quorum; for detection that is all the same.
  const standby = await lab.start({ path });
  await waitFor("the standby to follow", DEADLINE_MS, () => standby.leaderPort === leader.port);
  await waitFor("the standby's candidacy", DEADLINE_MS, () => standby.candidate !== null);
  const seen: (number | null)[] = [];
  let fatal: string | null = null;
  const url = { servers: lab.ensemble(0).connectString, path, credential: null };
  agent = new Detector({ url, sessionMs: 2_000, name: "zookeeper-group(1)@agent", log: () => {} });
  agent.start(
    (info) => seen.push(info?.port ?? null),
    (message) => {
      fatal = message;
    },
  );
  await waitFor("the agent to see the leader", DEADLINE_MS, () => seen.at(-1) === leader.port);
  return { leader, standby, seen, fatal: () => fatal };
}

function make(path: string, text: string): Promise<unknown> {
  return lab.client.create(path, Buffer.from(text));
}

handMade("4a: with the leader's own data it stays, re-elected", async () => {
  const { leader, standby, seen } = await cluster("/a");
  await make("/a/json.info_0000000001", masterInfoJson(leader.info));
  await waitFor("re-election", DEADLINE_MS, () => leader.events.some((event) => event.kind === "re-elected"));
  await waitFor("the standby to look", DEADLINE_MS, () => standby.said("(id='1')"));
  await waitFor("the agent to look", DEADLINE_MS, () => seen.length === 2);
  assert.equal(seen, [leader.port, leader.port]);
  assert.is(leader.end, null);
  await lab.client.delete("/a/json.info_0000000001");
  await waitFor(
    "it again",
    DEADLINE_MS,
    () => leader.events.filter((event) => event.kind === "re-elected").length === 2,
  );
});

handMade(
  "4b: with a standby's data the leader concedes and the standby leads, until it is deleted",
  async () => {
    const { leader, standby } = await cluster("/b");
    await make("/b/json.info_0000000001", masterInfoJson(standby.info));
    assert.is(await leader.untilEnded(), "Conceded leadership to another master... committing suicide!");
    assert.ok(leader.said("E master.cpp] EXIT with status 1: Conceded leadership"));
    await waitFor("the standby to be elected", DEADLINE_MS, () =>
      standby.said("Elected as the leading master!"),
    );
    await lab.client.delete("/b/json.info_0000000001");
    await waitFor(
      "the standby to look again",
      DEADLINE_MS,
      () => standby.end !== null || standby.events.length > 2,
    );
  },
);

handMade("4c: with the data of nobody the leader concedes and all follow nobody", async () => {
  const { leader, standby, seen } = await cluster("/c");
  await make("/c/json.info_0000000001", masterInfoJson(NOBODY));
  assert.match(await leader.untilEnded(), /^Conceded/);
  await waitFor("the redirect", DEADLINE_MS, () => standby.coordination.leader?.pid === NOBODY.pid);
  await waitFor("the agent too", DEADLINE_MS, () => seen.at(-1) === 5050);
  assert.is(standby.end, null);
});

for (const [name, znode, text, why] of [
  [
    "4d: empty",
    "json.info_0000000001",
    "",
    "Failed to parse data into valid JSON: syntax error at line 1 near: ",
  ],
  [
    "4f: unknown label",
    "migration_0000000001",
    masterInfoJson(NOBODY),
    "Failed to parse data of unknown label 'migration'",
  ],
] as const) {
  handMade(`${name}: all masters and all agents end`, async () => {
    const path = `/${name.slice(0, 2)}`;
    const { leader, standby, fatal } = await cluster(path);
    await make(`${path}/${znode}`, text);
    const message = `Failed to detect the leading master: ${why}; committing suicide!`;
    assert.is(await leader.untilEnded(), message);
    assert.is(await standby.untilEnded(), message);
    assert.equal(standby.end, { kind: "exit", status: 1, message });
    assert.is(await waitFor("the agent", DEADLINE_MS, fatal), why);
  });
}

handMade("4g, 4j, 4k: not the lowest, a replica that is not there, no number: harmless", async () => {
  const { leader, standby, seen, fatal } = await cluster("/g");
  await make("/g/json.info_0000009999", "hello");
  await make("/g/migration-lock", "hello");
  await make("/g/log_replicas/0000009998", "log-replica(1)@127.0.0.99:5050");
  await waitFor("the replica", DEADLINE_MS, () => leader.said("log-replica(1)@127.0.0.99:5050 }"));
  const state = await leader.coordination.registry.apply((was) => ({ ...was, weights: [] }));
  assert.equal(state.weights, []);
  assert.equal([leader.end, standby.end, fatal(), seen], [null, null, null, [leader.port]]);
});

handMade("5: changed data of the lowest goes unnoticed", async () => {
  const { leader, seen, standby } = await cluster("/set");
  await make("/set/json.info_0000000001", masterInfoJson(leader.info));
  await waitFor("the agent to look", DEADLINE_MS, () => seen.length === 2);
  await lab.client.setData("/set/json.info_0000000001", Buffer.from("garbage"));
  await make("/set/json.info_0000009999", "so that all look at the children again");
  await lab.client.delete("/set/json.info_0000009999");
  await lab.client.sync("/set");
  const write = leader.coordination.registry.apply((was) => ({ ...was, weights: [] }));
  await write;
  assert.equal([leader.end, standby.end, seen.length], [null, null, 2]);
});

handMade("4i: an empty entry below log_replicas aborts all masters, not agents", async () => {
  const { leader, standby, fatal } = await cluster("/i");
  await make("/i/log_replicas/0000009999", "");
  const message = "Check failed: pid Failed to parse ''";
  for (const master of [leader, standby] as InProcessMaster[]) {
    assert.is(await master.untilEnded(), message);
    assert.equal(master.end, { kind: "abort", signal: "SIGABRT", message });
    assert.ok(master.said(`F network.hpp] ${message}`));
  }
  assert.is(fatal(), null);
});

handMade.run();
