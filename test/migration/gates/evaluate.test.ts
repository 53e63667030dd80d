/** Gates over a history: only what is known, fresh and has held passes. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { criteriaEvaluator, evaluateCriteria } from "../../../src/migration/gates/evaluate.js";
import type { Measurement } from "../../../src/migration/model/observation.js";
import type { Comparison, Criterion } from "../../../src/migration/model/plan.js";
import type { CriterionRecord } from "../../../src/migration/model/record.js";
import { anyHistory, history, known, LAG, shuffled, unknown } from "./histories.js";

const gates = suite("gates");
/** Older is too old. */
const GOOD_FOR = 10;

function judged(
  measurements: readonly Measurement[],
  nowMs: number,
  more: Partial<Criterion> = {},
): CriterionRecord {
  const [record] = evaluateCriteria([{ ...LAG, ...more }], history(...measurements), nowMs, GOOD_FOR);
  if (record === undefined) throw new Error("no record");
  return record;
}

gates("a value within its limit passes, with its unit and since when", () => {
  assert.equal(judged([known(1_000, 12.25)], 2_000), {
    id: "1.lag",
    met: true,
    value: "12.3 ms",
    sinceMs: 1_000,
    atMs: 2_000,
  });
});

gates("a value beyond its limit fails, with the names behind it and the limit", () => {
  const record = judged([known(1_000, 1_340, ["a to b"])], 2_000);
  assert.equal([record.met, record.sinceMs], [false, null]);
  assert.is(record.value, "1,340 ms (a to b), must be at most 100 ms");
});

gates("many names are cut", () => {
  const names = ["1", "2", "3", "4", "5", "6", "7"];
  assert.is(judged([known(0, 3, names)], 0).value, "3 ms (1, 2, 3, 4, 5, 2 more)");
});

gates("each comparison judges its own type only", () => {
  const cases: [Comparison, number | string | boolean, boolean, string][] = [
    [{ kind: "at-most", limit: 3 }, 3, true, "3"],
    [{ kind: "at-most", limit: 3 }, 4, false, "4, must be at most 3"],
    [{ kind: "at-most", limit: 3 }, "2", false, "2, must be at most 3"],
    [{ kind: "at-most", limit: 3 }, false, false, "no, must be at most 3"],
    [{ kind: "at-most", limit: 3 }, Number.NaN, false, "NaN, must be at most 3"],
    [{ kind: "at-least", limit: 3 }, 3, true, "3"],
    [{ kind: "at-least", limit: 3 }, 2, false, "2, must be at least 3"],
    [{ kind: "at-least", limit: 3 }, Number.NaN, false, "NaN, must be at least 3"],
    [{ kind: "equals", value: true }, true, true, "yes"],
    [{ kind: "equals", value: true }, false, false, "no, must be yes"],
    [{ kind: "equals", value: true }, 1, false, "1, must be yes"],
    [{ kind: "equals", value: "b" }, "b", true, "b"],
    [{ kind: "equals", value: "b" }, "a", false, "a, must be b"],
    [{ kind: "equals", value: 1 }, 1, true, "1"],
    [{ kind: "equals", value: 1 }, "1", false, "1, must be 1"],
  ];
  for (const [comparison, value, met, text] of cases) {
    const record = judged([known(0, value)], 0, { comparison, unit: "" });
    assert.equal([record.met, record.value], [met, text], JSON.stringify(comparison));
  }
});

gates("what was never measured, cannot be measured or is of another side fails and says so", () => {
  assert.is(judged([], 0).value, "not measured yet");
  assert.is(
    judged([unknown(0, "the master does not answer")], 0).value,
    "unknown: the master does not answer",
  );
  assert.is(judged([{ ...known(0, 3), side: "a" }], 0).value, "not measured yet");
  assert.not(judged([known(0, 3), unknown(1_000)], 1_000).met, "known before, not any more");
});

gates("an old value fails and says how old it is", () => {
  assert.ok(judged([known(0, 3)], 10_000).met);
  const record = judged([known(0, 3)], 10_001);
  assert.equal([record.met, record.sinceMs], [false, null]);
  assert.is(record.value, "3 ms, but measured 10 s ago and good for 10 s only");
  assert.is(judged([known(0, 3)], 200_000).value, "3 ms, but measured 3 min 20 s ago and good for 10 s only");
});

gates("a value from the future does not count", () => {
  assert.not(judged([known(5_000, 3)], 4_999).met);
});

