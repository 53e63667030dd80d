/** What is found before a migration, on a real ZooKeeper and simulated Mesos and Marathon as processes; and that looking changes nothing. */
import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REAL_CLOCK } from "../../../src/http/connection.js";
import { MarathonClient } from "../../../src/marathon/client.js";
import { MesosClient } from "../../../src/mesos/client.js";
import type {
  FrameworkRef,
  MigrationSpec,
  PlatformSide,
  ServerRef,
} from "../../../src/migration/model/spec.js";
import { readSurvey } from "../../../src/migration/survey/read-survey.js";
import { electionsBelow, missingRights, occupiedPaths } from "../../../src/migration/survey/znodes.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { PERMS } from "../../../src/zookeeper/types.js";
import { waitFor } from "../../harness/wait.js";
import { startEnsemble } from "../../harness/zookeeper.js";
import { ProcessLab } from "../../sandbox/marathon/process-lab.js";

const DEADLINE_MS = 60_000;
const survey = suite("survey before a migration");

survey("rights, elections and what is there already are told, and nothing is written", async () => {
  const ensemble = await startEnsemble({ size: 1 });
  const auth = [{ scheme: "digest", credential: Buffer.from("owner:secret") }];
  const [owner, stranger] = await Promise.all([
    connect({ connectString: ensemble.connectString, auth }),
    connect({ connectString: ensemble.connectString }),
  ]);
  try {
    const id = `owner:${createHash("sha1").update("owner:secret").digest("base64")}`;
    const all = [{ perms: PERMS.all, scheme: "digest", id }];
    const readable = [...all, { perms: PERMS.read, scheme: "world", id: "anyone" }];
    await owner.create("/open", null);
    await owner.create("/narrow", null, { acl: readable });
    await owner.create("/shut", null, { acl: all });
    await owner.create("/mesos", null);
    await owner.create("/mesos/log_replicas", null);
    await owner.create("/open/elect", null);
    await owner.create("/open/elect/member_", null, { mode: "ephemeral-sequential" });
    const before = (await owner.exists("/open"))?.cversion;
    const paths = ["/open", "/narrow", "/shut", "/not/there/yet"];
    assert.equal(await missingRights(stranger, paths), ["/narrow: write", "/shut: read", "/shut: write"]);
    assert.equal(await missingRights(owner, paths), []);
    assert.equal(await occupiedPaths(stranger, ["/open", "/mesos", "/not/there"]), ["/open"]);
    assert.equal(await electionsBelow(stranger, ["/open", "/mesos"], []), ["/open/elect"]);
    assert.equal(await electionsBelow(stranger, ["/open"], ["/open/elect"]), []);
    assert.is((await owner.exists("/open"))?.cversion, before);
    assert.is(await owner.exists("/not"), null);
  } finally {
    await owner.close();
    await stranger.close();
    await ensemble.close();
  }
});

function server(name: string, address: string): ServerRef {
  return { name, address, deployed: null };
}

