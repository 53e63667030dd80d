/** The restart arithmetic under any order of events: never too few healthy by its own kills, never too many, and an end. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  isRestarted,
  type RestartCounts,
  type RestartLimits,
  restartLimits,
  restartMoves,
  scaleMoves,
} from "../../../../src/sandbox/marathon/deployment/arithmetic.js";

const arithmetic = suite("restart arithmetic");

const begin = (oldHealthy: number, oldUnhealthy = 0): RestartCounts => ({
  oldHealthy,
  oldUnhealthy,
  started: 0,
  newHealthy: 0,
  dying: 0,
});

arithmetic("the examples of the facts", () => {
  const limits = (min: number, over: number, resident = false) =>
    restartLimits(4, begin(4), { minimumHealthCapacity: min, maximumOverCapacity: over }, resident);
  assert.equal(limits(1, 1), { minHealthy: 4, cap: 8, mayExceed: false, old: 4, killAtOnce: 0 });
  assert.equal(restartMoves(4, begin(4), limits(1, 1)), { killUnhealthy: 0, killHealthy: 0, start: 4 });
  assert.equal(limits(0.5, 0), { minHealthy: 2, cap: 4, mayExceed: false, old: 4, killAtOnce: 2 });
  assert.equal(restartMoves(4, begin(4), limits(0.5, 0)), { killUnhealthy: 0, killHealthy: 2, start: 0 });
  assert.equal(limits(1, 0), { minHealthy: 4, cap: 4, mayExceed: true, old: 4, killAtOnce: 0 });
  assert.equal(restartMoves(4, begin(4), limits(1, 0)), { killUnhealthy: 0, killHealthy: 0, start: 1 });
  assert.equal(limits(1, 0, true), { minHealthy: 3, cap: 4, mayExceed: false, old: 4, killAtOnce: 1 });
});

arithmetic("shrinking takes the surplus at once", () => {
  const limits = restartLimits(2, begin(5), { minimumHealthCapacity: 1, maximumOverCapacity: 1 }, false);
  assert.is(limits.killAtOnce, 3);
});

type Event = "heal" | "sicken" | "lose" | "bury" | "ready";
const EVENTS: readonly Event[] = ["heal", "sicken", "lose", "bury", "ready", "ready", "bury"];

/** One event of the world, not of the restart. */
function happen(event: Event, counts: RestartCounts): RestartCounts {
  const { oldHealthy, oldUnhealthy, started, newHealthy, dying } = counts;
  switch (event) {
    case "heal":
      return oldUnhealthy === 0
        ? counts
        : { ...counts, oldHealthy: oldHealthy + 1, oldUnhealthy: oldUnhealthy - 1 };
    case "sicken":
      return oldHealthy === 0
        ? counts
        : { ...counts, oldHealthy: oldHealthy - 1, oldUnhealthy: oldUnhealthy + 1 };
    case "lose":
      return newHealthy === 0 ? counts : { ...counts, newHealthy: newHealthy - 1 };
    case "bury":
      return dying === 0 ? counts : { ...counts, dying: dying - 1 };
    case "ready":
      return newHealthy === started ? counts : { ...counts, newHealthy: newHealthy + 1 };
  }
}

function move(
  target: number,
  counts: RestartCounts,
  limits: RestartLimits,
  upgradeMin: number,
): RestartCounts {
  const { killUnhealthy, killHealthy, start } = restartMoves(target, counts, limits);
  assert.ok(killUnhealthy <= counts.oldUnhealthy && killHealthy <= counts.oldHealthy && start >= 0);
  const healthy = counts.oldHealthy + counts.newHealthy;
  if (killHealthy > 0)
    assert.ok(healthy - killHealthy >= Math.ceil(target * upgradeMin - 1e-9), "too few healthy");
  const next = {
    oldHealthy: counts.oldHealthy - killHealthy,
    oldUnhealthy: counts.oldUnhealthy - killUnhealthy,
    started: counts.started + start,
    newHealthy: counts.newHealthy,
    dying: counts.dying + killHealthy + killUnhealthy,
  };
  const total = next.oldHealthy + next.oldUnhealthy + next.started + next.dying;
  const before = counts.oldHealthy + counts.oldUnhealthy + counts.started + counts.dying;
  if (start > 0) assert.ok(total <= limits.cap + (limits.mayExceed ? 1 : 0), "over the cap");
  else assert.is(total, before);
  return next;
}

const share = fc.constantFrom(0, 0.1, 0.25, 0.33, 0.5, 0.75, 0.9, 1);
const scenario = fc.record({
  target: fc.integer({ min: 1, max: 12 }),
  healthy: fc.integer({ min: 0, max: 12 }),
  unhealthy: fc.integer({ min: 0, max: 4 }),
  min: share,
  over: share,
  events: fc.array(fc.constantFrom(...EVENTS), { maxLength: 120 }),
  restartAt: fc.option(fc.integer({ min: 0, max: 60 })),
});

arithmetic("limits hold whatever happens, and calm brings it to its end", () => {
  fc.assert(
    fc.property(scenario, ({ target, healthy, unhealthy, min, over, events, restartAt }) => {
      const upgrade = { minimumHealthCapacity: min, maximumOverCapacity: over };
      let counts = begin(healthy, unhealthy);
      let limits = restartLimits(target, counts, upgrade, false);
      events.forEach((event, at) => {
        // A new leader begins anew with what it finds.
        if (at === restartAt) limits = restartLimits(target, counts, upgrade, false);
        counts = move(target, counts, limits, min);
        counts = happen(event, counts);
      });
      for (let round = 0; round < 200 && !isRestarted(target, counts); round += 1) {
        counts = move(target, counts, limits, min);
        for (const event of ["bury", "ready", "heal"] as const) counts = happen(event, counts);
      }
      assert.ok(isRestarted(target, counts), `did not end: ${JSON.stringify({ counts, limits })}`);
      assert.is(counts.started, target);
    }),
    { numRuns: 2000 },
  );
});

arithmetic("scaling", () => {
  assert.equal(scaleMoves(3, 1, 0), { kill: 0, start: 2 });
  assert.equal(scaleMoves(1, 3, 0), { kill: 2, start: 0 });
  assert.equal(scaleMoves(3, 3, 1), { kill: 1, start: 1 });
  assert.equal(scaleMoves(2, 3, 1), { kill: 1, start: 0 });
});

arithmetic.run();
