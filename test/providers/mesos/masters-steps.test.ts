/**
 * In which order masters are changed: worked examples, and properties over all small sets: a quorum is always a majority of the
 * members, none is restarted or removed without a quorum left, and empty ones come alone.
 */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CurrentServer, WantedServer } from "../../../providers/deployed/steps.js";
import {
  type MasterPlanInput,
  type MasterStep,
  masterSteps,
} from "../../../providers/mesos/masters/steps.js";

const steps = suite("steps of masters");

function now(id: number, more: Partial<CurrentServer> = {}): CurrentServer {
  return { id: String(id), host: "Host/h", running: true, match: "same", ...more };
}

function wanted(id: number, more: Partial<WantedServer> = {}): WantedServer {
  return { id: String(id), host: "Host/h", running: true, ...more };
}

function planned(input: Partial<MasterPlanInput>): readonly MasterStep[] {
  const plan = masterSteps({
    current: [1, 2, 3].map((id) => now(id)),
    wanted: [1, 2, 3].map((id) => wanted(id)),
    quorum: 2,
    wantedQuorum: 2,
    leader: "1",
    unfounded: false,
    ...input,
  });
  if (plan.kind === "refused") throw new Error(plan.reason);
  return plan.steps;
}

function short(list: readonly MasterStep[]): string[] {
  return list.map((step) => {
    if (step.kind === "found" || step.kind === "start") return `${step.kind} ${step.ids.join(",")}`;
    return "quorum" in step ? `${step.kind} ${step.id} q${step.quorum}` : `${step.kind} ${step.id}`;
  });
}

steps("a fresh set begins together, and only when all that its quorum means are there", () => {
  assert.equal(short(planned({ current: [] })), ["found 1,2,3"]);
  const two = [1, 2].map((id) => wanted(id));
  assert.throws(
    () => planned({ current: [], wanted: two }),
    /a new log begins only when all 2\*quorum-1 = 3/,
  );
});

steps("a creation that was cut off goes on together", () => {
  assert.equal(short(planned({ current: [now(1), now(2)], unfounded: true, leader: null })), ["found 1,2,3"]);
});

steps("a change goes round with the leader last; nothing differs, nothing is done", () => {
  assert.equal(planned({}), []);
  const current = [1, 2, 3].map((id) => now(id, { match: "different" }));
  assert.equal(short(planned({ current })), ["change 2 q2", "change 3 q2", "change 1 q2"]);
  // The leader is not touched when it is as it is to be.
  assert.equal(short(planned({ current: [now(1), now(2, { match: "different" }), now(3)] })), [
    "change 2 q2",
  ]);
});

steps("three become five: the quorum first, then one after another", () => {
  const five = [1, 2, 3, 4, 5].map((id) => wanted(id));
  const current = [1, 2, 3].map((id) => now(id, { match: "different" }));
  assert.equal(short(planned({ current, wanted: five, wantedQuorum: 3 })), [
    ...["change 2 q3", "change 3 q3", "change 1 q3"],
    ...["add 4 q3", "add 5 q3"],
  ]);
});

steps("five become three: two go, then the quorum", () => {
  const current = [1, 2, 3, 4, 5].map((id) => now(id, { match: "different" }));
  assert.equal(short(planned({ current, quorum: 3, leader: "4" })), [
    ...["remove 5", "remove 4"],
    ...["change 1 q2", "change 2 q2", "change 3 q2"],
  ]);
});

steps("a raise that was cut off goes on with those it has not reached", () => {
  const current = [now(1, { match: "different" }), now(2), now(3)];
  const five = [1, 2, 3, 4, 5].map((id) => wanted(id));
  assert.equal(short(planned({ current, wanted: five, wantedQuorum: 3 })), [
    ...["change 1 q3", "add 4 q3", "add 5 q3"],
  ]);
});

