/** What a person sees of an engine: stages in order, approvals, pauses, gates that break, ways back, actions nobody can tell of. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { MigrationRecord } from "../../../src/migration/model/record.js";
import type { MigrationSpec } from "../../../src/migration/model/spec.js";
import { allDone } from "./model-platform.js";
import { Rehearsal, type RehearsalOptions } from "./rehearsal.js";
import { samplePlan, sampleSpec } from "./sample-plan.js";

const engine = suite("engine of a migration");

const STEPS = {
  1: [{ repeatable: true }, { repeatable: false }],
  2: [{ repeatable: false }, { repeatable: true }, { repeatable: false }],
  3: [{ repeatable: false }],
} as const;

function rehearse(more: Partial<MigrationSpec> = {}, options: RehearsalOptions = {}): Rehearsal {
  const spec = sampleSpec(more);
  return new Rehearsal(spec, samplePlan(spec, STEPS), options);
}

const isDone = ({ status }: MigrationRecord): boolean => status === "done";

engine("carries out all stages in order and proves each of them", async () => {
  const rehearsal = rehearse();
  const process = rehearsal.start();
  const record = await rehearsal.until("done", isDone);
  await rehearsal.time.until(() => process.end !== null);
  assert.is(process.end?.kind, "over");
  assert.ok(allDone(rehearsal.platform, record));
  assert.equal(rehearsal.platform.violations, []);
  for (const stage of record.stages) {
    assert.is(stage.status, "done");
    assert.ok(
      stage.criteria.some(({ id, met }) => id === `${stage.number}.after` && met),
      "its criterion is recorded as met",
    );
    const ended = Math.max(...stage.actions.map(({ endedMs }) => endedMs ?? 0));
    assert.ok(
      (stage.endedMs ?? 0) - ended >= 3_000,
      "it was proved for its time, by what was seen afterwards",
    );
  }
});

engine("begins a stage only when somebody approved this very plan", async () => {
  const rehearsal = rehearse({ approvals: [2] });
  rehearsal.start();
  await rehearsal.until("waits", ({ status }) => status === "waiting-for-approval");
  rehearsal.approve(2, "sha256:another");
  rehearsal.approve(3);
  for (let count = 0; count < 50; count += 1) await rehearsal.time.step();
  assert.is(rehearsal.record.status, "waiting-for-approval");
  assert.is(rehearsal.record.stage, 2);
  assert.not(rehearsal.platform.effects.some((text) => text.startsWith("do 2")));
  rehearsal.approve(2);
  const record = await rehearsal.until("done", isDone);
  const approval = record.approvals.at(-1);
  assert.is(approval?.who, "ann");
  assert.is(approval?.planDigest, rehearsal.plan.digest);
});

engine("pauses between two actions of a stage and goes on there", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  rehearsal.platform.onEffect = ({ id }) => {
    if (id.startsWith("2.01")) rehearsal.pause();
  };
  await rehearsal.until("paused", ({ status }) => status === "paused");
  for (let count = 0; count < 50; count += 1) await rehearsal.time.step();
  assert.is(rehearsal.platform.effects.at(-1), "do 2.01");
  assert.match(rehearsal.record.reason, /ann asked for it/);
  rehearsal.resume();
  await rehearsal.until("done", isDone);
  assert.equal(rehearsal.platform.violations, []);
});

engine("stops a long action that can be repeated soon after a pause, and repeats it", async () => {
  const rehearsal = rehearse({}, { stepMs: 20_000 });
  rehearsal.start();
  const begun = rehearsal.time.nowMs;
  await rehearsal.until("acts", ({ stages }) => stages[0]?.actions[0]?.status === "intended");
  rehearsal.pause();
  const record = await rehearsal.until("paused", ({ status }) => status === "paused");
  assert.ok(rehearsal.time.nowMs - begun < 15_000, "it did not wait for its end");
  assert.is(record.stages[0]?.actions[0]?.status, "intended");
  rehearsal.resume();
  const done = await rehearsal.until("done", isDone);
  assert.is(done.stages[0]?.actions[0]?.attempts, 2);
});

engine("stops a stage whose watch breaks, says what was measured, and waits", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  rehearsal.platform.onEffect = ({ id }) => {
    if (id.startsWith("2.01")) rehearsal.platform.lagMs = 340;
  };
  const record = await rehearsal.until("paused", ({ status }) => status === "paused");
  assert.match(record.reason, /gate of stage 2 broke: synchronisation lag below 100 ms: 340 ms/);
  assert.ok(rehearsal.events.some(({ kind, text }) => kind === "alert" && text.includes("340 ms")));
  rehearsal.platform.lagMs = 5;
  rehearsal.resume();
  await rehearsal.until("done", isDone);
});

engine("rolls a stage back by itself where the migration says so", async () => {
  const rehearsal = rehearse({ onBrokenGate: "roll-back" });
  rehearsal.start();
  rehearsal.platform.onEffect = ({ id }) => {
    rehearsal.platform.lagMs = id.startsWith("2.02") ? 340 : 5;
  };
  const record = await rehearsal.until("back", ({ past, status }) => past.length > 0 && status === "paused");
  assert.is(record.stage, 1);
  assert.match(record.reason, /Rolled back to the end of stage 1\. A gate of stage 2 broke/);
  assert.equal([...rehearsal.platform.applied], ["1.01 step", "1.02 step"]);
  assert.is(record.past[0]?.status, "rolled-back");
  rehearsal.platform.onEffect = () => undefined;
  rehearsal.resume();
  await rehearsal.until("done", isDone);
  assert.equal(rehearsal.platform.violations, []);
});

engine("takes a failed action for failed, and tries again when told to", async () => {
  const rehearsal = rehearse();
  rehearsal.platform.failing.set("2.03 step", { times: 1, afterEffect: true });
  rehearsal.start();
  const record = await rehearsal.until("failed", ({ status }) => status === "failed");
  assert.match(record.reason, /2\.03 step failed: it did not answer/);
  rehearsal.resume();
  await rehearsal.until("done", isDone);
  assert.equal(rehearsal.platform.violations, [], "it had happened, and was not done again");
});

engine("counts an action that does not end in its time as failed", async () => {
  const rehearsal = rehearse({}, { stepMs: 700_000 });
  rehearsal.start();
  const record = await rehearsal.until("failed", ({ status }) => status === "failed");
  assert.match(record.reason, /1\.01 step failed: It did not end within 600 s/);
});

engine("rolls back half-way through a stage, then half-way through the roll-back further back", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  rehearsal.platform.onEffect = ({ text }) => {
    if (text === "do 3.01") rehearsal.rollBack(2);
    if (text === "undo 3.01 step") rehearsal.rollBack(0);
  };
  const record = await rehearsal.until("back", ({ past, status }) => past.length > 0 && status === "paused");
  assert.is(record.stage, 0);
  assert.equal([...rehearsal.platform.applied], []);
  assert.equal(rehearsal.platform.violations, []);
  await rehearsal.time.until(() => rehearsal.living === null);
  assert.is(rehearsal.processes[0]?.end?.kind, "over");
});

engine("goes back from the end, as long as the archive is kept", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  await rehearsal.until("done", isDone);
  await rehearsal.time.until(() => rehearsal.living === null);
  rehearsal.rollBack(3);
  rehearsal.start();
  const record = await rehearsal.until("back", ({ past, status }) => past.length > 0 && status === "paused");
  assert.is(record.stage, 3);
  assert.is(rehearsal.platform.applied.size, 6);
});

engine("asks a person when nobody can tell whether a step has happened", async () => {
  let killed = false;
  const rehearsal = rehearse(
    {},
    {
      dies: (point) => {
        if (killed || point !== "after an effect" || !rehearsal.platform.applied.has("2.01 step"))
          return false;
        killed = true;
        return true;
      },
    },
  );
  rehearsal.platform.unclear.add("2.01 step");
  rehearsal.start();
  await rehearsal.time.until(() => rehearsal.living === null);
  rehearsal.start();
  const record = await rehearsal.until("failed", ({ status }) => status === "failed");
  assert.match(record.reason, /Nobody can tell whether 2\.01 step has happened/);
  assert.match(record.reason, /the server does not answer/);
  const { nowMs } = rehearsal.time;
  rehearsal.ask({ kind: "settle", action: "2.01 step", happened: true, who: "ann", atMs: nowMs });
  await rehearsal.until("done", isDone);
  assert.equal(rehearsal.platform.violations, []);
});

engine("ends in good order when it is interrupted, and goes on later", async () => {
  const rehearsal = rehearse();
  const first = rehearsal.start();
  rehearsal.platform.onEffect = ({ id }) => {
    if (id.startsWith("2.01")) first.stop.abort();
  };
  await rehearsal.time.until(() => first.end !== null);
  assert.is(first.end?.kind, "interrupted");
  assert.is(rehearsal.record.status, "running");
  assert.is(rehearsal.record.stages[1]?.actions[0]?.status, "done");
  rehearsal.start();
  await rehearsal.until("done", isDone);
  assert.equal(rehearsal.platform.violations, []);
});

engine("takes up requests while what has to run does not come up, and goes back without it", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  await rehearsal.until("stage 2 acts", ({ stages }) => stages[1]?.status === "acting");
  rehearsal.processes[0]?.abort.abort();
  rehearsal.processes[0]?.stop.abort();
  await rehearsal.time.until(() => rehearsal.living === null);
  rehearsal.platform.sustain = () => new Promise(() => undefined);
  rehearsal.start();
  const effects = rehearsal.platform.effects.length;
  for (let count = 0; count < 60; count += 1) await rehearsal.time.step();
  assert.is(rehearsal.platform.effects.length, effects, "nothing is begun without it");
  rehearsal.pause();
  await rehearsal.until("paused", ({ status }) => status === "paused");
  rehearsal.rollBack(0);
  await rehearsal.until("back", ({ stage, past }) => stage === 0 && past.length > 0);
  assert.equal([...rehearsal.platform.applied], []);
});

engine("fails when what has to run cannot be started, and tries again when told to", async () => {
  const rehearsal = rehearse();
  rehearsal.platform.sustain = () => Promise.reject(new Error("B does not answer"));
  rehearsal.start();
  const record = await rehearsal.until("failed", ({ status }) => status === "failed");
  assert.match(record.reason, /could not be started\. B does not answer/);
  rehearsal.platform.sustain = () => Promise.resolve();
  rehearsal.resume();
  await rehearsal.until("done", isDone);
});

engine("outlives a full disk while it waits, and ends before it would do what it cannot record", async () => {
  const rehearsal = rehearse({ approvals: [2] });
  const process = rehearsal.start();
  await rehearsal.until("waits", ({ status }) => status === "waiting-for-approval");
  const full = new DiagnosticError([errorDiagnostic("state-disk-full", "the disk is full")]);
  rehearsal.memory.fault = full;
  for (let count = 0; count < 100; count += 1) await rehearsal.time.step();
  assert.is(process.end, null);
  assert.is(rehearsal.events.filter(({ text }) => text.includes("disk is full")).length, 1, "told once");
  rehearsal.memory.fault = null;
  rehearsal.approve(2);
  rehearsal.platform.onEffect = ({ id }) => {
    if (id.startsWith("2.01")) rehearsal.memory.fault = full;
  };
  await rehearsal.time.until(() => process.end !== null);
  assert.is(process.end?.kind, "error");
  rehearsal.memory.fault = null;
  rehearsal.platform.onEffect = () => undefined;
  rehearsal.start();
  await rehearsal.until("done", isDone);
  assert.equal(rehearsal.platform.violations, []);
});

engine(
  "tells when the platform has come to the end of a stage, either way, and stops for nothing there",
  async () => {
    const ends: string[] = [];
    const rehearsal = rehearse(
      {},
      {
        atEndOfStage: async ({ stage, past }) => {
          ends.push(`${stage}${past.length > 0 ? " again" : ""}`);
          throw new Error("the state is locked");
        },
      },
    );
    rehearsal.start();
    rehearsal.platform.onEffect = ({ id }) => {
      if (id.startsWith("2.01") && rehearsal.record.past.length === 0) rehearsal.rollBack(1);
    };
    await rehearsal.until("back", ({ past, status }) => past.length > 0 && status === "paused");
    rehearsal.resume();
    await rehearsal.until("done", isDone);
    assert.equal(ends, ["1", "1 again", ...[2, 3, 4, 5, 6].map((stage) => `${stage} again`)]);
    assert.ok(rehearsal.events.some(({ text }) => text.includes("the state is locked")));
  },
);

engine("keeps extremes of what was measured, and its newest values", async () => {
  const rehearsal = rehearse();
  rehearsal.start();
  rehearsal.platform.onEffect = ({ id }) => {
    rehearsal.platform.lagMs = id.startsWith("4") ? 90 : 5;
  };
  const record = await rehearsal.until("done", isDone);
  const figure = record.figures.find(({ name }) => name === "sync-lag-ms");
  assert.is(figure?.most, 90);
  assert.is(figure?.least, 5);
  assert.is(record.measurements.length, 1);
});

engine.run();
