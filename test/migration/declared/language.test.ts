/** The kind Migration in the language: defaults, what it refers to, and what may not be declared. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { renderDiagnostics } from "../../../src/diagnostics/render.js";
import { planMigration } from "../../../src/migration/plan/plan.js";
import { surveyFor } from "../specs.js";
import { load, migration, PLATFORM, resolved } from "./loading.js";

const language = suite("kind Migration");

async function specOf(yaml: string, name = "move") {
  const { desired, diagnostics } = await load(PLATFORM + yaml);
  assert.is(renderDiagnostics(diagnostics), "");
  assert.ok(desired);
  return resolved(desired, name);
}

async function mistakes(yaml: string): Promise<string[]> {
  const { diagnostics } = await load(PLATFORM + yaml);
  return diagnostics.map(({ code, source }) => `${code} ${source?.start.line}:${source?.start.column}`);
}

language("servers have the names of their resources, and addresses where they listen", async () => {
  const spec = await specOf(
    migration("move", { rest: "  frameworks: [MarathonInstance/main, MesosFramework/chronos]\n" }),
  );
  assert.equal(
    spec.source.masters.servers.map(({ name, address }) => `${name} ${address}`),
    [
      "MesosMasters/a#1 127.0.0.11:5050",
      "MesosMasters/a#2 127.0.0.12:5050",
      "MesosMasters/a#3 127.0.0.13:5050",
    ],
  );
  assert.equal(spec.target.agents.servers[1], {
    name: "MesosAgents/b#b2",
    address: "127.0.1.22:5051",
    deployed: { resource: "MesosAgents/b", server: "b2" },
  });
  assert.is(spec.source.zookeeper.connectString, "127.0.0.1:2181,127.0.0.1:2182,127.0.0.1:2183");
  assert.is(spec.mesosPath, "/mesos");
  const [marathon, chronos] = spec.frameworks;
  assert.is(marathon?.kind, "marathon");
  assert.equal(marathon?.electionPaths, ["/marathon/leader-curator"]);
  assert.equal(marathon?.urls, ["http://127.0.0.31:8080"]);
  assert.is(chronos?.kind, "batch");
  assert.is(chronos?.zookeeperPath, "/chronos");
});

language("what is not written has the defaults of the schema", async () => {
  const { limits, drain, approvals, alerts, archiveKey, rollbackRetentionHours, modes, ...spec } =
    await specOf(migration("move"));
  assert.equal(modes, { masters: "replace", agents: "replace" });
  assert.equal(approvals, [2, 3, 4, 5, 6]);
  assert.equal(limits, {
    lagMs: 100,
    holdSeconds: 30,
    stageTimeoutSeconds: 14_400,
    observationSeconds: 30,
    headroom: 0.1,
    clockSkewMs: 500,
    agentsMissing: 0.05,
  });
  assert.equal(drain, {
    concurrency: 3,
    overCapacity: 0.2,
    pauseAfterFailures: 1,
    maxGraceSeconds: 300,
    runsEndSeconds: 3600,
    acceptDowntimeOf: [],
  });
  assert.equal(alerts, { slackWebhook: null, webhook: null, email: [] });
  assert.equal([archiveKey, rollbackRetentionHours], [null, 72]);
  assert.equal(
    [spec.conflictStrategy, spec.onBrokenGate, spec.sequenceGap, spec.observeEverySeconds],
    ["last-write-wins", "pause", 1_000_000, 5],
  );
});

language("secrets stay references", async () => {
  const rest = "  archive: { key: env:KEY }\n  alerts: { slackWebhook: env:HOOK, email: [a@b.c] }\n";
  const target =
    "{ zookeeper: { ensemble: ZooKeeperEnsemble/zk-b, auth: [{ scheme: digest, credential: env:ZK }] }, masters: MesosMasters/b, agents: MesosAgents/b }";
  const spec = await specOf(migration("move", { target, rest }));
  assert.is(spec.archiveKey, "env:KEY");
  assert.equal(spec.alerts, { slackWebhook: "env:HOOK", webhook: null, email: ["a@b.c"] });
  assert.equal(spec.target.zookeeper.auth, [{ scheme: "digest", credential: "env:ZK" }]);
});

language("in mode repoint the target's are the source's servers", async () => {
  const spec = await specOf(
    migration("move", {
      target: "{ zookeeper: ZooKeeperEnsemble/zk-b }",
      rest: "  modes: { masters: repoint, agents: repoint }\n",
    }),
  );
  assert.equal(spec.target.masters.servers, spec.source.masters.servers);
  assert.equal(spec.target.masters, spec.source.masters);
  assert.equal(spec.target.agents, spec.source.agents);
  assert.equal(planMigration(spec, surveyFor(spec)).diagnostics, []);
});

language("everything may be merely named", async () => {
  const spec = await specOf(
    migration("move", {
      source: `{ zookeeper: { connectString: "old1:2181,old2:2181" }, masters: { addresses: ["m1:5050", "m2:5050", "m3:5050"] }, agents: { addresses: ["w1:5051"] } }`,
      target: `{ zookeeper: { connectString: "new1:2181" }, masters: { addresses: ["n1:5050", "n2:5050", "n3:5050"], quorum: 2 }, agents: { addresses: ["v1:5051"] } }`,
      rest: `  frameworks: [{ name: chronos, kind: batch, servers: ["c1:4400"], zookeeperPath: /chronos, electionPaths: [/chronos/candidate] }]\n`,
    }),
  );
  assert.equal(spec.source.masters.servers[0], {
    name: "a-master m1:5050",
    address: "m1:5050",
    deployed: null,
  });
  assert.is(spec.source.masters.quorum, 2);
  assert.equal(spec.frameworks[0]?.servers, [
    { name: "chronos c1:4400", address: "c1:4400", deployed: null },
  ]);
  const actions = planMigration(spec, surveyFor(spec)).stages.flatMap((stage) => stage.actions);
  assert.ok(actions.some(({ byHand }) => byHand.includes("b-master n1:5050")));
});

language("a declared platform gives a plan without a survey, too", async () => {
  const spec = await specOf(migration("move", { rest: "  frameworks: [MarathonInstance/main]\n" }));
  assert.equal(planMigration(spec, surveyFor(spec)).diagnostics, []);
});

const LINE = PLATFORM.split("\n").length;
const WRONG: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "an unknown resource",
    migration("x", {
      source: "{ zookeeper: ZooKeeperEnsemble/zk-a, masters: MesosMasters/none, agents: MesosAgents/a }",
    }),
    [`unknown-reference ${LINE + 5}:`],
  ],
  [
    "a resource of another kind",
    migration("x", {
      source: "{ zookeeper: ZooKeeperEnsemble/zk-a, masters: MesosAgents/a, agents: MesosAgents/a }",
    }),
    [`wrong-kind ${LINE + 5}:`],
  ],
  [
    "a framework of another kind",
    migration("x", { rest: "  frameworks: [MesosMasters/a]\n" }),
    [`wrong-kind ${LINE + 7}:`],
  ],
  [
    "one ensemble on both sides",
    migration("x", {
      target: "{ zookeeper: ZooKeeperEnsemble/zk-a, masters: MesosMasters/a, agents: MesosAgents/a }",
    }),
    ["migration-same-ensemble "],
  ],
  [
    "one ensemble by address and by connect string",
    migration("x", {
      target: `{ zookeeper: { connectString: "127.0.0.1:2182" } }`,
      rest: "  modes: { masters: repoint, agents: repoint }\n",
    }),
    ["migration-same-ensemble "],
  ],
  [
    "replacing without new masters",
    migration("x", { target: "{ zookeeper: ZooKeeperEnsemble/zk-b, agents: MesosAgents/b }" }),
    ["migration-mode "],
  ],
  [
    "repointing with new agents",
    migration("x", { rest: "  modes: { agents: repoint }\n" }),
    ["migration-mode "],
  ],
  [
    "a quorum that is no majority",
    migration("x", {
      target: `{ zookeeper: { connectString: "n:2181" }, masters: { addresses: ["n1:5050", "n2:5050", "n3:5050"], quorum: 1 }, agents: { addresses: ["v1:5051"] } }`,
    }),
    ["migration-quorum "],
  ],
  [
    "agents of another platform",
    migration("x", {
      source: "{ zookeeper: ZooKeeperEnsemble/zk-a, masters: MesosMasters/a, agents: MesosAgents/b }",
    }),
    ["migration-place "],
  ],
  [
    "a framework named twice",
    migration("x", { rest: "  frameworks: [MarathonInstance/main, { framework: MarathonInstance/main }]\n" }),
    ["repeated "],
  ],
  [
    "a path that is carried over anyway",
    migration("x", { rest: "  frameworks: [MarathonInstance/main]\n  paths: [/config, /marathon/state]\n" }),
    [`migration-paths ${LINE + 8}:`],
  ],
  [
    "two with one source",
    migration("x") +
      migration("y", {
        target: `{ zookeeper: { connectString: "n:2181" } }`,
        rest: "  modes: { masters: repoint, agents: repoint }\n",
      }),
    ["migration-shared "],
  ],
  [
    "one that goes on where another ends",
    migration("x") +
      migration("y", {
        source: "{ zookeeper: ZooKeeperEnsemble/zk-b, masters: MesosMasters/b, agents: MesosAgents/b }",
        target: `{ zookeeper: { connectString: "n:2181" } }`,
        rest: "  modes: { masters: repoint, agents: repoint }\n",
      }),
    ["migration-shared "],
  ],
  [
    "a Sync of the name that it needs",
    `${migration("x")}---\napiVersion: ferry/v1\nkind: Sync\nmetadata: { name: migration-x }\nspec: { source: { connectString: "s:2181" }, target: { connectString: "t:2181" }, paths: [/p] }\n`,
    ["migration-same-name "],
  ],
  [
    "a field of a named framework for a declared one",
    migration("x", {
      rest: "  frameworks: [{ framework: MarathonInstance/main, zookeeperPath: /marathon }]\n",
    }),
    [`migration-named-only ${LINE + 7}:`],
  ],
  [
    "neither an ensemble nor a connect string",
    migration("x", { target: "{ zookeeper: {}, masters: MesosMasters/b, agents: MesosAgents/b }" }),
    ["exactly-one "],
  ],
];

for (const [what, yaml, expected] of WRONG) {
  language(`refused: ${what}`, async () => {
    const found = await mistakes(yaml);
    assert.is(found.length, expected.length, found.join("\n"));
    for (const [at, start] of expected.entries()) assert.ok(found[at]?.startsWith(start), found.join("\n"));
  });
}

language.run();