steps("a master is replaced: the old one goes for good before the new one comes", () => {
  assert.equal(short(planned({ wanted: [wanted(2), wanted(3), wanted(4)] })), ["remove 1", "add 4 q2"]);
  assert.equal(short(planned({ wanted: [wanted(1, { host: "Host/i" }), wanted(2), wanted(3)] })), [
    ...["remove 1", "add 1 q2"],
  ]);
});

steps("what is dead comes back before anything is taken down", () => {
  const current = [now(1, { match: "different" }), now(2, { running: false, match: "different" }), now(3)];
  assert.equal(short(planned({ current })), ["start 2", "change 1 q2"]);
});

steps("what cannot be done safely is refused with a way out", () => {
  const three = [1, 2, 3].map((id) => wanted(id));
  assert.throws(
    () => planned({ current: [now(1)], quorum: 1, wanted: three }),
    /one master cannot become several/,
  );
  assert.throws(() => planned({ wanted: [wanted(1)], wantedQuorum: 1 }), /several masters cannot become one/);
  const seven = [1, 2, 3, 4, 5, 6, 7].map((id) => wanted(id));
  assert.throws(() => planned({ wanted: seven, wantedQuorum: 3 }), /no safe way/);
  const stopped = [wanted(1), wanted(2, { running: false }), wanted(3, { running: false })];
  assert.throws(() => planned({ wanted: stopped }), /less than the quorum/);
});

/** Members and quorums of all masters after each step, and what must hold at each. */
function follow(input: MasterPlanInput, list: readonly MasterStep[]): void {
  const quorums = new Map(input.current.map(({ id }) => [id, input.quorum]));
  const most = (): number => 2 * Math.max(...quorums.values()) - 1;
  for (const step of list) {
    const others = step.kind === "change" || step.kind === "remove" ? quorums.size - 1 : quorums.size;
    // Those that stay must reach the quorum of whoever leads them; during a round the old and the new one are in force.
    const needed = Math.min(...quorums.values(), ...(step.kind === "change" ? [step.quorum] : []));
    assert.ok(
      others >= needed,
      `${short([step])[0]}: ${others} left, ${needed} needed (${short(list).join(" · ")})`,
    );
    if (step.kind === "remove") quorums.delete(step.id);
    if (step.kind === "add" || step.kind === "change") {
      const before = Math.max(...quorums.values());
      assert.ok(
        Math.abs(step.quorum - before) <= 1,
        `one step of the quorum at a time: ${short(list).join(" · ")}`,
      );
      quorums.set(step.id, step.quorum);
    }
    if (step.kind === "add")
      assert.equal(new Set(quorums.values()).size, 1, "an empty one joins a set of one mind");
    assert.ok(quorums.size <= most(), `${quorums.size} members (${short(list).join(" · ")})`);
  }
  assert.equal([...quorums.keys()].sort(), input.wanted.map(({ id }) => id).sort());
  assert.equal([...new Set(quorums.values())], [input.wantedQuorum]);
}

steps(
  "from any set to any other: allowed ways keep the log, and what keeps its size is never refused",
  () => {
    const set = fc.integer({ min: 2, max: 5 }).chain((quorum) =>
      fc.record({
        quorum: fc.constant(quorum),
        ids: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), {
          minLength: quorum,
          maxLength: 2 * quorum - 1,
        }),
      }),
    );
    fc.assert(
      fc.property(set, set, fc.nat(11), (from, to, at) => {
        const changed = from.quorum !== to.quorum;
        const current = from.ids.map((id) => now(id, changed ? { match: "different" } : {}));
        const leader = String(from.ids[at % from.ids.length]);
        const input: MasterPlanInput = {
          current,
          wanted: to.ids.map((id) => wanted(id)),
          quorum: from.quorum,
          wantedQuorum: to.quorum,
          leader,
          unfounded: false,
        };
        const plan = masterSteps(input);
        if (plan.kind === "steps") follow(input, plan.steps);
        const full = from.ids.length === 2 * from.quorum - 1 && to.ids.length === 2 * to.quorum - 1;
        if (full && from.quorum === to.quorum) assert.is(plan.kind, "steps");
      }),
      { numRuns: 2_000 },
    );
  },
);

steps.run();
