/**
 * Engines that die at every point there is, are taken over, paused, approved and rolled back at random: whatever comes, each step that may
 * not be done twice is done once, stages come in order, and it ends done or rolled back.
 */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import type { MigrationRecord } from "../../../src/migration/model/record.js";
import type { StageNumber } from "../../../src/migration/model/spec.js";
import { allDone } from "./model-platform.js";
import { Rehearsal } from "./rehearsal.js";
import { samplePlan, sampleSpec } from "./sample-plan.js";

const faults = suite("engine of a migration under faults");

const STEPS = {
  1: [{ repeatable: true }, { repeatable: false }],
  2: [{ repeatable: false }, { repeatable: true }],
  3: [{ repeatable: false }],
  5: [{ repeatable: false }, { repeatable: false }],
} as const;

const QUIET = { observeEverySeconds: 5 };

function rehearse(dies: (point: string, count: number) => boolean): Rehearsal {
  const spec = sampleSpec(QUIET);
  return new Rehearsal(spec, samplePlan(spec, STEPS), { dies });
}

/** Starts an engine whenever none is at work, until the record says so. */
async function carriedOn(
  rehearsal: Rehearsal,
  ended: (record: MigrationRecord) => boolean,
): Promise<MigrationRecord> {
  return rehearsal.until("ends", (record) => {
    if (ended(record)) return true;
    if (rehearsal.living === null) rehearsal.start();
    return false;
  });
}

const isDone = ({ status }: MigrationRecord): boolean => status === "done";

faults("killed once at every point, the next engine completes the same migration", async () => {
  const whole = rehearse(() => false);
  await carriedOn(whole, isDone);
  assert.ok(whole.points > 100, "there are points to die at");
  for (let at = 1; at <= whole.points; at += 1) {
    const rehearsal = rehearse((_point, count) => count === at);
    const record = await carriedOn(rehearsal, isDone);
    assert.equal(rehearsal.platform.violations, [], `killed at point ${at}`);
    assert.ok(allDone(rehearsal.platform, record), `killed at point ${at}`);
    assertAudited(rehearsal);
  }
});

faults("killed at every point of a roll-back, the next engine completes the roll-back", async () => {
  const back = (dies: (count: number) => boolean): Rehearsal => {
    const rehearsal = rehearse((_point, count) => dies(count));
    rehearsal.platform.onEffect = ({ text }) => {
      if (text === "do 3.01") rehearsal.rollBack(1);
    };
    return rehearsal;
  };
  const isBack = ({ past }: MigrationRecord): boolean => past.length > 0;
  let from = 0;
  const whole = back((count) => {
    if (whole.record.wayBack === null && whole.record.past.length === 0) from = count;
    return false;
  });
  await carriedOn(whole, isBack);
  assert.ok(whole.points > from + 20, "there are points to die at");
  for (let at = from - 10; at <= whole.points; at += 1) {
    const rehearsal = back((count) => count === at);
    const record = await carriedOn(rehearsal, isBack);
    assert.equal(rehearsal.platform.violations, [], `killed at point ${at}`);
    assert.is(record.stage, 1);
    assert.equal([...rehearsal.platform.applied], ["1.01 step", "1.02 step"], `killed at point ${at}`);
  }
});

type Deed =
  | { readonly kind: "kill" | "pause" | "resume" | "take-over" | "break-gate" | "fail" }
  | { readonly kind: "roll-back"; readonly to: 0 | StageNumber };

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Deed>({ kind: "kill" }) },
  { weight: 2, arbitrary: fc.constant<Deed>({ kind: "pause" }) },
  { weight: 3, arbitrary: fc.constant<Deed>({ kind: "resume" }) },
  { weight: 2, arbitrary: fc.constant<Deed>({ kind: "take-over" }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: "break-gate" }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: "fail" }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<(0 | StageNumber)[]>(0, 1, 2, 3, 4, 5)
      .map((to): Deed => ({ kind: "roll-back", to })),
  },
);

const scripts = fc.record({
  script: fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), deeds), { maxLength: 14 }),
  onBrokenGate: fc.constantFrom<("pause" | "roll-back")[]>("pause", "roll-back"),
  approvals: fc.subarray<StageNumber>([1, 3, 6]),
});

