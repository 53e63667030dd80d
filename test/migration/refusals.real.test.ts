/**
 * What would split the election or lose what was acknowledged is refused, with everything left as it was; and servers that only a
 * person can start are waited for.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { MarathonClient } from "../../src/marathon/client.js";
import { ByHand } from "../../src/migration/actions/by-hand.js";
import { MesosAt } from "../../src/migration/actions/mesos-at.js";
import type { ServerControl } from "../../src/migration/actions/server-control.js";
import { Coordination } from "../../src/migration/coordination/coordination.js";
import type { ActionStep } from "../../src/migration/model/action.js";
import { actionOf, handOver, makeRunner, onPlatform, type Platform } from "./platform.js";

const refusals = suite("steps that are refused, and those done by hand");

/** Rejects with what is unsafe, having stopped and started nothing. */
async function refused(on: Platform, step: ActionStep, words: RegExp): Promise<void> {
  const before = on.servers.log.length;
  try {
    await on.step(step);
    assert.unreachable(`${step.kind} was carried out`);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    assert.is(error.diagnostics[0]?.code, "migration-unsafe-step");
    assert.match(error.message, words);
  }
  assert.equal(on.servers.log.slice(before), []);
}

/** A control under which nothing ever stops, whatever it says. */
function deaf(control: ServerControl): ServerControl {
  return {
    start: (server, change, context) => control.start(server, change, context),
    stop: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    status: () => Promise.resolve({ running: false, there: true, matches: false }),
  };
}

async function keepsLiveZnodes(on: Platform, server: string): Promise<void> {
  const runner = await makeRunner(on.spec, deaf(on.servers), () => {});
  const secret = () => Promise.reject(new Error("there are no secrets here"));
  const looking = await Coordination.open({ spec: on.spec, secret, now: Date.now, log: () => {} });
  try {
    const before = await looking.election();
    const context = {
      signal: new AbortController().signal,
      facts: on.facts,
      note: async () => {},
      report: () => {},
    };
    await runner.run(actionOf({ kind: "stop-master", server }), context).then(
      () => assert.unreachable("a live master counted as stopped"),
      (error: Error) => assert.match(error.message, /something listens/),
    );
    assert.equal(await looking.election(), before);
  } finally {
    await runner.close();
    await looking.close();
  }
}

refusals("one master too many, one too few, the leader, the wrong next one, and znodes of a live one", () =>
  onPlatform({ mode: "replace" }, async (on) => {
    await on.step({ kind: "start-sync" });
    await on.step({ kind: "fence-counters", paths: ["/mesos", "/mesos/log_replicas"], lower: "a" });
    const { facts } = await on.step({ kind: "take-baseline" });
    const leader = String(facts["leader"]);
    const [second = "", third = ""] = ["a1", "a2", "a3"].filter((name) => name !== leader);
    await refused(on, { kind: "start-master", server: "b1", quorum: 2, zookeeper: "b" }, /can split the log/);
    await refused(on, { kind: "stop-master", server: leader }, /leads: this step is for standbys/);
    await refused(on, { kind: "restart-master", server: leader, quorum: 2, zookeeper: "b" }, /leads/);
    await refused(on, handOver("a", { kind: "stop" }), /would lead, which is on the same side/);
    await keepsLiveZnodes(on, second);
    await on.step({ kind: "stop-master", server: third });
    await refused(on, { kind: "stop-master", server: second }, /1 masters would be left, and 2 must vote/);
    assert.equal(on.watch.doubles, []);
    assert.equal(await on.lostWeights(), []);
  }),
);

refusals("a person restarts a master onto the other ZooKeeper, and ferry sees it", () =>
  onPlatform({ mode: "repoint" }, async (on) => {
    await on.step({ kind: "start-sync" });
    await on.step({ kind: "fence-counters", paths: ["/mesos", "/mesos/log_replicas"], lower: "a" });
    const { facts } = await on.step({ kind: "take-baseline" });
    const name = ["a1", "a2", "a3"].find((each) => each !== facts["leader"]) ?? "";
    const server = on.spec.source.masters.servers.find((each) => each.name === name);
    if (server === undefined) throw new Error("there is no standby");
    await on.leave();

    const mesos = new MesosAt(() => ({ scheme: "http" }));
    const marathon = (url: string) => new MarathonClient({ urls: [url] });
    const byHand = new ByHand({ migration: on.spec, mesos, marathon });
    const told: string[] = [];
    const person = async (text: string): Promise<void> => {
      told.push(text);
      if (text.startsWith(`please stop ${name}`)) await on.servers.stop({ ref: server });
      if (!text.startsWith(`please start ${name}`)) return;
      await on.servers.start({ ref: server, role: "master" }, { quorum: 2, zookeeper: "b" });
    };
    const runner = await makeRunner(on.spec, byHand, () => {});
    try {
      const context = {
        signal: new AbortController().signal,
        facts: on.facts,
        note: async () => {},
        report: (text: string) => void person(text),
      };
      await runner.run(actionOf({ kind: "start-sync" }), context);
      const step = { kind: "restart-master", server: name, quorum: 2, zookeeper: "b" } as const;
      assert.is((await runner.probe(actionOf(step), context)).kind, "not-done");
      await runner.run(actionOf(step), context);
      assert.is((await runner.probe(actionOf(step), context)).kind, "done");
    } finally {
      await runner.close();
      await mesos.close();
    }
    assert.match(
      told.join("\n"),
      new RegExp(`--zk=zk://${on.ensembles.b.connectString}/mesos and --quorum=2`),
    );
    assert.equal(on.watch.doubles, []);
  }),
);

refusals.run();
