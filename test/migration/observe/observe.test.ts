/** What is said of a platform: nothing that could not be seen passes for a value, and one look that hangs takes nothing from the others. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Agent } from "../../../src/mesos/answers.js";
import type { MasterState } from "../../../src/mesos/one-master.js";
import type { Framework, Task } from "../../../src/mesos/workloads.js";
import type { Measurement, MeasureName } from "../../../src/migration/model/observation.js";
import type { ServerRef, SideName } from "../../../src/migration/model/spec.js";
import { heldThroughout, judgeClients } from "../../../src/migration/observe/clients-probe.js";
import { clockProbe } from "../../../src/migration/observe/clock-probe.js";
import { judgeServers, parseServer } from "../../../src/migration/observe/ensemble-probe.js";
import {
  type CandidateSight,
  judgeMasters,
  type MasterSight,
} from "../../../src/migration/observe/masters-probe.js";
import { known, of } from "../../../src/migration/observe/measure.js";
import { ObserverMemory } from "../../../src/migration/observe/memory.js";
import { createObserver } from "../../../src/migration/observe/observer.js";
import type { Probe } from "../../../src/migration/observe/probe.js";
import { comparisonProbe, judgeSync, type SyncSight } from "../../../src/migration/observe/sync-probe.js";
import { type Judging, judgeWorkload } from "../../../src/migration/observe/workload-probe.js";

const observing = suite("observer of a migration");
const AT = 1_000_000;

/** The value, or why there is none. */
function said(found: readonly Measurement[], name: MeasureName, side: SideName | null = null): unknown {
  const one = found.find((each) => each.name === name && each.side === side);
  if (one === undefined) return "not measured";
  return one.result.kind === "known" ? one.result.value : `unknown: ${one.result.reason}`;
}

observing(
  "a look that fails, hangs or forgets something leaves its own measurements unknown, and only those",
  async () => {
    const probe = (name: MeasureName, look: Probe["look"]): Probe => ({
      measures: [of(name)],
      deadlineMs: 50,
      look,
    });
    const observer = createObserver({
      probes: [
        probe("tasks-running", async () => [known(of("tasks-running"), AT, 7)]),
        probe("masters-leading", () => Promise.reject(new Error("10.0.0.1:5050 refuses"))),
        probe("log-members", () => new Promise(() => {})),
        probe("sync-live", async () => []),
      ],
      now: () => AT,
      close: async () => {},
    });
    const { measurements } = await observer.observe(new AbortController().signal);
    assert.is(said(measurements, "tasks-running"), 7);
    assert.is(said(measurements, "masters-leading"), "unknown: 10.0.0.1:5050 refuses");
    assert.is(said(measurements, "log-members"), "unknown: no answer within 0.05 s");
    assert.is(said(measurements, "sync-live"), "unknown: nothing was measured");
  },
);

const srvr = (mode: string) =>
  `Zookeeper version: 3.8.4-x, built on y\nConnections: 3\nOutstanding: 0\nZxid: 0x1\nMode: ${mode}\nNode count: 5\n`;
const silent = { name: "zk3", role: null, connections: null, shut: null } as const;

observing(
  "a quorum is a leader and a majority of the voters that are named, not of those that answer",
  () => {
    const [leader, follower] = [parseServer("zk1", srvr("leader")), parseServer("zk2", srvr("follower"))];
    const two = judgeServers("a", [leader, follower, silent], AT);
    assert.equal([said(two, "zookeeper-servers-up", "a"), said(two, "zookeeper-quorum", "a")], [2, true]);
    const one = judgeServers("a", [leader, { ...silent, name: "zk2" }, silent], AT);
    assert.is(said(one, "zookeeper-quorum", "a"), false, "what one server believes of itself is no quorum");
    const electing = parseServer("zk1", "This ZooKeeper instance is not currently serving requests\n");
    assert.is(said(judgeServers("a", [electing, electing, electing], AT), "zookeeper-servers-up", "a"), 0);
    const alone = judgeServers("b", [parseServer("zk1", srvr("standalone"))], AT);
    assert.is(said(alone, "zookeeper-quorum", "b"), true);
  },
);

observing("servers that refuse to say anything are unknown, not down", () => {
  const shut = { ...silent, shut: "the word is not on the server's whitelist" };
  const found = judgeServers("a", [parseServer("zk1", srvr("leader")), shut], AT);
  assert.match(String(said(found, "zookeeper-servers-up", "a")), /^unknown: zk3: the word is not/);
});

const SYNC: SyncSight = {
  live: true,
  lagMs: 4,
  held: 0,
  problem: "",
  writtenMs: AT - 400,
};

