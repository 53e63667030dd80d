/** Fenced counters: whatever is made on both sides, no number is given twice and the lower side sorts first. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FenceRecord } from "../../src/sync/control/records.js";
import { fenceStep, gapFault, swapped } from "../../src/sync/sequence/fence.js";

const fence = suite("sequence fences");

const record = (gap: number, since = 0): FenceRecord => ({ format: 1, path: "/p", lower: "a", gap, since });

fence("keep the numbers of both sides apart over any mixture of creations and looks", () => {
  const step = fc.constantFrom("create a", "create b", "look");
  void fc.assert(
    fc.property(fc.integer({ min: 8, max: 40 }), fc.array(step, { maxLength: 400 }), (gap, steps) => {
      let now = record(gap);
      const counters = { lower: 0, upper: 0 };
      const given: { side: string; number: number; at: number }[] = [];
      const look = () => {
        const next = fenceStep(now, counters);
        now = next.record;
        counters.upper += next.raise;
      };
      look();
      let sinceLook = 0;
      for (const [at, what] of steps.entries()) {
        // An engine looks far more often than half a gap of creations takes.
        if (what === "look" || sinceLook >= gap / 4) {
          look();
          sinceLook = 0;
        }
        if (what === "look") continue;
        sinceLook++;
        const side = what === "create a" ? "lower" : "upper";
        given.push({ side, number: counters[side], at });
        counters.lower++; // made there or mirrored: both count it
        counters.upper++;
      }
      // Within one gap's worth of creations no two are the same, and the lower side's sort first.
      for (const one of given) {
        for (const other of given) {
          if (one === other || Math.abs(one.at - other.at) > gap / 2) continue;
          assert.is.not(one.number, other.number);
          if (one.side === "lower" && other.side === "upper") assert.ok(one.number < other.number);
        }
      }
    }),
  );
});

fence("widen at once when the parent was made anew", () => {
  const next = fenceStep(record(1_000, 5_000), { lower: 0, upper: 0 });
  assert.is(next.raise, 1_000);
  assert.is(next.record.since, 0);
});

fence("leave a counter alone that is far enough above", () => {
  const held = record(100, 7);
  assert.equal(fenceStep(held, { lower: 7, upper: 5_000 }), { raise: 0, record: held });
});

fence("swap by raising the side that was lower above the other", () => {
  const { raise, record: now } = swapped(record(100), { lower: 20, upper: 130 });
  assert.is(20 + raise, 230);
  assert.is(now.lower, "b");
  assert.is(now.since, 130);
});

fence("say what is wrong with a gap", () => {
  assert.match(gapFault(1, { lower: 0, upper: 0 }) ?? "", /2 or more/);
  assert.match(gapFault(2_000_000_000, { lower: 2_000_000_000, upper: 0 }) ?? "", /does not fit/);
  assert.is(gapFault(10_000, { lower: 5, upper: 5 }), null);
});

fence.run();
