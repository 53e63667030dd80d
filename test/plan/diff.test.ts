/** Comparison of values: nothing between equals, and what it finds leads from one to the other. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { baselineOf } from "../../src/plan/baseline.js";
import { type Difference, diffValues } from "../../src/plan/diff.js";
import { sameValue } from "../../src/plan/equal.js";
import { compileRules } from "../../src/plan/rules.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import { formatPath, withValueAt } from "../../src/value/path.js";
import { PLAIN_RULES, TOY_RULES } from "./toy.js";

const diffs = suite("differences");
const plain = compileRules(PLAIN_RULES);
const toys = compileRules(TOY_RULES);

function patched(value: JsonObject, differences: readonly Difference[]): Json {
  return differences.reduce<Json>((current, one) => withValueAt(current, one.path, one.after), value);
}

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const object: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom("a", "b", "c", "x.y", "items", "tags"),
  json,
  {
    noNullPrototype: true,
  },
);

diffs("there are none between equals", () => {
  fc.assert(
    fc.property(object, (value) => {
      assert.equal(diffValues(value, structuredClone(value) as JsonObject, toys), []);
    }),
  );
});

diffs("lead from one value to the other", () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      assert.equal(patched(before, diffValues(before, after, plain)), after);
    }),
  );
});

const items = fc.uniqueArray(fc.record({ id: fc.nat(5), v: json }, { noNullPrototype: true }), {
  selector: (item) => item.id,
  maxLength: 5,
});

/** Order is no part of a keyed list. */
function normal(value: Json): Json {
  if (!isObject(value) || !Array.isArray(value["items"])) return value;
  const list = [...value["items"]] as { id: number }[];
  return { ...value, items: list.sort((a, b) => a.id - b.id) as unknown as Json };
}

diffs("lead from one keyed list to the other, whatever their order", () => {
  fc.assert(
    fc.property(items, items, (before, after) => {
      const from = { items: before as Json };
      const to = { items: after as Json };
      assert.equal(normal(patched(from, diffValues(from, to, toys))), normal(to));
      assert.equal(diffValues(from, { items: [...before].reverse() as Json }, toys), []);
    }),
  );
});

diffs("of lists without order mind how often, not where", () => {
  const of = (a: Json[], b: Json[]): number => diffValues({ tags: a }, { tags: b }, toys).length;
  assert.is(of(["x", "y", "x"], ["x", "x", "y"]), 0);
  assert.is(of(["x", "y", "y"], ["x", "x", "y"]), 1);
});

diffs("of secrets go by content where it is known", () => {
  const secret = (name: string, fingerprint: string | null): JsonObject => ({
    p: { $secret: name, fingerprint },
  });
  const count = (a: JsonObject, b: JsonObject): number => diffValues(a, b, plain).length;
  assert.is(count(secret("env:A", "1"), secret("env:B", "1")), 0);
  assert.is(count(secret("env:A", "1"), secret("env:A", "2")), 1);
  assert.is(count(secret("env:A", null), secret("env:A", "2")), 0);
  assert.is(count(secret("env:A", null), secret("env:B", "2")), 1);
});

diffs("with unknown values are differences", () => {
  const [found] = diffValues({ a: { b: 1 } }, { a: { b: { $unknown: "Toy/a.mood" } } }, plain);
  assert.equal([formatPath(found?.path ?? []), found?.unknown], ["a.b", true]);
});

diffs(
  "between desired and baseline are none when live and record are as desired, however little live tells",
  () => {
    const pruned = (value: JsonObject, keep: readonly boolean[]): JsonObject =>
      Object.fromEntries(
        Object.entries(value).filter((_, at) => keep[at % Math.max(1, keep.length)] !== false),
      );
    fc.assert(
      fc.property(object, fc.array(fc.boolean(), { maxLength: 6 }), (desired, keep) => {
        const live = pruned(desired, keep);
        const nulls = Object.values(live).includes(null);
        const baseline = baselineOf({ live, recorded: desired, desired }, plain);
        if (!nulls) assert.ok(sameValue(baseline, desired));
        assert.equal(diffValues(baseline, desired, plain), []);
      }),
    );
  },
);

diffs("know keys that JavaScript would treat in its own way", () => {
  const odd = (value: number): JsonObject =>
    JSON.parse(`{"__proto__": {"constructor": ${value}}, "x": 1}`) as JsonObject;
  const baseline = baselineOf({ live: odd(1), recorded: {}, desired: odd(2) }, plain);
  const found = diffValues(baseline, odd(2), plain);
  assert.equal(
    found.map((one) => formatPath(one.path)),
    ["__proto__.constructor"],
  );
  assert.is(JSON.stringify(patched(baseline, found)), JSON.stringify(odd(2)));
});

diffs.run();
