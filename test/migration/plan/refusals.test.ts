/** What refuses a migration: each unsafe thing by itself, with a change that makes the same platform acceptable. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MigrationSpec } from "../../../src/migration/model/spec.js";
import { planMigration } from "../../../src/migration/plan/plan.js";
import { type AppFacts, notSurveyed, type Survey } from "../../../src/migration/plan/survey.js";
import { marathon, type Shape, specFor, surveyFor } from "../specs.js";
import { agentFacts, known } from "../surveys.js";

const refusals = suite("refusals of migrations");

const REPOINT: Partial<Shape> = { modes: { masters: "repoint", agents: "repoint" } };

function app(id: string, more: Partial<AppFacts> = {}): AppFacts {
  return {
    framework: "MarathonInstance/main",
    id,
    instances: 2,
    resident: false,
    single: false,
    healthChecked: true,
    constraints: [],
    needs: { cpus: 0.5, mem: 128 },
    ...more,
  };
}

function part<T>(survey: Survey, name: keyof Survey, value: T): Survey {
  return { ...survey, [name]: known(value) };
}

function sideA<T>(
  survey: Survey,
  name: "zookeeper" | "masters" | "agents",
  change: (value: never) => T,
): Survey {
  const one = survey[name].a;
  if (one.kind !== "known") throw new Error("the fixture knows everything");
  return { ...survey, [name]: { ...survey[name], a: known(change(one.value as never)) } };
}

type Masters = Extract<Survey["masters"]["a"], { kind: "known" }>["value"];
type Agents = Extract<Survey["agents"]["a"], { kind: "known" }>["value"];
type ZooKeeper = Extract<Survey["zookeeper"]["a"], { kind: "known" }>["value"];

interface Unsafe {
  readonly code: string;
  readonly says: RegExp;
  readonly shape?: Partial<Shape>;
  readonly survey?: (survey: Survey) => Survey;
  readonly spec?: (spec: MigrationSpec) => MigrationSpec;
}

const everyMaster = (survey: Survey, change: Partial<Masters[number]>): Survey =>
  sideA(survey, "masters", (masters: Masters) => masters.map((master) => ({ ...master, ...change })));
const firstMaster = (survey: Survey, change: Partial<Masters[number]>): Survey =>
  sideA(survey, "masters", (masters: Masters) =>
    masters.map((master, at) => (at === 1 ? { ...master, ...change } : master)),
  );
const firstAgent = (survey: Survey, change: Partial<Agents[number]>): Survey =>
  sideA(survey, "agents", (agents: Agents) =>
    agents.map((agent, at) => (at === 0 ? { ...agent, ...change } : agent)),
  );
const zookeeperA = (survey: Survey, change: Partial<ZooKeeper>): Survey =>
  sideA(survey, "zookeeper", (facts: ZooKeeper) => ({ ...facts, ...change }));
const firstFramework = (survey: Survey, change: object): Survey =>
  survey.frameworks.kind === "known"
    ? part(
        survey,
        "frameworks",
        survey.frameworks.value.map((framework) => ({ ...framework, ...change })),
      )
    : survey;

const UNSAFE: readonly Unsafe[] = [
  { code: "migration-no-path", says: /no safe path/, shape: { mastersA: 1 } },
  { code: "migration-unhealthy", says: /a#2 of A is down/, survey: (s) => firstMaster(s, { up: false }) },
  {
    code: "migration-unhealthy",
    says: /log of .*a#2 does not vote/,
    survey: (s) => firstMaster(s, { recovered: false }),
  },
  {
    code: "migration-unhealthy",
    says: /2 masters of A lead/,
    survey: (s) => firstMaster(s, { leading: true }),
  },
  {
    code: "migration-unhealthy",
    says: /no master of A leads/,
    survey: (s) => everyMaster(s, { leading: false }),
  },
  {
    code: "migration-quorum",
    says: /run with quorum 3, and 2 is declared/,
    survey: (s) => everyMaster(s, { quorum: 3 }),
  },
  { code: "migration-version", says: /Mesos 0\.28/, survey: (s) => firstMaster(s, { version: "0.28.2" }) },
  {
    code: "migration-masters-unnamed",
    says: /stray/,
    survey: (s) =>
      sideA(s, "masters", (masters: Masters) => [
        ...masters,
        ...masters.slice(1, 2).map((one) => ({ ...one, name: "stray" })),
      ]),
  },
  {
    code: "migration-unhealthy",
    says: /ZooKeeper of A has no quorum/,
    survey: (s) => zookeeperA(s, { quorum: false }),
  },
  {
    code: "migration-version",
    says: /ZooKeeper 3\.3\.6/,
    survey: (s) => zookeeperA(s, { servers: [{ name: "old", version: "3.3.6" }] }),
  },
  {
    code: "migration-rights",
    says: /\/mesos: write/,
    survey: (s) => zookeeperA(s, { rightsMissing: ["/mesos: write"] }),
  },
  {
    code: "migration-election",
    says: /elect in \/config\/leader/,
    survey: (s) => zookeeperA(s, { elections: ["/marathon/leader-curator", "/mesos", "/config/leader"] }),
    shape: { frameworks: [marathon()] },
    spec: (spec) => ({ ...spec, extraPaths: ["/config"] }),
  },
  {
    code: "migration-paths",
    says: /\/marathon\/state and \/marathon lie/,
    shape: { frameworks: [marathon()] },
    spec: (spec) => ({ ...spec, extraPaths: ["/marathon/state"] }),
  },
  {
    code: "migration-target-in-use",
    says: /b#1 of B is running already/,
    survey: (s) => ({
      ...s,
      masters: {
        ...s.masters,
        b: known([
          {
            name: "MesosMasters/b#1",
            up: true,
            leading: true,
            recovered: true,
            version: "1.11.0",
            quorum: 2,
          },
        ]),
      },
    }),
  },
  {
    code: "migration-target-in-use",
    says: /\/mesos of B holds/,
    survey: (s) => ({
      ...s,
      zookeeper: {
        ...s.zookeeper,
        b: known({
          servers: [{ name: "b", version: "3.8.4" }],
          quorum: true,
          rightsMissing: [],
          elections: [],
          occupied: ["/mesos"],
        }),
      },
    }),
  },
  {
    code: "migration-unhealthy",
    says: /a#1 of A is not registered/,
    survey: (s) => firstAgent(s, { registered: false }),
  },
  {
    code: "migration-agents-unnamed",
    says: /10\.9\.9\.9:5051 is an agent/,
    survey: (s) => sideA(s, "agents", (agents: Agents) => [...agents, agentFacts("10.9.9.9:5051")]),
  },
  {
    code: "migration-drain-unsupported",
    says: /a#1 \(1\.8\.1\)/,
    survey: (s) => firstAgent(s, { version: "1.8.1" }),
  },
  {
    code: "migration-maintenance",
    says: /maintenance schedule/,
    survey: (s) => firstAgent(s, { maintenance: "scheduled" }),
  },
  {
    code: "migration-maintenance",
    says: /maintenance schedule/,
    shape: REPOINT,
    survey: (s) => firstAgent(s, { maintenance: "down" }),
  },
  {
    code: "migration-no-room",
    says: /use 63 cpus; B has 16 cpus/,
    survey: (s) => firstAgent(s, { used: { cpus: 60 } }),
  },
  {
    code: "migration-no-room",
    says: /no agent of B is large enough for one instance of \/big/,
    survey: (s) => part(s, "apps", [app("/big", { needs: { cpus: 8 } })]),
  },
  {
    code: "migration-no-room",
    says: /no place on B for \/web with its constraint rack CLUSTER r1/,
    survey: (s) => part(s, "apps", [app("/web", { constraints: [["rack", "CLUSTER", "r1"]] })]),
  },
  {
    code: "migration-no-room",
    says: /hostname UNIQUE/,
    survey: (s) => part(s, "apps", [app("/web", { instances: 9, constraints: [["hostname", "UNIQUE"]] })]),
  },
  {
    code: "migration-framework-unnamed",
    says: /chronos \(f-1\) is not named/,
    survey: (s) =>
      part(s, "frameworks", [
        {
          name: "chronos",
          id: "f-1",
          connected: true,
          checkpoint: true,
          failoverTimeoutSeconds: 604_800,
          tasks: {},
        },
      ]),
  },
  {
    code: "migration-unhealthy",
    says: /registered and not connected/,
    shape: { frameworks: [marathon()] },
    survey: (s) => firstFramework(s, { connected: false }),
  },
  {
    code: "migration-unhealthy",
    says: /is not registered with Mesos/,
    shape: { frameworks: [marathon()] },
    survey: (s) => part(s, "frameworks", []),
  },
  {
    code: "migration-failover-timeout",
    says: /is 0 s/,
    shape: { frameworks: [marathon()] },
    survey: (s) => firstFramework(s, { failoverTimeoutSeconds: 0 }),
  },
  {
    code: "migration-checkpoint",
    says: /its 8 tasks would die/,
    shape: { ...REPOINT, frameworks: [marathon()] },
    survey: (s) => firstFramework(s, { checkpoint: false }),
  },
  {
    code: "migration-downtime",
    says: /\/db .*cannot be moved/,
    survey: (s) => part(s, "apps", [app("/db", { instances: 1, resident: true })]),
  },
  {
    code: "migration-downtime",
    says: /\/one .*cannot be moved/,
    survey: (s) => part(s, "apps", [app("/one", { instances: 1, single: true })]),
  },
  { code: "migration-clock-skew", says: /differ by 900 ms/, survey: (s) => part(s, "clockSkewMs", 900) },
  {
    code: "migration-counters",
    says: /would run out/,
    survey: (s) => part(s, "counters", [{ path: "/mesos", a: 2_147_000_000, b: 0 }]),
  },
  {
    code: "migration-unreachable",
    says: /a#1 → zk-b#1/,
    survey: (s) => part(s, "unreachable", ["a#1 → zk-b#1"]),
  },
  {
    code: "migration-disk",
    says: /zk-b#1: 200 MB/,
    survey: (s) => part(s, "diskShort", ["zk-b#1: 200 MB free, 600 MB needed"]),
  },
  {
    code: "migration-unsupervised",
    says: /nobody starts .*main#1/,
    survey: (s) => part(s, "unsupervised", ["MarathonInstance/main#1"]),
  },
];

function planned({ shape = {}, survey = (s) => s, spec = (one) => one }: Omit<Unsafe, "code" | "says">) {
  const made = spec(specFor(shape));
  return planMigration(made, survey(surveyFor(made)));
}

for (const unsafe of UNSAFE) {
  refusals(`${unsafe.code}: ${unsafe.says.source}`, () => {
    const { diagnostics } = planned(unsafe);
    const found = diagnostics.filter(
      ({ code, summary }) => code === unsafe.code && unsafe.says.test(summary),
    );
    assert.is(found.length, 1, JSON.stringify(diagnostics.map(({ code, summary }) => [code, summary])));
    assert.ok(
      found.every(({ detail, remedy }) => detail?.includes("Nothing was touched.") && remedy !== undefined),
    );
  });
}

refusals("a healthy platform is refused for nothing, whatever moves how", () => {
  for (const masters of ["replace", "repoint"] as const)
    for (const agents of ["replace", "repoint"] as const)
      assert.equal(
        planned({ shape: { modes: { masters, agents }, frameworks: [marathon()] } }).diagnostics,
        [],
      );
});

refusals("what is accepted by name is a cost instead", () => {
  const accept = (name: string) => (spec: MigrationSpec) => ({
    ...spec,
    drain: { ...spec.drain, acceptDowntimeOf: [name] },
  });
  const db = planned({
    spec: accept("/db"),
    survey: (s) => part(s, "apps", [app("/db", { instances: 1, resident: true })]),
  });
  assert.equal(db.diagnostics, []);
  assert.ok(
    db.stages[4]?.costs.some((cost) =>
      cost.startsWith("/db is down while it moves, and begins on B with an empty volume"),
    ),
  );
  const lost = planned({
    shape: { ...REPOINT, frameworks: [marathon()] },
    spec: accept("MarathonInstance/main"),
    survey: (s) => firstFramework(s, { checkpoint: false }),
  });
  assert.equal(lost.diagnostics, []);
  assert.ok(lost.stages[3]?.costs.some((cost) => /its 8 tasks die/.test(cost)));
});

refusals("what must be known and is not refuses, and the plan shows what it would be all the same", () => {
  const spec = specFor({ frameworks: [marathon()] });
  const { diagnostics, stages } = planMigration(spec, notSurveyed("nobody has looked"));
  assert.ok(diagnostics.length >= 5 && diagnostics.every(({ code }) => code === "migration-unknown"));
  assert.ok(stages.every(({ actions }) => actions.length > 0));
  assert.ok(stages[1]?.unchecked.some((text) => /as if MesosMasters\/a#1 did/.test(text)));
});

refusals("what nobody can measure is listed, and no gate waits for it", () => {
  const { stages, diagnostics } = planned({
    survey: (s) => ({ ...s, diskShort: { kind: "unknown", reason: "no agent of ferry runs there" } }),
  });
  assert.equal(diagnostics, []);
  assert.not.ok(stages[0]?.prerequisites.some(({ measure }) => measure === "disk-short"));
  assert.ok(stages[0]?.unchecked.includes("Free disk: no agent of ferry runs there."));
});

refusals("an ensemble of B that is there is not deployed, and not removed on the way back", () => {
  const { stages } = planned({
    survey: (s) => ({
      ...s,
      zookeeper: {
        ...s.zookeeper,
        b: known({
          servers: [1, 2, 3].map((id) => ({ name: `ZooKeeperEnsemble/zk-b#${id}`, version: "3.8.4" })),
          quorum: true,
          rightsMissing: [],
          elections: [],
          occupied: [],
        }),
      },
    }),
  });
  const steps = [...(stages[0]?.actions ?? []), ...(stages[0]?.wayBack ?? [])].map(({ step }) => step.kind);
  assert.not.ok(steps.includes("deploy-ensemble") || steps.includes("remove-ensemble"));
});

refusals("agents are away in small groups, and a person is named where only a person can act", () => {
  const { stages } = planned({ shape: { ...REPOINT, agentsA: 100 } });
  const groups = stages[3]?.actions.map(({ step }) =>
    step.kind === "repoint-agents" ? step.servers.length : 0,
  );
  assert.equal(
    groups,
    Array.from({ length: 20 }, () => 5),
  );
  const byHand = planned({ shape: { deployed: false } }).stages.flatMap(({ actions }) => actions);
  const started = byHand.filter(({ step }) => step.kind === "start-master" || step.kind === "start-agents");
  assert.ok(
    started.length > 0 &&
      started.every((action) => action.byHand.length > 0 && action.timeoutSeconds >= 3600),
  );
});

refusals.run();