gates("it has to hold for its time, from the first good value to the newest", () => {
  const values = [0, 5, 10, 15, 20].map((at) => known(at * 1_000, 3));
  const early = judged(values, 20_000, { holdSeconds: 30 });
  assert.equal([early.met, early.sinceMs, early.value], [false, 0, "3 ms, for 20 s of 30 s"]);
  const enough = [...values, known(25_000, 3), known(30_000, 3)];
  assert.ok(judged(enough, 31_000, { holdSeconds: 30 }).met);
  // Time that passes without a measurement proves nothing.
  assert.not(judged([...values, known(25_000, 3)], 31_000, { holdSeconds: 30 }).met);
});

gates("a break begins it anew: a bad value, an unknown one, a gap", () => {
  const good = (from: number, to: number): Measurement[] =>
    Array.from({ length: to - from + 1 }, (_, index) => known((from + index) * 1_000, 3));
  const breaks = [[known(15_500, 300)], [unknown(15_500)]];
  for (const between of breaks) {
    const record = judged([...good(0, 15), ...between, ...good(16, 30)], 30_000, { holdSeconds: 20 });
    assert.equal([record.met, record.sinceMs], [false, 16_000]);
  }
  const gap = judged([...good(0, 5), ...good(17, 30)], 30_000, { holdSeconds: 20 });
  assert.equal([gap.met, gap.sinceMs], [false, 17_000]);
});

gates("nothing old, unknown or missing ever passes", () => {
  fc.assert(
    fc.property(anyHistory, fc.integer({ min: 0, max: 90_000 }), fc.nat({ max: 30 }), (all, now, hold) => {
      const past = all.filter(({ atMs }) => atMs <= now);
      const newest = Math.max(...past.map(({ atMs }) => atMs));
      const last = past.filter(({ atMs }) => atMs === newest);
      if (!judged(all, now, { holdSeconds: hold }).met) return;
      assert.ok(now - newest <= GOOD_FOR * 1_000);
      assert.ok(last.every(({ result }) => result.kind === "known" && Number(result.value) <= 100));
    }),
    { numRuns: 500 },
  );
});

gates("passes exactly when there is an unbroken time that is long enough", () => {
  const isGood = ({ result }: Measurement): boolean =>
    result.kind === "known" && typeof result.value === "number" && result.value <= 100;
  /** From each possible beginning: nothing bad, nothing missing for too long, up to now. */
  const holds = (all: readonly Measurement[], now: number, hold: number): boolean => {
    const past = all.filter(({ atMs }) => atMs <= now);
    const end = Math.max(...past.map(({ atMs }) => atMs));
    return past.some(({ atMs: begin }) => {
      const during = past.filter(({ atMs }) => atMs >= begin);
      const times = [...during.map(({ atMs }) => atMs), now].sort((x, y) => x - y);
      const gaps = times.map((at, index) => at - (times[index - 1] ?? at));
      return (
        during.every(isGood) && gaps.every((gap) => gap <= GOOD_FOR * 1_000) && end - begin >= hold * 1_000
      );
    });
  };
  fc.assert(
    fc.property(anyHistory, fc.integer({ min: 0, max: 70_000 }), fc.nat({ max: 20 }), (all, now, hold) => {
      const plain = all.filter(({ result }) => result.kind === "unknown" || result.value !== true);
      for (const values of [plain, plain.filter(isGood)])
        assert.is(judged(values, now, { holdSeconds: hold }).met, holds(values, now, hold));
    }),
    { numRuns: 1_000 },
  );
});

gates("the order of the observations, and seeing one twice, makes no difference", () => {
  const cases = anyHistory.chain((all) => fc.tuple(fc.constant(all), shuffled([...all, ...all.slice(0, 3)])));
  fc.assert(
    fc.property(cases, fc.nat({ max: 70_000 }), fc.nat({ max: 20 }), ([all, mixed], now, hold) => {
      const [first, second] = [all, mixed].map((list) => judged(list, now, { holdSeconds: hold }));
      // Of two bad ones of one moment either may be named.
      assert.equal([second?.met, second?.sinceMs], [first?.met, first?.sinceMs]);
    }),
    { numRuns: 300 },
  );
});

gates("judges all criteria of a gate, in their order", () => {
  const other: Criterion = {
    ...LAG,
    id: "1.live",
    measure: "sync-live",
    comparison: { kind: "equals", value: true },
  };
  const records = criteriaEvaluator(GOOD_FOR)([other, LAG], history(known(0, 3)), 0);
  assert.equal(
    records.map(({ id, met }) => [id, met]),
    [
      ["1.live", false],
      ["1.lag", true],
    ],
  );
});

gates.run();