observing("lag is what a live engine said, at the time it said it; without one it is unknown", () => {
  assert.is(said(judgeSync(SYNC, AT), "sync-lag-ms"), 4);
  assert.is(said(judgeSync({ ...SYNC, lagMs: null }, AT), "sync-lag-ms"), 0);
  assert.is(judgeSync(SYNC, AT).find(({ name }) => name === "sync-lag-ms")?.atMs, AT - 400);
  const stopped = judgeSync({ ...SYNC, live: false, problem: "a-to-b: no rights" }, AT);
  assert.is(said(stopped, "sync-lag-ms"), "unknown: a-to-b: no rights");
  assert.is(said(stopped, "sync-live"), false);
});

observing(
  "a comparison is as old as its beginning, is not begun anew each time, and holds nobody up",
  async () => {
    let [time, runs] = [AT, 0];
    let release: () => void = () => {};
    const compare = async () => {
      runs++;
      if (runs === 3) await new Promise<void>((resolve) => (release = resolve));
      time += 700;
      return { result: "different" as const, different: ["/mesos/x"], differences: 1, reason: "" };
    };
    let together = false;
    const probe = comparisonProbe(
      compare,
      () => together,
      5_000,
      () => time,
    );
    const { signal } = new AbortController();
    assert.is(
      said(await probe.look(signal), "znodes-missing"),
      "unknown: the two sides are not synchronised",
    );
    assert.is(runs, 0);
    together = true;
    const [first] = await probe.look(signal);
    assert.equal([first?.atMs, runs], [AT, 1]);
    await probe.look(signal);
    assert.is(runs, 1);
    time += 5_000;
    const [later] = await probe.look(signal);
    assert.equal([runs, later?.atMs], [2, AT + 5_700]);
    time += 5_000;
    const [old] = await probe.look(signal);
    assert.equal([runs, old?.atMs], [3, AT + 5_700], "the third one goes on beside");
    release();
  },
);

const server = (name: string, address: string): ServerRef => ({ name, address, deployed: null });

function master(
  name: string,
  address: string,
  side: SideName,
  change: Partial<MasterState> | null = {},
): MasterSight {
  const none = { active: 0, inactive: 0, connected: 0, disconnected: 0 };
  const state: MasterState = {
    address,
    version: "1.11.0",
    elected: false,
    sendsTo: "a1:5050",
    logRecovered: true,
    ensembleSize: 3,
    uptimeSeconds: 1,
    agents: { ...none, unreachable: 0 },
    frameworks: none,
    tasks: { staging: 0, starting: 0, running: 0, killing: 0, unreachable: 0 },
    ...change,
  };
  return { server: server(name, address), side, state: change === null ? null : state };
}

const candidate = (number: number, address: string, origin: "own" | "shadow"): CandidateSight => ({
  number,
  origin,
  addresses: [address],
});
const A1 = master("a#1", "a1:5050", "a", { elected: true });
const B1 = master("b#1", "b1:5050", "b");
const ELECTION = {
  a: [candidate(4, "a1:5050", "own"), candidate(10_007, "b1:5050", "shadow")],
  b: [candidate(4, "a1:5050", "shadow"), candidate(10_007, "b1:5050", "own")],
};

function judged(
  masters: readonly MasterSight[],
  election: Parameters<typeof judgeMasters>[0]["election"] = ELECTION,
) {
  return judgeMasters({ election, masters }, new ObserverMemory(), AT);
}

observing("one leader is one that both ZooKeepers show, that leads, and that all masters send to", () => {
  const good = judged([A1, B1]);
  assert.equal(
    [
      said(good, "leaders-agree"),
      said(good, "leader-side"),
      said(good, "masters-leading"),
      said(good, "log-members"),
    ],
    [true, "a", 1, 3],
  );
  assert.equal([said(good, "election-candidates", "a"), said(good, "election-candidates", "b")], [1, 1]);
  const split = judged([A1, master("b#1", "b1:5050", "b", { elected: true, sendsTo: "b1:5050" })]);
  assert.equal([said(split, "leaders-agree"), said(split, "masters-leading")], [false, 2]);
  const stale = judged([A1, B1], { ...ELECTION, b: [candidate(10_007, "b1:5050", "own")] });
  assert.is(said(stale, "leaders-agree"), false, "B does not show A's leader");
  assert.is(said(judged([A1, B1], { ...ELECTION, b: [] }), "leaders-agree"), false, "B shows nobody");
  const alone = judged([A1], { a: [candidate(4, "a1:5050", "own")], b: null });
  assert.equal([said(alone, "leaders-agree"), said(alone, "leader-side")], [true, "a"], "B is not there yet");
  assert.match(String(said(stale, "leader-side")), "unknown");
  const astray = judged([A1, master("b#1", "b1:5050", "b", { sendsTo: null })]);
  assert.is(said(astray, "leaders-agree"), false);
});

