/**
 * Leadership and the replicated log moved from one ZooKeeper to another and back, under an observer of somebody else's: at no moment
 * two leaders, and whatever the registry has acknowledged is still there.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Facts } from "../../src/migration/model/ports.js";
import type { SideName } from "../../src/migration/model/spec.js";
import { connect } from "../../src/zookeeper/connect.js";
import { waitFor } from "../harness/wait.js";
import { handOver, onPlatform, type Platform } from "./platform.js";

const masters = suite("migration of masters");
const PATHS = ["/mesos", "/mesos/log_replicas"];

/** Resolves with the names of A's masters, the leader first. */
async function begin(on: Platform): Promise<string[]> {
  await on.step({ kind: "start-sync" });
  await on.step({ kind: "fence-counters", paths: PATHS, lower: "a" });
  const { facts } = await on.step({ kind: "take-baseline" });
  const names = on.spec.source.masters.servers.map(({ name }) => name);
  return names.sort((one, other) => Number(other === facts["leader"]) - Number(one === facts["leader"]));
}

/** From three masters, of which the first leads, to three empty ones on the other side. */
async function replace(on: Platform, from: SideName, old: readonly string[], fresh: readonly string[]) {
  const zookeeper = from === "a" ? "b" : "a";
  const [, second = "", third = ""] = old;
  const [one = "", two = "", three = ""] = fresh;
  await on.step({ kind: "stop-master", server: third });
  await on.step({ kind: "start-master", server: one, quorum: 2, zookeeper });
  await on.step({ kind: "stop-master", server: second });
  await on.step({ kind: "start-master", server: two, quorum: 2, zookeeper });
  const { facts } = await on.step(handOver(from, { kind: "stop" }));
  await on.step({ kind: "swap-counters", paths: PATHS });
  await on.step({ kind: "start-master", server: three, quorum: 2, zookeeper });
  return facts;
}

/** Nothing that was acknowledged or ran is lost, and leadership was where it should have been, in this order of sides. */
async function expectWhole(on: Platform, tasks: readonly string[], leaders: RegExp): Promise<void> {
  assert.equal(await on.lostWeights(), []);
  assert.equal(await on.tasks(), tasks);
  assert.equal(on.watch.doubles, []);
  assert.ok(on.watch.looks > 20, `${on.watch.looks} looks`);
  assert.match(on.watch.leaders.map((leader) => leader[0]).join(""), leaders);
}

function told(what: string, facts: Facts): void {
  const times = ["cutoverMs", "electedMs", "awayMs", "windowMs"].filter((name) => name in facts);
  console.log(`${what}: ${times.map((name) => `${name} ${facts[name]}`).join(", ")}`);
}

/** A was left alone for a while: B's state counts, and what is stale on A goes. */
async function connectAgain(on: Platform, standby: string): Promise<void> {
  const { ensembles, servers } = on;
  const clients = await Promise.all(
    [ensembles.a, ensembles.b].map(({ connectString }) => connect({ connectString })),
  );
  try {
    const [a, b] = clients;
    if (a === undefined || b === undefined) throw new Error("no clients");
    await a.create("/mesos/stale", Buffer.from("a"));
    await b.create("/mesos/fresh", Buffer.from("b"));
    const candidates = async () =>
      (await b.getChildren("/mesos")).children.filter((name) => name.includes("_"));
    const before = await candidates();
    // Its supervisor starts it again: another candidacy, of which A knows nothing.
    servers.crash(standby);
    await waitFor("another candidacy", 30_000, async () => {
      const now = await candidates();
      return now.length === before.length && now.some((name) => !before.includes(name));
    });
    await on.step({ kind: "start-sync", counts: "b" });
    await on.step({ kind: "fence-counters", paths: PATHS, lower: "b" });
    await on.step({ kind: "take-baseline" });
    assert.is(await a.exists("/mesos/stale"), null);
    assert.is((await a.getData("/mesos/fresh")).data?.toString(), "b");
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

/** Off and on again; an agent with tasks is not removed. */
async function switchAgents(on: Platform, servers: readonly string[]): Promise<void> {
  const off = await on.step({ kind: "deactivate-agents", servers });
  const agents = await on.mesos.agents(AbortSignal.timeout(10_000));
  assert.equal(
    agents.map(({ deactivated }) => deactivated),
    servers.map(() => true),
  );
  const again = await on.step({ kind: "reactivate-agents", servers });
  assert.equal(again.facts["agents"], off.facts["agents"]);
  await on.step({ kind: "remove-agents", servers }).then(
    () => assert.unreachable("an agent with tasks was removed"),
    (error: Error) => assert.match(error.message, /tasks are on it/),
  );
}

masters("three masters are replaced by three others, and back by empty ones, while tasks run", () =>
  onPlatform({ mode: "replace", marathon: true }, async (on) => {
    const tasks = await on.launchApp(3);
    const old = await begin(on);
    const fresh = on.spec.target.masters.servers.map(({ name }) => name);
    const there = await replace(on, "a", old, fresh);
    told("to B", there);
    assert.ok(Number(there["cutoverMs"]) < 5_000);
    await expectWhole(on, tasks, /^ab$/);
    told("back to A", await replace(on, "b", fresh, old));
    await expectWhole(on, tasks, /^aba$/);
  }),
);

masters("masters, agents and Marathon are restarted onto the other ZooKeeper, one by one", () =>
  onPlatform({ mode: "repoint", marathon: true, batch: true }, async (on) => {
    await on.launchApp(3);
    const tasks = await on.launchRun();
    const [leader = "", ...standbys] = await begin(on);
    for (const server of standbys) {
      await on.step({ kind: "restart-master", server, quorum: 2, zookeeper: "b" });
    }
    const { facts } = await on.step(handOver("a", { kind: "restart", quorum: 2, zookeeper: "b" }));
    told("masters to B", facts);
    assert.is(facts["leaderBefore"], leader);
    await on.step({ kind: "swap-counters", paths: PATHS });
    const agents = on.spec.source.agents.servers.map(({ name }) => name);
    const moved = await on.step({ kind: "repoint-agents", servers: agents, zookeeper: "b" });
    told("agents to B", moved.facts);
    await expectWhole(on, tasks, /^ab$/);
    const framework = await on.step({ kind: "repoint-framework", framework: "marathon", zookeeper: "b" });
    told("Marathon to B", framework.facts);
    await expectWhole(on, tasks, /^ab$/);
    const back = await on.step({ kind: "repoint-framework", framework: "marathon", zookeeper: "a" });
    assert.is(back.facts["frameworkId"], framework.facts["frameworkId"]);
    await on.step({ kind: "repoint-framework", framework: "marathon", zookeeper: "b" });
    const runs = await on.step({ kind: "repoint-framework", framework: "batch", zookeeper: "b" });
    told("batch to B", runs.facts);
    await switchAgents(on, agents);
    await expectWhole(on, tasks, /^ab$/);
    await on.step({ kind: "stop-sync" });
    // The one that led A came to B last.
    await connectAgain(on, leader);
    await expectWhole(on, tasks, /^ab$/);
  }),
);

masters.run();
