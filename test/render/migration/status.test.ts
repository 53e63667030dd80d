/** Where a migration stands and how it went, as files a person can read; records made by the engine itself, in virtual time. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ActionStep } from "../../../src/migration/model/action.js";
import type { Facts } from "../../../src/migration/model/ports.js";
import type { MigrationRecord } from "../../../src/migration/model/record.js";
import type { StageNumber } from "../../../src/migration/model/spec.js";
import { reportOf } from "../../../src/migration/report/report.js";
import { guidanceOf } from "../../../src/render/migration/guidance.js";
import { reportJson } from "../../../src/render/migration/report-json.js";
import { renderReportMarkdown } from "../../../src/render/migration/report-markdown.js";
import { migrationStatusJson } from "../../../src/render/migration/status-json.js";
import { renderMigrationLine, renderMigrationStatus } from "../../../src/render/migration/status-text.js";
import { expectGolden } from "../../harness/golden.js";
import { Rehearsal } from "../../migration/engine/rehearsal.js";
import { samplePlan, sampleSpec } from "../../migration/engine/sample-plan.js";

const texts = suite("status and report of a migration");
const HOLDER = "migrate by ann@ops1, process 4242, since 2026-01-02T03:04:05.000Z";
const STEPS = { 2: [{ repeatable: false }, { repeatable: true }, { repeatable: false }] } as const;

function rehearse(): Rehearsal {
  const spec = sampleSpec({ approvals: [3] });
  return new Rehearsal(spec, samplePlan(spec, STEPS), { stepMs: 2_000 });
}

function view(rehearsal: Rehearsal, holder: string | null = HOLDER) {
  return { record: rehearsal.record, holder, nowMs: rehearsal.time.nowMs };
}

function golden(name: string, rehearsal: Rehearsal, holder: string | null = HOLDER): void {
  const text = renderMigrationStatus({ ...view(rehearsal, holder), colour: false, detailed: true });
  expectGolden(`test/render/golden/migration/status-${name}.txt`, `${text}\n`);
}

texts("status at every kind of stop, and on the way", async () => {
  const rehearsal = rehearse();
  golden("pending", rehearsal, null);
  rehearsal.platform.lagMs = 340;
  rehearsal.start();
  await rehearsal.until("checks", ({ stages }) => (stages[0]?.criteria.length ?? 0) > 0);
  golden("checking", rehearsal);
  rehearsal.platform.lagMs = 5;
  await rehearsal.until("acts", ({ stages }) => stages[1]?.actions[1]?.status === "intended");
  golden("acting", rehearsal);
  golden("no-engine", rehearsal, null);
  rehearsal.platform.lagMs = 340;
  await rehearsal.until("breaks", ({ status }) => status === "paused");
  golden("broken-gate", rehearsal);
  rehearsal.platform.lagMs = 5;
  rehearsal.platform.failing.set("2.03 step", { times: 1, afterEffect: false });
  rehearsal.resume();
  await rehearsal.until("fails", ({ status }) => status === "failed");
  golden("failed", rehearsal);
  rehearsal.platform.unclear.add("2.03 step");
  rehearsal.resume();
  await rehearsal.until("is unclear", ({ reason }) => reason.startsWith("Nobody can tell"));
  golden("unclear", rehearsal);
  rehearsal.platform.unclear.clear();
  rehearsal.resume();
  await rehearsal.until("waits", ({ status }) => status === "waiting-for-approval");
  rehearsal.approve(3, "sha256:another");
  await rehearsal.until("took it up", ({ approvals }) => approvals.length === 1);
  golden("approval", rehearsal);
  rehearsal.rollBack(1);
  await rehearsal.until("goes back", ({ wayBack }) => wayBack !== null);
  golden("rolling-back", rehearsal);
  await rehearsal.until("is back", ({ past }) => past.length > 0);
  golden("rolled-back", rehearsal);
  rehearsal.rollBack(0);
  await rehearsal.until("is back whole", ({ stage }) => stage === 0);
  golden("rolled-back-whole", rehearsal, null);
});

/** With the steps and facts that real runners give. */
function told(record: MigrationRecord): MigrationRecord {
  const real: Partial<Record<StageNumber, { readonly step: ActionStep; readonly facts: Facts }>> = {
    3: {
      // biome-ignore lint/suspicious/noThenProperty: the plan's word for what becomes of the old leader
      step: { kind: "hand-over", from: "a", then: { kind: "stop" } },
      facts: { cutoverMs: 2_345, leaderAfter: "MesosMasters/b#1" },
    },
    5: {
      step: { kind: "drain-framework", framework: "marathon", servers: ["a-agent#1"] },
      facts: { moved: 120, ended: 3, causes: ["REASON_CONTAINER_LIMITATION_MEMORY: 2"] },
    },
  };
  const stages = record.stages.map((stage) => ({
    ...stage,
    actions: stage.actions.map((one) => {
      const { step, facts } = real[stage.number] ?? { step: one.action.step, facts: one.facts };
      return { ...one, action: { ...one.action, step }, facts };
    }),
  }));
  return { ...record, stages };
}

