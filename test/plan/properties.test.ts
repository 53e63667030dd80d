/** What must hold for every plan: found by random configurations, states and worlds. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ReadResult } from "../../providers/provider.js";
import type { DesiredResource } from "../../src/config/desired.js";
import { hasErrors } from "../../src/diagnostics/diagnostic.js";
import { formatPlanFile, parsePlanFile } from "../../src/plan/file.js";
import type { PlanInput } from "../../src/plan/input.js";
import { planChanges } from "../../src/plan/planner.js";
import { hasChanges } from "../../src/plan/summary.js";
import type { JsonObject } from "../../src/value/json.js";
import type { RecordedResource } from "../../state/model.js";
import { ABSENT, acting, applied, inputOf, present, recordedToy, toy } from "./toy.js";

const properties = suite("properties of plans");

const NAMES = ["a", "b", "c", "d", "e", "f"];
const word = fc.constantFrom("red", "blue", "long text\nwith lines\n", "1");

const spec: fc.Arbitrary<JsonObject> = fc.record(
  {
    colour: word,
    place: fc.constantFrom("shelf", "box"),
    tags: fc.array(fc.constantFrom("x", "y", "z"), { maxLength: 3 }),
    items: fc.uniqueArray(fc.record({ id: fc.nat(3), shape: word }, { noNullPrototype: true }), {
      selector: (item) => item.id,
      maxLength: 3,
    }),
    children: fc.dictionary(fc.constantFrom("x", "y"), word, { noNullPrototype: true }),
    untold: fc.record({ deep: word }, { noNullPrototype: true }),
    text: word,
    nested: fc.record({ list: fc.array(word, { maxLength: 2 }) }, { noNullPrototype: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** Depends on names before its own only, so there are no circles; may refer to what it depends on. */
function resourceOf(
  name: string,
  parts: { spec: JsonObject; needs: boolean[]; refers: string },
  known: readonly unknown[],
): DesiredResource {
  const earlier = NAMES.slice(0, NAMES.indexOf(name));
  const dependsOn = earlier
    .filter((_, at) => parts.needs[at] === true && known[at] !== null)
    .map((other) => `Toy/${other}`);
  const [first] = dependsOn;
  const reference =
    first === undefined ? {} : { seen: { $expression: [{ address: first, path: [parts.refers] }] } };
  return toy(name, { ...parts.spec, ...reference }, { dependsOn });
}

const parts = fc.record({
  spec,
  needs: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  refers: fc.constantFrom("mood", "size"),
});

const world = fc.record({
  declared: fc.tuple(...NAMES.map(() => fc.option(parts, { freq: 3 }))),
  recorded: fc.tuple(...NAMES.map(() => fc.option(parts, { freq: 2 }))),
  live: fc.tuple(...NAMES.map(() => fc.option(spec, { freq: 3 }))),
});

/** Live only where something is recorded: what exists besides is refused, which is tested elsewhere. */
function situation({
  declared,
  recorded,
  live,
}: typeof world extends fc.Arbitrary<infer T> ? T : never): PlanInput {
  const resources: DesiredResource[] = [];
  const records: RecordedResource[] = [];
  const readings: Record<string, ReadResult> = {};
  NAMES.forEach((name, at) => {
    const wanted = declared[at] ?? null;
    const known = recorded[at] ?? null;
    if (wanted !== null) resources.push(resourceOf(name, wanted, declared));
    readings[`Toy/${name}`] = ABSENT;
    if (known === null) return;
    const { dependsOn } = resourceOf(name, known, NAMES);
    records.push(recordedToy(name, known.spec, { dependsOn }));
    const there = live[at] ?? null;
    if (there !== null) readings[`Toy/${name}`] = present(there);
  });
  return inputOf({ resources, records, live: readings });
}

properties("after a plan is applied nothing is left to do, and nothing has drifted", () => {
  fc.assert(
    fc.property(world, (random) => {
      const input = situation(random);
      const plan = planChanges(input);
      assert.not(hasErrors(plan.diagnostics));
      const after = applied(input, plan);
      const next = planChanges({ ...input, recorded: after.state, live: after.live });
      assert.equal(acting(next), []);
      assert.not(hasChanges(next));
      assert.equal(next.drift, []);
    }),
  );
});

