/** Plan files, and what has moved since a plan was saved. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { comparePlans, whatMoved } from "../../src/plan/compare.js";
import { formatPlanFile, parsePlanFile } from "../../src/plan/file.js";
import type { Plan } from "../../src/plan/plan.js";
import { planChanges } from "../../src/plan/planner.js";
import { ABSENT, inputOf, present, recordedToy, type Situation, toy, UNREADABLE } from "./toy.js";

const SITUATION: Situation = {
  resources: [toy("a", { colour: "red", items: [{ id: 3, x: 1 }] }), toy("b", {})],
  records: [recordedToy("a", { colour: "red", items: [{ id: 3, x: 1 }] })],
  live: { "Toy/a": present({ colour: "blue", items: [{ id: 3, x: 1 }] }), "Toy/b": ABSENT },
};
const plan = planChanges(inputOf(SITUATION));

const files = suite("plan file");

function codes(text: string): string[] {
  const { value, diagnostics } = parsePlanFile(text, "my.plan");
  assert.is(value, undefined);
  assert.ok(diagnostics.every((one) => one.summary.startsWith("my.plan") && one.remedy !== undefined));
  return diagnostics.map((one) => one.code);
}

files("comes back as it was", () => {
  const { value, diagnostics } = parsePlanFile(formatPlanFile(plan), "my.plan");
  assert.equal(diagnostics, []);
  assert.equal(value, JSON.parse(JSON.stringify(plan)));
  assert.equal(whatMoved(value as Plan, plan), []);
});

files("that is torn, foreign, changed or newer is refused, saying so", () => {
  const text = formatPlanFile(plan);
  assert.equal(codes(""), ["plan-file-invalid"]);
  assert.equal(codes("kind: Host"), ["plan-file-invalid"]);
  assert.equal(codes('{"a":1}'), ["plan-file-invalid"]);
  assert.equal(codes("null"), ["plan-file-invalid"]);
  assert.equal(codes(text.replace("blue", "gray")), ["plan-file-invalid"]);
  assert.equal(codes(text.replace('"formatVersion":1', '"formatVersion":2')), ["plan-file-version"]);
  for (let length = 1; length < text.length - 1; length += 97) {
    assert.equal(codes(text.slice(0, length)), ["plan-file-invalid"]);
  }
});

files("whose content is not what a plan holds is refused even with a good checksum", () => {
  for (const wrong of [
    { ...plan, changes: {} },
    { ...plan, mode: "other" },
    { ...plan, changes: plan.changes.map((change) => ({ ...change, action: "explode" })) },
    { ...plan, state: null },
  ]) {
    assert.equal(codes(formatPlanFile(wrong as unknown as Plan)), ["plan-file-invalid"]);
  }
});

files.run();

const comparisons = suite("what moved");

function moved(change: Partial<Situation>, edit: (plan: Plan) => Plan = (same) => same): string {
  return comparePlans(plan, edit(planChanges(inputOf({ ...SITUATION, ...change })))).join("\n");
}

comparisons("is nothing when nothing did", () => {
  assert.is(moved({}), "");
});

comparisons("names the live object and its fields", () => {
  const live = (x: number): NonNullable<Situation["live"]> => ({
    ...SITUATION.live,
    "Toy/a": present({ colour: "green", items: [{ id: 3, x }] }),
  });
  assert.is(moved({ live: live(1) }), "live Toy/a: colour changed");
  assert.is(moved({ live: live(2) }), "live Toy/a: colour, items[0].x changed");
  assert.match(moved({ live: { ...SITUATION.live, "Toy/a": ABSENT } }), "live Toy/a: it is no longer there");
  assert.match(moved({ live: { ...SITUATION.live, "Toy/a": UNREADABLE } }), "it cannot be read now");
  assert.match(
    moved({ live: { ...SITUATION.live, "Toy/b": present({}) } }),
    "live Toy/b: it was not there then and is now",
  );
});

comparisons("names configuration, state and selection", () => {
  assert.match(
    moved({}, (fresh) => ({
      ...fresh,
      configuration: { ...fresh.configuration, fingerprint: "sha256:other" },
    })),
    "the configuration",
  );
  assert.match(
    moved({}, (fresh) => ({ ...fresh, state: { ...fresh.state, serial: 9 } })),
    "serial: somebody has applied since): 1 → 9",
  );
  assert.match(
    moved({}, (fresh) => ({ ...fresh, state: { ...fresh.state, lineage: "x" } })),
    "lineage",
  );
  assert.match(moved({ targets: ["Toy/a"] }), "--target");
  assert.match(
    moved({ resources: [...(SITUATION.resources ?? []), toy("c", {})] }),
    "Toy/c: it is not in the reviewed plan",
  );
});

comparisons("the git commit is only told", () => {
  const git = { commit: "0123456789abcdef", branch: "main", dirty: false };
  const found = whatMoved(plan, { ...plan, git });
  assert.equal(
    found.map((one) => one.severity),
    ["warning"],
  );
});

comparisons("whatever else differs is found too", () => {
  const stages = [{ name: "other", addresses: [] }];
  assert.is.not(comparePlans(plan, { ...plan, stages }).length, 0);
});

comparisons.run();
