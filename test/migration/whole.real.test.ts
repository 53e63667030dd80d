/**
 * A planned migration carried out by the engine on real ensembles and sandbox servers, up to stage 6, and then the way back to before
 * stage 1: plan, engine, store, audit log and actions together. Gates are taken as met; they have tests of their own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { auditFile, openAuditLog, verifyAuditLog } from "../../src/migration/audit/log.js";
import { systemClock } from "../../src/migration/engine/clock.js";
import { type EngineEnd, runMigration } from "../../src/migration/engine/engine.js";
import type { MigrationPlan } from "../../src/migration/model/plan.js";
import type { EvaluateCriteria, MigrationStore, Observer } from "../../src/migration/model/ports.js";
import type { MigrationSpec } from "../../src/migration/model/spec.js";
import { planMigration } from "../../src/migration/plan/plan.js";
import { planWayBack } from "../../src/migration/plan/record.js";
import { reportOf } from "../../src/migration/report/report.js";
import { createLocalStore } from "../../src/migration/store/local/store.js";
import { waitFor } from "../harness/wait.js";
import { DEADLINE_MS, makeRunner, onPlatform, type Platform } from "./platform.js";
import { known, masterFacts } from "./surveys.js";

const whole = suite("a whole migration by its engine");
const folder = mkdtempSync(join(tmpdir(), "ferry-whole-"));
whole.after(() => rmSync(folder, { recursive: true, force: true }));

const allMet: EvaluateCriteria = (criteria, _history, nowMs) =>
  criteria.map(({ id }) => ({ id, met: true, value: "taken as met", sinceMs: nowMs, atMs: nowMs }));

const blind: Observer = { observe: async () => ({ measurements: [] }), close: async () => undefined };

/** What the planner makes of a healthy platform with this leader, without what is watched meanwhile. */
async function planned(on: Platform, spec: MigrationSpec): Promise<MigrationPlan> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const { servers } = spec.source.masters;
  await on.mesos.agents(signal);
  const leader = servers.findIndex(({ address }) => address === on.mesos.leaderSeen);
  const facts = {
    servers: [],
    quorum: true,
    rightsMissing: [],
    elections: [],
    occupied: [],
  };
  const survey = {
    ...masterFacts(spec, leader),
    zookeeper: { a: known(facts), b: known(facts) },
  };
  const plan = planMigration(spec, survey);
  assert.equal(
    plan.diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  return { ...plan, stages: plan.stages.map((stage) => ({ ...stage, watch: [] })) };
}

async function carriedOut(on: Platform, spec: MigrationSpec, store: MigrationStore): Promise<EngineEnd> {
  const runner = await makeRunner(spec, on.servers, (text) => void on.log.push(text));
  const never = new AbortController().signal;
  const record = await store.read(spec.name);
  try {
    return await runMigration({
      store,
      id: record?.id ?? "",
      who: "the test",
      force: false,
      runner,
      observer: blind,
      evaluate: allMet,
      planWayBack,
      audit: openAuditLog(join(folder, "audit")),
      clock: systemClock,
      stop: never,
      abort: never,
      endWhenWaiting: true,
      onEvent: ({ text }) => void on.log.push(text),
    });
  } finally {
    await runner.close();
  }
}

whole("repointed to B with its tasks, and taken back whole: one leader at all times, nothing lost", () =>
  onPlatform({ mode: "repoint", marathon: true }, async (on) => {
    const tasks = await on.launchApp(3);
    await on.writeWeight();
    const spec = { ...on.spec, approvals: [6] as const };
    const plan = await planned(on, spec);
    const store = createLocalStore({ directory: join(folder, "migrations") });
    const { id } = await store.create(spec, plan, Date.now());

    const there = await carriedOut(on, spec, store);
    assert.is(there.kind, "waiting", there.record.reason);
    assert.is(there.record.status, "waiting-for-approval", there.record.reason);
    assert.is(there.record.stage, 6);
    assert.equal(await on.tasks(), tasks);
    assert.ok(on.watch.leaders.at(-1)?.startsWith("b:"), "a master leads on B");
    await on.writeWeight();
    const { cutoverMs } = reportOf(there.record).summary;
    assert.ok(cutoverMs !== null && cutoverMs < 5_000, `cut-over in ${cutoverMs} ms`);

    await store.request(id, { kind: "roll-back", to: 0, reason: "a test", who: "ann", atMs: Date.now() });
    const back = await carriedOut(on, spec, store);
    assert.is(back.kind, "over", back.record.reason);
    assert.is(back.record.stage, 0);
    assert.match(back.record.reason, /Rolled back to before stage 1\. ann asked for it: a test/);
    assert.equal(await on.tasks(), tasks);
    await waitFor("a master leads on A", DEADLINE_MS, () => on.watch.leaders.at(-1)?.startsWith("a:"));
    assert.equal(on.watch.doubles, []);
    assert.equal(await on.lostWeights(), []);
    assert.is((await verifyAuditLog(auditFile(join(folder, "audit")))).broken, null);
  }),
);

whole.run();