texts("the report of one that was rolled back in part and then done", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  let backs = 0;
  rehearsal.platform.onEffect = ({ text }) => {
    if (text === "do 2.02" && backs++ === 0) rehearsal.rollBack(1);
    rehearsal.platform.lagMs = text === "do 4.01" ? 92 : 5;
  };
  await rehearsal.until("is back", ({ past, status }) => past.length > 0 && status === "paused");
  rehearsal.resume();
  await rehearsal.until("waits", ({ status }) => status === "waiting-for-approval");
  rehearsal.approve(3);
  const record = told(await rehearsal.until("done", ({ status }) => status === "done"));
  const report = reportOf(record);
  assert.is(report.summary.cutoverMs, 2_345);
  assert.is(report.summary.lagMostMs, 92);
  assert.is(report.summary.tasksMoved, 120);
  assert.is(report.summary.tasksFailedByUs, null, "what nobody measured is not zero");
  assert.equal(report.failures, [{ cause: "REASON_CONTAINER_LIMITATION_MEMORY", count: 2 }]);
  const times = report.timeline.map(({ atMs }) => atMs);
  assert.equal(
    times,
    [...times].sort((a, b) => a - b),
  );
  expectGolden("test/render/golden/migration/report.md", renderReportMarkdown(report));
  expectGolden(
    "test/render/golden/migration/report.json",
    `${JSON.stringify(reportJson(report), null, 2)}\n`,
  );
  golden("done", rehearsal, null);
  const archived = { ...record, spec: { ...record.spec, archiveKey: "env:KEY" } };
  const text = renderMigrationStatus({
    ...view(rehearsal, null),
    record: archived,
    colour: false,
    detailed: false,
  });
  assert.match(text, "For 72 hours after the end there is a way back from the archive.");
});

texts("names from outside can do nothing to a terminal or a page", async () => {
  const rehearsal = rehearse();
  const evil = "\u001b[2Jshop | <b>*x*</b>";
  const record = { ...rehearsal.record, name: evil, reason: evil, status: "failed" as const };
  const shown = renderMigrationStatus({ record, holder: null, nowMs: 0, colour: false, detailed: false });
  assert.not.ok(shown.includes("\u001b"));
  assert.not.ok(renderMigrationLine({ record, holder: null, nowMs: 0 }).includes("\u001b"));
  const page = renderReportMarkdown(reportOf(record));
  assert.not.ok(page.includes("<b>") || page.includes("\u001b"));
});

texts("JSON says the same as the text", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  await rehearsal.until("waits", ({ status }) => status === "waiting-for-approval");
  const json = migrationStatusJson(view(rehearsal)) as unknown as {
    readonly status: string;
    readonly waitsFor: string;
    readonly stages: readonly { readonly status: string }[];
  };
  assert.is(json.status, "waiting-for-approval");
  assert.is(json.waitsFor, guidanceOf(view(rehearsal)).waitsFor);
  assert.equal(
    json.stages.map(({ status }) => status),
    ["done", "done", "waiting-for-approval", "pending", "pending", "pending"],
  );
});

texts.run();
