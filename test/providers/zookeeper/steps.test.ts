/** The order of changes to an ensemble: whatever is asked, the quorum is never spent and the leader comes last. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type CurrentServer,
  changeSteps,
  type Step,
  type StepsInput,
  stepText,
} from "../../../providers/zookeeper/ensemble/steps.js";

const steps = suite("ensemble steps");

function server(id: number, more: Partial<CurrentServer> = {}): CurrentServer {
  return {
    id,
    running: true,
    leader: false,
    outdated: false,
    moved: false,
    member: true,
    stale: false,
    ...more,
  };
}

const wanted = (...ids: number[]) => ids.map((id) => ({ id, running: true }));
const texts = (input: StepsInput): string[] => changeSteps(input).map((step) => `${step.kind} ${step.id}`);

steps("nothing differs: nothing is done", () => {
  const current = [server(1), server(2, { leader: true }), server(3)];
  assert.equal(changeSteps({ current, wanted: wanted(1, 2, 3), reconfig: true }), []);
  assert.equal(changeSteps({ current, wanted: wanted(1, 2, 3), reconfig: false }), []);
});

steps("a changed setting restarts followers first, the leader last", () => {
  const current = [
    server(1, { outdated: true, leader: true }),
    server(2, { outdated: true }),
    server(3, { outdated: true }),
  ];
  assert.equal(texts({ current, wanted: wanted(1, 2, 3), reconfig: true }), [
    "restart 2",
    "restart 3",
    "restart 1",
  ]);
});

steps("a dead server is started before any other is touched", () => {
  const current = [
    server(1, { outdated: true }),
    server(2, { running: false }),
    server(3, { outdated: true, leader: true }),
  ];
  assert.equal(texts({ current, wanted: wanted(1, 2, 3), reconfig: false }), [
    "start 2",
    "restart 1",
    "restart 3",
  ]);
});

steps("only what differs is restarted", () => {
  const current = [server(1), server(2, { outdated: true }), server(3, { leader: true })];
  assert.equal(texts({ current, wanted: wanted(1, 2, 3), reconfig: true }), ["restart 2"]);
});

steps("growing by reconfig deploys, then joins, one at a time", () => {
  const current = [server(1), server(2, { leader: true }), server(3)];
  assert.equal(texts({ current, wanted: wanted(1, 2, 3, 4, 5), reconfig: true }), [
    "start 4",
    "join 4",
    "start 5",
    "join 5",
  ]);
});

steps("shrinking by reconfig takes the leader out last", () => {
  const current = [server(1), server(2), server(3), server(4, { leader: true }), server(5)];
  assert.equal(texts({ current, wanted: wanted(1, 2, 3), reconfig: true }), [
    "leave 5",
    "remove 5",
    "leave 4",
    "remove 4",
  ]);
});

steps("growing without reconfig rolls the new list out after each server", () => {
  const current = [server(1), server(2, { leader: true }), server(3)];
  const found = texts({ current, wanted: wanted(1, 2, 3, 4), reconfig: false });
  assert.equal(found, ["start 4", "restart 1", "restart 3", "restart 2"]);
});

steps("a server that moves leaves before it joins again", () => {
  const current = [server(1), server(2, { leader: true }), server(3, { moved: true, outdated: true })];
  const found = texts({ current, wanted: wanted(1, 2, 3), reconfig: true });
  assert.equal(found, ["leave 3", "remove 3", "start 3", "join 3"]);
});

steps("a join that was cut off is finished", () => {
  const current = [server(1), server(2, { leader: true }), server(3), server(4, { member: false })];
  assert.equal(texts({ current, wanted: wanted(1, 2, 3, 4), reconfig: true }), ["join 4"]);
});

steps("a server that is to rest is stopped last", () => {
  const current = [server(1, { outdated: true }), server(2, { leader: true }), server(3)];
  const found = texts({ current, wanted: [...wanted(1, 2), { id: 3, running: false }], reconfig: true });
  assert.equal(found, ["restart 1", "stop 3"]);
});

steps("every step reads as a sentence", () => {
  const current = [server(1, { outdated: true, leader: true }), server(2, { running: false }), server(3)];
  const found = changeSteps({ current, wanted: wanted(1, 2, 4), reconfig: true }).map(stepText);
  assert.is(found.length, new Set(found).size);
  assert.ok(found.every((text) => /server \d/.test(text)));
});

/** What runs and what belongs to the ensemble after a step; a restart is back when it ends. */
function after(step: Step, running: Set<number>, members: Set<number>, reconfig: boolean): void {
  if (step.kind === "start") {
    running.add(step.id);
    if (!reconfig) members.add(step.id);
  }
  if (step.kind === "join") members.add(step.id);
  if (step.kind === "leave") members.delete(step.id);
  if (step.kind === "remove") {
    running.delete(step.id);
    members.delete(step.id);
  }
  if (step.kind === "stop") running.delete(step.id);
}

/** Members that are up while the step is under way. */
function upDuring(step: Step, running: ReadonlySet<number>, members: ReadonlySet<number>): number {
  const down = ["restart", "remove", "yield"].includes(step.kind) ? step.id : null;
  return [...members].filter((id) => running.has(id) && id !== down).length;
}

const scenario = fc.record({
  size: fc.integer({ min: 3, max: 7 }),
  leader: fc.nat(),
  outdated: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
  kept: fc.integer({ min: 3, max: 7 }),
  added: fc.integer({ min: 0, max: 3 }),
  reconfig: fc.boolean(),
});

steps("from a whole ensemble, every step leaves a quorum of the members up", () => {
  void fc.assert(
    fc.property(scenario, ({ size, leader, outdated, kept, added, reconfig }) => {
      const current = Array.from({ length: size }, (_, at) =>
        server(at + 1, { leader: at === leader % size, outdated: outdated[at] === true }),
      );
      const ids = [
        ...current.slice(0, Math.min(kept, size)).map(({ id }) => id),
        ...Array.from({ length: added }, (_, at) => size + 1 + at),
      ];
      const running = new Set(current.map(({ id }) => id));
      const members = new Set(running);
      const found = changeSteps({ current, wanted: wanted(...ids), reconfig });
      for (const step of found) {
        const quorum = Math.floor(members.size / 2) + 1;
        const up = upDuring(step, running, members);
        // Without reconfig, a removed server is in nobody's list any more when it goes.
        const needed = step.kind === "remove" && !reconfig ? Math.floor((members.size - 1) / 2) + 1 : quorum;
        assert.ok(up >= needed, `${step.kind} ${step.id}: ${up} of ${members.size} up`);
        after(step, running, members, reconfig);
      }
      assert.equal([...running].sort(), [...ids].sort());
      assert.equal([...members].sort(), [...ids].sort());
    }),
  );
});

steps("in every round the leader comes last", () => {
  void fc.assert(
    fc.property(scenario, ({ size, leader, reconfig }) => {
      const at = (leader % size) + 1;
      const current = Array.from({ length: size }, (_, index) =>
        server(index + 1, { leader: index + 1 === at, outdated: true }),
      );
      const ids = current.map(({ id }) => id);
      const found = changeSteps({ current, wanted: wanted(...ids), reconfig });
      assert.is(found.at(-1)?.id, at);
      assert.is(found.length, size);
    }),
  );
});

steps.run();