properties("after everything is destroyed nothing is left", () => {
  fc.assert(
    fc.property(world, (random) => {
      const input: PlanInput = { ...situation(random), mode: "destroy" };
      const after = applied(input, planChanges(input));
      assert.equal(after.state.resources, {});
      assert.ok([...after.live.values()].every((reading) => reading.status === "absent"));
    }),
  );
});

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, at) => ({ item, key: Math.imul(at + 1, seed | 1) >>> 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function shuffledKeys(value: JsonObject, seed: number): JsonObject {
  return Object.fromEntries(shuffled(Object.entries(value), seed));
}

properties("the same input gives the same bytes, whatever order it comes in", () => {
  fc.assert(
    fc.property(world, fc.integer(), (random, seed) => {
      const input = situation(random);
      const other: PlanInput = {
        ...input,
        desired: { ...input.desired, resources: shuffled(input.desired.resources, seed) },
        recorded:
          input.recorded === null
            ? null
            : {
                ...input.recorded,
                resources: Object.fromEntries(shuffled(Object.entries(input.recorded.resources), seed)),
              },
        live: new Map(shuffled([...input.live], seed)),
      };
      assert.is(formatPlanFile(planChanges(other)), formatPlanFile(planChanges(input)));
    }),
  );
});

properties("the order of keys that a server reports does not matter to what is planned", () => {
  fc.assert(
    fc.property(world, fc.integer(), (random, seed) => {
      const input = situation(random);
      const live = [...input.live].map(([address, reading]): [string, ReadResult] => [
        address,
        reading.status === "present" ? { ...reading, live: shuffledKeys(reading.live, seed) } : reading,
      ]);
      const [one, two] = [planChanges(input), planChanges({ ...input, live: new Map(live) })];
      assert.equal(two, one);
    }),
  );
});

properties("creation follows dependencies, removal goes against them", () => {
  fc.assert(
    fc.property(world, fc.boolean(), (random, destroy) => {
      const input: PlanInput = { ...situation(random), mode: destroy ? "destroy" : "apply" };
      const plan = planChanges(input);
      const order = new Map(plan.changes.map((change, at) => [change.address, at]));
      const goes = (address: string): boolean =>
        plan.changes.some(
          (one) => one.address === address && (one.action === "delete" || one.action === "forget"),
        );
      for (const change of plan.changes) {
        for (const other of change.waitsFor)
          assert.ok((order.get(other) ?? 99) < (order.get(change.address) ?? -1));
        const desired = input.desired.resources.find((one) => one.address === change.address);
        const record = input.recorded?.resources[change.address];
        if (goes(change.address)) {
          for (const other of record?.dependsOn ?? []) {
            if (goes(other)) assert.ok((order.get(change.address) ?? 99) < (order.get(other) ?? -1));
          }
        } else {
          for (const other of desired?.dependsOn ?? []) {
            if (order.has(other) && !goes(other))
              assert.ok((order.get(other) ?? 99) < (order.get(change.address) ?? -1));
          }
        }
      }
    }),
  );
});

properties("waits lead to everything that must come first", () => {
  fc.assert(
    fc.property(world, (random) => {
      const input = situation(random);
      const plan = planChanges(input);
      const waitsFor = new Map(plan.changes.map((change) => [change.address, change.waitsFor]));
      const reaches = (from: string, to: string): boolean =>
        (waitsFor.get(from) ?? []).some((other) => other === to || reaches(other, to));
      const acts = new Set(acting(plan));
      const declared = new Map(input.desired.resources.map((one) => [one.address, one.dependsOn]));
      const needs = (from: string, seen: Set<string>): Set<string> => {
        for (const other of declared.get(from) ?? []) {
          if (!declared.has(other) || seen.has(other)) continue;
          seen.add(other);
          needs(other, seen);
        }
        return seen;
      };
      for (const address of acts) {
        for (const other of needs(address, new Set())) {
          if (acts.has(other)) assert.ok(reaches(address, other), `${address} does not wait for ${other}`);
        }
      }
    }),
  );
});

properties("a target brings what it needs, an exclusion takes what needs it", () => {
  fc.assert(
    fc.property(world, fc.constantFrom(...NAMES), fc.boolean(), (random, name, exclude) => {
      const whole = situation(random);
      const all = planChanges(whole);
      const address = `Toy/${name}`;
      if (!all.changes.some((change) => change.address === address)) return;
      const selection = exclude ? { targets: [], excludes: [address] } : { targets: [address], excludes: [] };
      const some = planChanges({ ...whole, selection });
      const covered = new Set(
        some.changes.filter((one) => one.reason.code !== "excluded").map((one) => one.address),
      );
      assert.is(covered.has(address), !exclude);
      for (const resource of whole.desired.resources) {
        if (!covered.has(resource.address)) continue;
        for (const other of resource.dependsOn) {
          if (whole.desired.resources.some((one) => one.address === other)) assert.ok(covered.has(other));
        }
      }
      const after = applied(whole, some);
      const next = planChanges({ ...whole, selection, recorded: after.state, live: after.live });
      assert.equal(acting(next), []);
    }),
  );
});

properties("a plan comes back from its file", () => {
  fc.assert(
    fc.property(world, (random) => {
      const plan = planChanges(situation(random));
      assert.equal(parsePlanFile(formatPlanFile(plan), "p").value, JSON.parse(JSON.stringify(plan)));
    }),
  );
});

properties.run();