survey("a platform that runs is described by what it says itself; what cannot be seen is said", async () => {
  const lab = await ProcessLab.start();
  const { signal } = new AbortController();
  const at = (address: string) =>
    new MesosClient({ masters: { addresses: [address] }, scheme: "http", retryMs: 0 });
  const clients: MesosClient[] = [];
  const marathon = new MarathonClient({ urls: [`http://${lab.ip(31)}:8080`] });
  const none: PlatformSide = {
    zookeeper: {
      resource: null,
      connectString: "127.0.0.1:1",
      servers: [server("zk-b", "127.0.0.1:1")],
      auth: [],
    },
    masters: { resource: null, spec: null, servers: [server("b#1", `${lab.ip(2)}:5050`)], quorum: 1 },
    agents: { resource: null, spec: null, servers: [server("agent-b", `${lab.ip(12)}:5051`)] },
  };
  const framework: FrameworkRef = {
    name: "MarathonInstance/m",
    kind: "marathon",
    resource: null,
    spec: null,
    servers: [server("m#1", `${lab.ip(31)}:8080`)],
    urls: [`http://${lab.ip(31)}:8080`],
    zookeeperPath: "/marathon",
    electionPaths: ["/marathon/leader-curator"],
  };
  const spec: MigrationSpec = {
    name: "move",
    source: {
      zookeeper: {
        resource: null,
        connectString: lab.ensemble.connectString,
        servers: [server("zk-a", lab.ensemble.connectString)],
        auth: [],
      },
      masters: { resource: null, spec: null, servers: [server("a#1", `${lab.ip(1)}:5050`)], quorum: 1 },
      agents: { resource: null, spec: null, servers: [server("agent-a", `${lab.ip(11)}:5051`)] },
    },
    target: none,
    modes: { masters: "replace", agents: "replace" },
    mesosPath: "/mesos",
    frameworks: [framework],
    extraPaths: [],
    conflictStrategy: "last-write-wins",
    sequenceGap: 10_000,
    approvals: [],
    limits: {
      lagMs: 100,
      holdSeconds: 1,
      stageTimeoutSeconds: 60,
      observationSeconds: 10,
      headroom: 0.1,
      clockSkewMs: 500,
      agentsMissing: 0,
    },
    observeEverySeconds: 1,
    drain: {
      concurrency: 1,
      overCapacity: 0.5,
      pauseAfterFailures: 3,
      maxGraceSeconds: 10,
      runsEndSeconds: 10,
      acceptDowntimeOf: [],
    },
    rollbackRetentionHours: 72,
    archiveKey: null,
    onBrokenGate: "pause",
  };
  try {
    lab.master(1);
    lab.agent(11);
    lab.marathon(31);
    await waitFor(
      "Marathon leads",
      DEADLINE_MS,
      async () => (await marathon.leader(signal).catch(() => null)) !== null,
    );
    const app = {
      id: "/web",
      cmd: "sleep 100000",
      instances: 2,
      cpus: 0.5,
      mem: 32,
      constraints: [["hostname", "LIKE", ".*"]],
    };
    await marathon.createApp(app, {}, signal);
    await waitFor("it runs", DEADLINE_MS, async () => (await marathon.app("/web", signal))?.running === 2);
    const found = await readSurvey(
      {
        spec,
        connect: (side, stop) => {
          const { connectString } = side === "a" ? spec.source.zookeeper : spec.target.zookeeper;
          return connect({ connectString, connectTimeoutMs: 2_000, signal: stop });
        },
        mesosAt: (address) => {
          const client = at(address);
          clients.push(client);
          return client;
        },
        marathonOf: () => marathon,
        clock: REAL_CLOCK,
      },
      signal,
    );
    assert.is(found.zookeeper.b.kind, "unknown");
    const zookeeper = found.zookeeper.a;
    if (zookeeper.kind !== "known") throw new Error(zookeeper.reason);
    assert.equal(
      [zookeeper.value.quorum, zookeeper.value.rightsMissing, zookeeper.value.elections],
      [true, [], []],
    );
    assert.equal(zookeeper.value.occupied, ["/mesos", "/marathon"]);
    assert.match(zookeeper.value.servers[0]?.version ?? "", /^3\./);
    const masters = found.masters.a;
    if (masters.kind !== "known") throw new Error(masters.reason);
    const { version: _version, ...master } = masters.value[0] ?? { version: "" };
    assert.equal(master, { name: "a#1", up: true, leading: true, recovered: true, quorum: 1 });
    assert.is(found.masters.b.kind === "known" && found.masters.b.value[0]?.up, false);
    const agents = found.agents.a;
    if (agents.kind !== "known") throw new Error(agents.reason);
    const [agent] = agents.value;
    assert.equal(
      [agent?.name, agent?.registered, agent?.maintenance, agent?.used["cpus"]],
      ["agent-a", true, "none", 1],
    );
    assert.equal(
      found.agents.b,
      { kind: "known", value: [] },
      "one that does not run is judged by its declaration",
    );
    const frameworks = found.frameworks;
    if (frameworks.kind !== "known") throw new Error(frameworks.reason);
    const [one] = frameworks.value;
    assert.equal(
      [one?.name, one?.connected, one?.checkpoint, one?.tasks],
      ["MarathonInstance/m", true, true, { "agent-a": 2 }],
    );
    const apps = found.apps;
    if (apps.kind !== "known") throw new Error(apps.reason);
    assert.equal(apps.value[0]?.constraints, [["hostname", "LIKE", ".*"]]);
    assert.equal(apps.value[0]?.needs, { cpus: 0.5, mem: 32 });
    assert.equal(found.unreachable, { kind: "known", value: [] });
    assert.is(found.counters.kind, "unknown", "B does not answer");
    assert.match(found.unsupervised.kind === "unknown" ? found.unsupervised.reason : "", "a#1");
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await marathon.close();
    await lab.close();
  }
});

survey.run();
