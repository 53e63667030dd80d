/** The standard gates of the stages: all of them in a file to read, and that each can be judged at all. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { limitText } from "../../../src/migration/gates/judge.js";
import { MEASURES } from "../../../src/migration/gates/measures.js";
import { gatesAfterWayBack, standardGates } from "../../../src/migration/gates/standard.js";
import type { Criterion } from "../../../src/migration/model/plan.js";
import { type MigrationSpec, STAGES } from "../../../src/migration/model/spec.js";
import { expectGolden } from "../../harness/golden.js";
import { migration } from "./spec.js";

const standard = suite("standard gates");
const FACTS = { logMembers: 3, agents: 4 };

const SPECS: readonly [string, MigrationSpec][] = [
  ["replace", migration("replace", "replace")],
  ["repoint", migration("repoint", "repoint")],
];

function lines(criteria: readonly Criterion[], hold: string): string[] {
  return criteria.map((criterion) => {
    const seconds = criterion.holdSeconds === 0 ? "" : `, ${hold} ${criterion.holdSeconds} s`;
    return `    ${criterion.text}: ${criterion.id.split(".").slice(2).join(".")} ${limitText(criterion)}${seconds}`;
  });
}

function all(spec: MigrationSpec): Criterion[] {
  const gates = STAGES.map((stage) => standardGates(spec, stage, FACTS));
  const back = ([0, ...STAGES] as const).flatMap((to) => gatesAfterWayBack(spec, to, FACTS));
  return [...gates.flatMap((gate) => [...gate.prerequisites, ...gate.watch, ...gate.criteria]), ...back];
}

for (const [mode, spec] of SPECS) {
  standard(`can be read (${mode})`, () => {
    const stages = STAGES.flatMap((stage) => {
      const { prerequisites, watch, criteria } = standardGates(spec, stage, FACTS);
      return [
        `Stage ${stage}`,
        "  before",
        ...lines(prerequisites, "for"),
        "  while it runs",
        ...lines(watch, "may be broken for"),
        "  after",
        ...lines(criteria, "for"),
      ];
    });
    const back = ["Back to the beginning", ...lines(gatesAfterWayBack(spec, 0, FACTS), "for")];
    expectGolden(`test/migration/gates/golden/${mode}.txt`, `${[...stages, ...back].join("\n")}\n`);
  });

  standard(`each has an id of its own (${mode})`, () => {
    const ids = all(spec).map(({ id }) => id);
    assert.equal(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      [],
    );
  });

  standard(`each asks for what is measured: side, type and unit (${mode})`, () => {
    for (const { id, measure, side, comparison, unit } of all(spec)) {
      const { sides, type, unit: measured } = MEASURES[measure];
      assert.is(side === null, sides === "none", id);
      assert.is(unit, measured, id);
      const asked = comparison.kind === "equals" ? typeof comparison.value : "number";
      assert.is(asked, { number: "number", "yes-no": "boolean", text: "string" }[type], id);
    }
  });
}

standard("agents may be missing as far as the limits allow, rounded to their favour of none", () => {
  const spec = migration("replace", "replace");
  const wanted = (agents: number, agentsMissing: number): number | undefined => {
    const changed = { ...spec, limits: { ...spec.limits, agentsMissing } };
    const gates = standardGates(changed, 1, { logMembers: null, agents }).prerequisites;
    const comparison = gates.find(({ measure }) => measure === "agents-registered")?.comparison;
    return comparison?.kind === "at-least" ? comparison.limit : undefined;
  };
  assert.equal(
    [wanted(4, 0), wanted(4, 0.1), wanted(10, 0.1), wanted(10, 0.9), wanted(0, 0.1)],
    [4, 4, 9, 1, 0],
  );
});

standard("a stage that has begun goes on while few of A's ZooKeeper servers are down", () => {
  const spec = migration("replace", "replace");
  const needsAll = (criteria: readonly Criterion[]): boolean =>
    criteria.some(({ measure, side }) => measure === "zookeeper-servers-up" && side === "a");
  assert.ok(needsAll(standardGates(spec, 1).prerequisites));
  assert.not(needsAll(standardGates(spec, 3).criteria));
});

standard.run();
