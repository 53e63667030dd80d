/** Plans of random small platforms: whole, safe at every step, and with a way back from everywhere to the end of every earlier stage. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Action } from "../../../src/migration/model/action.js";
import { newRecord } from "../../../src/migration/model/new-record.js";
import type { Measurement } from "../../../src/migration/model/observation.js";
import type { MigrationPlan } from "../../../src/migration/model/plan.js";
import type { ActionRecord, MigrationRecord } from "../../../src/migration/model/record.js";
import { type MigrationSpec, STAGES } from "../../../src/migration/model/spec.js";
import { planMigration } from "../../../src/migration/plan/plan.js";
import { planWayBack } from "../../../src/migration/plan/record.js";
import { batch, marathon, other, type Shape, specFor, surveyFor, USUAL } from "../specs.js";
import { World } from "./world.js";

const properties = suite("plans of migrations");
const RUNS = { numRuns: 100, seed: 5 };

const mode = fc.constantFrom("replace" as const, "repoint" as const);
const shapes: fc.Arbitrary<Shape> = fc
  .record({
    mastersA: fc.constantFrom(1, 2, 3, 3, 3, 5),
    mastersB: fc.constantFrom(1, 2, 3, 3, 3, 5),
    agentsA: fc.integer({ min: 1, max: 5 }),
    agentsB: fc.integer({ min: 5, max: 7 }),
    modes: fc.record({ masters: mode, agents: mode }),
    frameworks: fc.subarray([marathon(), batch(), other()]),
    deployed: fc.boolean(),
    leader: fc.nat({ max: 4 }),
  })
  .map((shape) => ({ ...shape, leader: shape.leader % shape.mastersA }));

interface Case {
  readonly shape: Shape;
  readonly spec: MigrationSpec;
  readonly plan: MigrationPlan;
}

function caseOf(shape: Shape): Case {
  const spec = specFor(shape);
  return { shape, spec, plan: planMigration(spec, surveyFor(spec, shape.leader)) };
}

/** Those that are not refused; the refused ones have a property of their own. */
const accepted = shapes.map(caseOf).filter(({ plan }) => plan.diagnostics.length === 0);

function actionsTo(plan: MigrationPlan, stage: number): readonly Action[] {
  return plan.stages.filter(({ number }) => number <= stage).flatMap(({ actions }) => actions);
}

function worldOf({ spec, shape }: Case): World {
  return new World(spec, shape.leader, spec.target.zookeeper.resource === null);
}

function entry(action: Action, at: number, more: Partial<ActionRecord> = {}): ActionRecord {
  return { action, status: "done", begunMs: at, endedMs: at, outcome: "", attempts: 1, facts: {}, ...more };
}

function recordOf({ spec, plan }: Case, entries: readonly ActionRecord[]): MigrationRecord {
  return {
    ...newRecord("move-20260101-0000", spec, plan, 0),
    status: "paused",
    stages: STAGES.map((number) => ({
      number,
      status: "acting",
      begunMs: 0,
      endedMs: null,
      actions: entries.filter(({ action }) => action.stage === number),
      criteria: [],
    })),
    stage: 1,
  };
}

properties("a refusal names what is wrong and a change, and shows no path of the masters", () => {
  fc.assert(
    fc.property(shapes.map(caseOf), ({ plan }) => {
      for (const { severity, remedy, detail } of plan.diagnostics) {
        assert.is(severity, "error");
        assert.ok(remedy !== undefined && detail !== undefined);
      }
      const refused = plan.diagnostics.some(({ code }) => code === "migration-no-path");
      const masters = plan.stages.filter(({ number }) => number === 2 || number === 3);
      if (refused) assert.ok(masters.every(({ actions }) => actions.length === 0));
    }),
    RUNS,
  );
});

properties("equal input gives equal bytes, and ids are unique", () => {
  fc.assert(
    fc.property(accepted, (found) => {
      assert.is(JSON.stringify(caseOf(found.shape).plan), JSON.stringify(found.plan));
      const ids = found.plan.stages.flatMap(({ actions, wayBack }) =>
        [...actions, ...wayBack].map(({ id }) => id),
      );
      assert.is(new Set(ids).size, ids.length);
    }),
    RUNS,
  );
});

properties("the way there is safe and ends on B alone, every server where it must be", () => {
  fc.assert(
    fc.property(accepted, (found) => {
      const { spec, plan } = found;
      const world = worldOf(found);
      for (const { step } of actionsTo(plan, 6)) world.do(step);
      assert.equal(world.faults, []);
      const { target } = spec;
      const expected = [
        "leads b",
        "no sync",
        "b",
        ...target.masters.servers.map(({ name }) => `${name} b q${target.masters.quorum}`).sort(),
        ...target.agents.servers.map(({ name }) => `${name} b active`).sort(),
        ...spec.frameworks.map(({ name }) => `${name} b`).sort(),
      ];
      assert.is(world.view(), expected.join("\n"));
    }),
    RUNS,
  );
});