observing("a replica that does not vote, or sees others than the rest, is told", () => {
  const slow = judged([A1, master("b#1", "b1:5050", "b", { logRecovered: false })]);
  assert.is(said(slow, "log-recovered"), false);
  const alone = judged([B1]);
  assert.is(said(alone, "log-members"), "unknown: no leader tells it");
  assert.is(said(judged([master("a#1", "a1:5050", "a", null)]), "log-recovered"), false, "nobody answers");
});

observing("what no master or no ZooKeeper tells is unknown, not well", () => {
  const mute = judged([A1, master("b#1", "b1:5050", "b", { logRecovered: null })]);
  assert.is(said(mute, "log-recovered"), "unknown: b#1 does not tell");
  const dark = judged([A1, B1], { reason: "B does not answer" });
  assert.is(said(dark, "masters-up", "a"), "unknown: B does not answer", "where it is registered");
  assert.is(said(dark, "masters-leading"), 1);
});

observing("a connection of ferry's own that comes or goes meanwhile hides nobody else's", () => {
  assert.is(heldThroughout(new Set(["1", "2"]), new Set(["2", "3"])), 1);
  assert.is(heldThroughout(null, new Set(["2"])), null);
  const answers = [{ name: "zk1", role: "standalone", connections: 3, shut: null } as const];
  const judge = (own: number | null) => said(judgeClients("a", answers, own, AT), "clients-left", "a");
  assert.equal([judge(1), judge(2)], [1, 0]);
  assert.match(String(judge(null)), /^unknown/);
});

observing("clocks of ensembles that do not answer are unknown", async () => {
  const nobody = clockProbe(
    async () => null,
    async () => [],
    () => AT,
  );
  const found = await nobody.look(new AbortController().signal);
  assert.is(said(found, "clock-skew-ms"), "unknown: no ZooKeeper answers");
});

observing("changes of the leader are counted, moments without one are not changes", () => {
  const memory = new ObserverMemory();
  const moved = {
    a: [candidate(10_007, "b1:5050", "shadow")],
    b: [candidate(10_007, "b1:5050", "own")],
  };
  const lead = (by: string) => [master("b#1", "b1:5050", "b", { elected: true, sendsTo: by })];
  judgeMasters({ election: ELECTION, masters: [A1, B1] }, memory, AT);
  const none = judgeMasters({ election: { a: [], b: [] }, masters: [B1] }, memory, AT);
  assert.is(said(none, "leader-changes"), 0);
  const after = judgeMasters({ election: moved, masters: lead("b1:5050") }, memory, AT);
  assert.equal([said(after, "leader-changes"), said(after, "leader-side")], [1, "b"]);
});

const agent = (id: string, address: string, change: Partial<Agent> = {}): Agent => ({
  id,
  hostname: address.split(":")[0] ?? "",
  ip: "",
  address,
  version: "1.11.0",
  active: true,
  deactivated: false,
  drain: null,
  attributes: [],
  resources: [],
  allocated: [],
  registeredMs: 1,
  reregisteredMs: null,
  ...change,
});

const framework = (id: string, change: Partial<Framework> = {}): Framework => ({
  id,
  name: id,
  user: "root",
  active: true,
  connected: true,
  recovered: false,
  completed: false,
  checkpoint: true,
  failoverTimeoutSeconds: 1,
  roles: ["*"],
  capabilities: [],
  principal: null,
  hostname: null,
  webuiUrl: null,
  registeredMs: 1,
  reregisteredMs: null,
  unregisteredMs: null,
  ...change,
});

const task = (id: string, agentId: string, change: Partial<Task> = {}): Task => ({
  id,
  name: id,
  frameworkId: "f1",
  agentId,
  place: "current",
  state: "TASK_RUNNING",
  status: { state: "TASK_RUNNING", reason: null, message: null, source: null, atMs: AT, healthy: null },
  runningSinceMs: null,
  container: "none",
  executorId: null,
  resources: {},
  role: null,
  labels: [],
  ...change,
});

const SERVERS = { a: [server("a#1", "10.0.0.1:5051")], b: [server("b#1", "10.0.0.2:5051")] };
const BASELINE: Judging = { baseline: { frameworks: ["f1"], unhealthy: [] }, sinceMs: AT - 10 };

