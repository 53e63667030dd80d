/** What is broken while a stage runs, since when, and whether the stage has to stop. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BrokenWatch, brokenWatches } from "../../../src/migration/gates/watch.js";
import type { Measurement } from "../../../src/migration/model/observation.js";
import { anyHistory, history, known, LAG, unknown } from "./histories.js";

const watch = suite("watch");
const GOOD_FOR = 10;

function broken(
  measurements: readonly Measurement[],
  nowMs: number,
  mayBeBroken = 0,
  begunMs = 0,
): BrokenWatch | undefined {
  const criterion = { ...LAG, holdSeconds: mayBeBroken };
  return brokenWatches([criterion], history(...measurements), nowMs, GOOD_FOR, begunMs)[0];
}

watch("what holds is not named", () => {
  assert.is(broken([known(0, 300), known(1_000, 3)], 1_500), undefined);
});

watch("a broken one says what, since when and how long it may be", () => {
  const found = broken([known(0, 3), known(1_000, 340), known(4_000, 350)], 5_000, 20);
  assert.equal([found?.sinceMs, found?.over], [1_000, false]);
  assert.is(found?.text, "Changes arrive soon enough: 350 ms, must be at most 100 ms; for 4 s, may be 20 s");
  assert.ok(broken([known(0, 3), known(1_000, 340), known(19_000, 350)], 21_000, 20)?.over);
});

watch("one that may not be broken at all stops the stage at once", () => {
  assert.ok(broken([known(1_000, 340)], 1_000)?.over);
});

watch("it recovers and breaks anew", () => {
  const found = broken([known(0, 340), known(1_000, 3), known(2_000, 340)], 3_000, 20);
  assert.is(found?.sinceMs, 2_000);
});

watch("a value that is too old breaks it from the time it was too old", () => {
  const found = broken([known(1_000, 3)], 15_000, 5);
  assert.equal([found?.sinceMs, found?.over], [11_000, false]);
  assert.ok(broken([known(1_000, 3)], 16_000, 5)?.over);
});

watch("what was never measured counts from the beginning of the watch", () => {
  const found = broken([], 7_000, 5, 3_000);
  assert.equal([found?.sinceMs, found?.over], [null, false]);
  assert.ok(broken([], 8_000, 5, 3_000)?.over);
  assert.ok(broken([unknown(8_000)], 8_000, 5, 3_000)?.text.includes("unknown: no answer"));
});

watch("what broke before the watch began is counted from its beginning", () => {
  assert.is(broken([known(0, 340), known(20_000, 340)], 21_000, 5, 20_000)?.over, false);
});

watch("every value that is bad, unknown or too old now is named", () => {
  fc.assert(
    fc.property(anyHistory, fc.nat({ max: 70_000 }), (all, now) => {
      const past = all.filter(({ atMs }) => atMs <= now);
      const newest = Math.max(...past.map(({ atMs }) => atMs));
      const fine = past
        .filter(({ atMs }) => atMs === newest)
        .every(
          ({ result }) => result.kind === "known" && typeof result.value === "number" && result.value <= 100,
        );
      assert.is(broken(all, now) === undefined, past.length > 0 && fine && now - newest <= GOOD_FOR * 1_000);
    }),
    { numRuns: 500 },
  );
});

watch.run();
