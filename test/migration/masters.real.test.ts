/**
 * Leadership and the replicated log moved from one ZooKeeper to another and back, under an observer of somebody else's: at no moment
 * two leaders, and whatever the registry has acknowledged is still there.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SideName } from "../../src/migration/model/spec.js";
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

async function expectWhole(on: Platform, leaders: RegExp): Promise<void> {
  assert.equal(await on.lostWeights(), []);
  assert.equal(on.watch.doubles, []);
  assert.ok(on.watch.looks > 20, `${on.watch.looks} looks`);
  assert.match(on.watch.leaders.map((leader) => leader[0]).join(""), leaders);
}

masters("three masters are replaced by three others, and back by empty ones", () =>
  onPlatform({ mode: "replace" }, async (on) => {
    const old = await begin(on);
    const fresh = on.spec.target.masters.servers.map(({ name }) => name);
    const there = await replace(on, "a", old, fresh);
    console.log(`cut-over to B: ${there["cutoverMs"]} ms`);
    assert.ok(Number(there["cutoverMs"]) < 5_000);
    await expectWhole(on, /^ab$/);
    const back = await replace(on, "b", fresh, old);
    console.log(`cut-over to A: ${back["cutoverMs"]} ms`);
    await expectWhole(on, /^aba$/);
  }),
);

masters.run();