observing("agents are told by their address; tasks left count while they live there", () => {
  const sight = {
    agents: [agent("A", "10.0.0.1:5051"), agent("X", "10.0.0.9:5051")],
    frameworks: [framework("f1"), framework("f2", { connected: false })],
    tasks: [task("t1", "A"), task("t2", "A", { state: "TASK_KILLED", place: "completed" }), task("t3", "X")],
  };
  const found = judgeWorkload(sight, SERVERS, BASELINE, new ObserverMemory(), AT);
  assert.equal([said(found, "agents-registered", "a"), said(found, "agents-registered", "b")], [1, 0]);
  assert.equal([said(found, "tasks-left", "a"), said(found, "tasks-running")], [1, 2]);
  assert.equal([said(found, "frameworks-connected"), said(found, "frameworks-missing")], [1, 0]);
  assert.is(said(found, "agents-drained", "a"), false);
  const gone = judgeWorkload({ ...sight, frameworks: [] }, SERVERS, BASELINE, new ObserverMemory(), AT);
  assert.is(said(gone, "frameworks-missing"), 1);
});

observing("tasks of an agent that is cut off are left, though it is not registered", () => {
  const away = agent("A", "10.0.0.1:5051", { active: false });
  const tasks = [task("t1", "A")];
  for (const sight of [
    { agents: [away], frameworks: [], tasks },
    { agents: [], absent: [away], frameworks: [], tasks },
  ]) {
    const found = judgeWorkload(sight, SERVERS, BASELINE, new ObserverMemory(), AT);
    assert.equal([said(found, "agents-registered", "a"), said(found, "tasks-left", "a")], [0, 1]);
  }
});

observing("a task that failed by us stays counted; what failed before the stage is not", () => {
  const memory = new ObserverMemory();
  const lost = task("t1", "A", { state: "TASK_LOST", place: "completed" });
  const sight = { agents: [], frameworks: [], tasks: [lost] };
  const nothing = { ...sight, tasks: [] };
  assert.is(said(judgeWorkload(sight, SERVERS, BASELINE, memory, AT), "tasks-failed-by-us"), 1);
  assert.is(
    said(judgeWorkload(nothing, SERVERS, BASELINE, memory, AT), "tasks-failed-by-us"),
    1,
    "forgotten",
  );
  const later = { ...BASELINE, sinceMs: AT + 1 };
  assert.is(said(judgeWorkload(sight, SERVERS, later, new ObserverMemory(), AT), "tasks-failed-by-us"), 0);
});

observing(
  "an agent that registers anew again and again flaps; once is a fail-over, and what an action does is not counted",
  () => {
    const memory = new ObserverMemory();
    const see = (reregisteredMs: number, atMs = AT) => {
      const agents = [agent("A", "10.0.0.1:5051", { reregisteredMs })];
      return said(
        judgeWorkload(
          { agents, frameworks: [], tasks: [] },
          SERVERS,
          { baseline: null, sinceMs: 0 },
          memory,
          atMs,
        ),
        "agents-flapping",
      );
    };
    assert.equal([see(AT - 90_000), see(AT - 90_000)], [0, 0]);
    const ended = memory.expectMoves();
    assert.is(see(AT - 50_000), 0, "an action made it register anew");
    ended();
    assert.equal([see(AT - 40_000), see(AT - 39_000)], [0, 0], "a fail-over, and it asked twice");
    assert.is(see(AT - 30_000), 1);
    memory.forget();
    assert.is(see(AT - 30_000), 0, "a person has looked and resumed");
    assert.is(see(AT + 700_000, AT + 700_000), 0, "long after the last time");
  },
);

observing("a change of the leader that an action makes is not counted", () => {
  const memory = new ObserverMemory();
  memory.seeLeader("a1");
  const ended = memory.expectMoves();
  memory.seeLeader("b1");
  ended();
  memory.seeLeader("b1");
  assert.is(memory.leaderChanges, 0);
  memory.seeLeader("a1");
  assert.is(memory.leaderChanges, 1);
});

observing(
  "a task that was unhealthy before the migration began is no fault of it, nor is its replacement",
  () => {
    const sick = (id: string, name: string) => {
      const status = {
        state: "TASK_RUNNING",
        reason: null,
        message: null,
        source: null,
        atMs: AT,
        healthy: false,
      };
      return task(id, "A", { name, status });
    };
    const baseline = { ...BASELINE, baseline: { frameworks: [], unhealthy: ["f1 old"] } };
    const sight = { agents: [], frameworks: [], tasks: [sick("t2", "old"), sick("t3", "new")] };
    assert.is(said(judgeWorkload(sight, SERVERS, baseline, new ObserverMemory(), AT), "tasks-unhealthy"), 1);
  },
);

observing.run();