properties("each stage's own way back undoes it", () => {
  fc.assert(
    fc.property(accepted, fc.constantFrom(...STAGES), (found, stage) => {
      const { plan } = found;
      const world = worldOf(found);
      const earlier = worldOf(found);
      for (const { step } of actionsTo(plan, stage - 1)) earlier.do(step);
      for (const { step } of actionsTo(plan, stage)) world.do(step);
      for (const { step } of plan.stages[stage - 1]?.wayBack ?? []) world.do(step);
      assert.equal(world.faults, []);
      assert.is(world.view(), earlier.view());
    }),
    RUNS,
  );
});

/** After some actions, the last of which may have been cut off, before or after it had its effect. */
const cut = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  end: fc.constantFrom("clean" as const, "without effect" as const, "with effect" as const),
  to: fc.nat({ max: 5 }),
});

type End = "clean" | "without effect" | "with effect";

function carriedOut(found: Case, count: number, end: End) {
  const actions = actionsTo(found.plan, 6);
  const world = worldOf(found);
  const entries: ActionRecord[] = [];
  for (const [at, action] of actions.slice(0, count).entries()) {
    const last = at === count - 1 && end !== "clean";
    if (!last || end === "with effect") world.do(action.step);
    entries.push(entry(action, at, last ? { status: "failed", endedMs: null } : {}));
  }
  return { world, entries, stage: actions[count - 1]?.stage ?? 1 };
}

/** What an observer would say now. */
function leaderSide(world: World, atMs: number): Measurement {
  const value = world.leadingSide() ?? "";
  return { name: "leader-side", side: null, atMs, result: { kind: "known", value, names: [] } };
}

function countOf({ plan }: Case, share: number): number {
  return Math.max(1, Math.ceil(share * actionsTo(plan, 6).length));
}

function backFrom(found: Case, count: number, end: End, to: number): void {
  const { world, entries, stage } = carriedOut(found, count, end);
  const goal = Math.min(to, stage - 1);
  const earlier = worldOf(found);
  for (const { step } of actionsTo(found.plan, goal)) earlier.do(step);
  const record = { ...recordOf(found, entries), measurements: [leaderSide(world, entries.length)] };
  const back = planWayBack(found.spec, record, goal);
  for (const { step } of back) world.do(step);
  const told = `${count} actions, the last ${end}, back to ${goal}\n${back.map(({ id }) => id).join("\n")}`;
  assert.equal(world.faults, [], told);
  assert.is(world.view(), earlier.view(), told);
  assert.ok(back.every((action) => action.stage > goal && action.stage <= stage));
}

properties("from anywhere there is a safe way back to the end of any earlier stage", () => {
  fc.assert(
    fc.property(accepted, cut, (found, { share, end, to }) => {
      backFrom(found, countOf(found, share), end, to);
    }),
    { ...RUNS, numRuns: 200 },
  );
});

properties("every cut of usual platforms, to the end of every stage", () => {
  for (const masters of ["replace", "repoint"] as const) {
    const agents = masters === "replace" ? ("repoint" as const) : ("replace" as const);
    const shape = { ...USUAL, agentsA: 2, agentsB: 2, modes: { masters, agents }, frameworks: [marathon()] };
    const found = caseOf(shape);
    for (const { stage, at } of actionsTo(found.plan, 6).map((action, index) => ({
      stage: action.stage,
      at: index + 1,
    })))
      for (const end of ["clean", "without effect", "with effect"] as const)
        for (const to of [0, ...STAGES].filter((goal) => goal < stage)) backFrom(found, at, end, to);
  }
});

properties("a way back that was cut off is gone on with, and the way there once more after it", () => {
  fc.assert(
    fc.property(accepted, cut, fc.double({ min: 0, max: 1, noNaN: true }), (found, { share, to }, part) => {
      const { world, entries, stage } = carriedOut(found, countOf(found, share), "clean");
      const goal = Math.min(to, stage - 1);
      const back = planWayBack(found.spec, recordOf(found, entries), goal);
      const done = back.slice(0, Math.floor(part * back.length));
      const all = [...entries, ...done.map((action, at) => entry(action, entries.length + at))];
      for (const { step } of done) world.do(step);
      const rest = planWayBack(found.spec, recordOf(found, all), goal);
      for (const { step } of rest) world.do(step);
      const earlier = worldOf(found);
      for (const { step } of actionsTo(found.plan, goal)) earlier.do(step);
      assert.is(world.view(), earlier.view());
      const ids = [...back, ...rest].map(({ id }) => id);
      if (done.length > 0) assert.is(new Set(ids).size, ids.length);
      for (const { step } of actionsTo(found.plan, 6).slice(actionsTo(found.plan, goal).length))
        world.do(step);
      assert.equal(world.faults, []);
    }),
    RUNS,
  );
});

properties.run();
