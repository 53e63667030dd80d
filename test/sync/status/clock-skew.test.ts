/** The true skew is never outside what is stated, whatever the links do, and old measurements do not count. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ClockOffsets } from "../../../src/sync/status/clock-skew.js";

const skewing = suite("clock skew");

skewing("unknown until both sides were measured, and again a minute later", () => {
  const clocks = new ClockOffsets();
  clocks.note("a", 0, 1_000_000, 2);
  assert.is(clocks.skew(3), null);
  clocks.note("b", 4, 1_000_250, 6);
  assert.equal(clocks.skew(7), { ms: 246, plusMinusMs: 3 });
  assert.is(clocks.skew(70_000), null);
});

skewing("holds the true skew within its bounds", () => {
  const ms = fc.integer({ min: 0, max: 500 });
  const sample = fc.record({ side: fc.constantFrom("a" as const, "b" as const), there: ms, back: ms });
  const epoch = fc.integer({ min: -100_000, max: 100_000 });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 40 }), epoch, epoch, (samples, a, b) => {
      const clocks = new ClockOffsets();
      const ahead = { a, b };
      let now = 0;
      for (const { side, there, back } of samples) {
        const stamp = now + there + ahead[side];
        clocks.note(side, now, stamp, now + there + back);
        now += there + back;
      }
      const skew = clocks.skew(now);
      const isMeasured = (["a", "b"] as const).every((one) => samples.some(({ side }) => side === one));
      assert.is(skew !== null, isMeasured);
      if (skew !== null) assert.ok(Math.abs(skew.ms - (b - a)) <= skew.plusMinusMs, JSON.stringify(skew));
    }),
  );
});

skewing.run();
