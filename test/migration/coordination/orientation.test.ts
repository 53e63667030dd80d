/** The synchronisation from B tells everything in terms of the platform, and the record tells which one is to run. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  syncOrigin,
  turnedOutcome,
  turnedReport,
  turnedStatus,
} from "../../../src/migration/coordination/orientation.js";
import { migrationSync } from "../../../src/migration/coordination/sync-spec.js";
import type { ActionStep } from "../../../src/migration/model/action.js";
import type { ActionRecord, MigrationRecord } from "../../../src/migration/model/record.js";
import { resultOf, type VerifyReport } from "../../../src/sync/verify/report.js";
import { actionOf, recordOf, specOf } from "../platform.js";

const orientation = suite("which side the synchronisation starts from");
const migration = specOf({ a: "10.0.0.1:2181", b: "10.0.0.2:2181" }, { mode: "replace" });
const [spec, back] = [
  migrationSync(migration, { a: [], b: [] }, "a"),
  migrationSync(migration, { a: [], b: [] }, "b"),
];

orientation("from B it has a name of its own, and the sides change places", () => {
  assert.is.not(back.name, spec.name);
  assert.equal([back.a, back.b], [spec.b, spec.a]);
});

orientation("what it says of its directions, clocks and counters is told of the platform's sides", () => {
  const engine = { format: 1 as const, engine: "e", host: "h", pid: 1, sinceMs: 0 };
  const status = {
    ...{ format: 1 as const, name: "x", engine, epoch: 1, writtenMs: 5, alerts: [] },
    directions: [],
    clockSkew: { ms: 7, plusMinusMs: 1 },
  };
  assert.equal(turnedStatus(status, "b").clockSkew, { ms: -7, plusMinusMs: 1 });
  assert.equal(turnedStatus(status, "a"), status);
  const record = { format: 1 as const, path: "/mesos", lower: "a" as const, gap: 10, since: 1 };
  const outcome = { record, raised: { side: "b" as const, by: 10 }, counters: { a: 1, b: 11 } };
  const turned = turnedOutcome(outcome, "b");
  assert.is(turned.record.lower, "b");
  assert.equal(turned.raised, { side: "a", by: 10 });
  assert.equal(turned.counters, { a: 11, b: 1 });
});

orientation("what a comparison misses on one side is missing there", () => {
  const counts = { nodes: 1, equal: 0, differing: 1, moving: 0, unreadable: 0, skipped: 0, shadows: 0 };
  const path = { path: "/app/x", pathB: "/app/x" };
  const report: VerifyReport = {
    format: 1,
    rules: spec.paths,
    readers: { a: "own", b: "own" },
    durationMs: 1,
    counts,
    fields: { "missing-on-b": 1 },
    differences: [{ ...path, field: "missing-on-b", weight: "exact", a: "there", b: null }],
    moving: [],
    unreadable: [{ ...path, side: "a", reason: "NO_AUTH" }],
    absent: [],
  };
  const turned = turnedReport(report, "b");
  assert.equal(turned.fields, { "missing-on-a": 1 });
  assert.equal(turned.differences, [
    { ...path, field: "missing-on-a", weight: "exact", a: null, b: "there" },
  ]);
  assert.is(turned.unreadable[0]?.side, "b");
  assert.is(resultOf(turned), "different");
  assert.equal(turnedReport(turned, "b"), report);
});

/** Of steps that were done one after the other, some of them in stages that were rolled back since. */
function after(rolledBack: readonly Done[], present: readonly Done[]): MigrationRecord {
  const record = recordOf(migration, { kind: "take-baseline" });
  const [stage] = record.stages;
  if (stage === undefined) throw new Error("a record has stages");
  const begun = [...rolledBack, ...present].map((one, at) => actionRecord(one, at));
  return {
    ...record,
    past: [{ ...stage, number: 6, actions: begun.slice(0, rolledBack.length) }],
    stages: [{ ...stage, actions: begun.slice(rolledBack.length) }],
  };
}

interface Done {
  readonly step: ActionStep;
  readonly at?: number;
  readonly status?: ActionRecord["status"];
  readonly facts?: ActionRecord["facts"];
}

function actionRecord({ step, at, status = "done", facts = {} }: Done, order: number): ActionRecord {
  const begunMs = at ?? order;
  return { action: actionOf(step), status, begunMs, endedMs: begunMs, outcome: "", attempts: 1, facts };
}

orientation("the start that was done last counts, also in a stage that was rolled back since", () => {
  const start: Done = { step: { kind: "start-sync" }, at: 1 };
  const stop: Done = { step: { kind: "stop-sync" }, at: 2 };
  const back: Done = { step: { kind: "start-sync", counts: "b" }, at: 3 };
  assert.is(syncOrigin(after([], [start])), "a");
  assert.is(syncOrigin(after([stop], [start])), null);
  assert.is(syncOrigin(after([stop, back], [start])), "b");
  assert.is(syncOrigin(after([stop, { ...back, status: "intended" }], [start])), null);
  // The one before was never ended whole, and went on as it was.
  assert.is(syncOrigin(after([stop, { ...back, facts: { origin: "a" } }], [start])), "a");
});

orientation.run();