faults(
  "whatever happens, it ends done or rolled back, and nothing is done twice or out of turn",
  async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async ({ script, onBrokenGate, approvals }) => {
        const spec = sampleSpec({ ...QUIET, onBrokenGate, approvals });
        let diesAt = Number.POSITIVE_INFINITY;
        const rehearsal = new Rehearsal(spec, samplePlan(spec, STEPS), {
          dies: (_point, count) => count >= diesAt && diesAt > 0 && once(),
        });
        const once = (): boolean => {
          diesAt = Number.POSITIVE_INFINITY;
          return true;
        };
        const unapproved = watchApprovals(rehearsal);
        for (const [after, deed] of script) {
          const until = rehearsal.points + after;
          await goOn(rehearsal, () => rehearsal.points >= until);
          if (deed.kind === "kill") diesAt = rehearsal.points + 1;
          else act(rehearsal, deed);
        }
        rehearsal.platform.lagMs = 5;
        rehearsal.platform.failing.clear();
        await settle(rehearsal);
        assert.equal(rehearsal.platform.violations, []);
        assert.equal(unapproved, []);
        const { record } = rehearsal;
        const isWhole = record.status === "done" && allDone(rehearsal.platform, record);
        const isBack = record.stage === 0 && rehearsal.platform.applied.size === 0;
        assert.ok(isWhole || isBack, `${record.status} in stage ${record.stage}`);
        assertAudited(rehearsal);
      }),
      { numRuns: 300 },
    );
  },
);

/** One turn of time after the other, with an engine at work whenever there is anything to do. */
async function goOn(rehearsal: Rehearsal, ended: () => boolean): Promise<void> {
  for (let count = 0; count < 400 && !ended(); count += 1) {
    if (rehearsal.living === null) {
      if (isAtRest(rehearsal.record) && rehearsal.memory.inbox.length === 0) return;
      rehearsal.start();
    }
    if (rehearsal.record.status === "waiting-for-approval") approveNext(rehearsal);
    await rehearsal.time.step();
  }
}

function isAtRest({ status, stage, past }: MigrationRecord): boolean {
  return status === "done" || (stage === 0 && past.length > 0 && status === "paused");
}

function approveNext(rehearsal: Rehearsal): void {
  const { stage } = rehearsal.record;
  const isAsked = rehearsal.memory.inbox.some(({ input }) => input.kind === "approve");
  if (stage !== 0 && !isAsked) rehearsal.approve(stage);
}

function act(rehearsal: Rehearsal, deed: Deed): void {
  const { platform } = rehearsal;
  switch (deed.kind) {
    case "pause":
      rehearsal.pause();
      break;
    case "resume":
      platform.lagMs = 5;
      rehearsal.resume();
      break;
    case "roll-back":
      rehearsal.rollBack(deed.to);
      break;
    case "take-over":
      rehearsal.start(true);
      break;
    case "break-gate":
      platform.lagMs = 340;
      break;
    case "fail":
      platform.failing.set("2.01 step", { times: 1, afterEffect: true });
      platform.failing.set("3.01 step", { times: 1, afterEffect: false });
      break;
    case "kill":
      break;
  }
}

/** A person resumes and approves until there is nothing more to do. */
async function settle(rehearsal: Rehearsal): Promise<void> {
  for (let round = 0; round < 60; round += 1) {
    await goOn(rehearsal, () => ["paused", "failed"].includes(rehearsal.record.status));
    if (isAtRest(rehearsal.record) && rehearsal.memory.inbox.length === 0) return;
    if (["paused", "failed"].includes(rehearsal.record.status)) rehearsal.resume();
    await goOn(rehearsal, () => rehearsal.memory.inbox.length === 0);
  }
}

/** Steps of stages that were begun without an approval for this plan; filled as it goes. */
function watchApprovals(rehearsal: Rehearsal): string[] {
  const wrong: string[] = [];
  rehearsal.platform.onEffect = ({ stage, text }) => {
    const { approvals, spec, plan } = rehearsal.record;
    const isApproved = approvals.some((one) => one.stage === stage && one.planDigest === plan.digest);
    if (text.startsWith("do ") && spec.approvals.includes(stage) && !isApproved) wrong.push(text);
  };
  return wrong;
}

/** Every action that has an effect stands in the log as begun before, and the engines that ended wrongly were only taken over. */
function assertAudited(rehearsal: Rehearsal): void {
  const begun = new Set(
    rehearsal.audit.filter(({ kind }) => kind === "action").map(({ subject }) => subject),
  );
  for (const effect of rehearsal.platform.applied) assert.ok(begun.has(effect), `${effect} is in the log`);
  for (const { end } of rehearsal.processes) {
    if (end?.kind !== "error") continue;
    const { error } = end;
    const code = error instanceof DiagnosticError ? error.diagnostics[0]?.code : String(error);
    assert.ok(code === "migration-taken-over" || code === "migration-locked", code);
  }
}

faults.run();
