/** Plans of migrations as people and programs read them: golden files of usual ones, and nothing but text from the platform. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MigrationPlan } from "../../../src/migration/model/plan.js";
import { planMigration } from "../../../src/migration/plan/plan.js";
import type { Survey } from "../../../src/migration/plan/survey.js";
import { MARKDOWN_LIMIT } from "../../../src/render/markdown.js";
import { renderMigrationPlanJson } from "../../../src/render/migration/plan-json.js";
import { renderMigrationMarkdown } from "../../../src/render/migration/plan-markdown.js";
import { renderMigrationPlan } from "../../../src/render/migration/plan-text.js";
import { expectGolden } from "../../harness/golden.js";
import { batch, marathon, other, type Shape, specFor, surveyFor } from "../../migration/specs.js";
import { agentFacts, known } from "../../migration/surveys.js";

const renderings = suite("renderings of a migration's plan");

function plan(
  shape: Partial<Shape>,
  change: (survey: Survey) => Partial<Survey> = () => ({}),
): MigrationPlan {
  const spec = specFor(shape);
  const survey = surveyFor(spec, shape.leader ?? 0);
  return planMigration(spec, { ...survey, ...change(survey) });
}

const PLANS: Readonly<Record<string, () => MigrationPlan>> = {
  replace: () => plan({ frameworks: [marathon(), batch(), other()], leader: 1 }),
  repoint: () => plan({ modes: { masters: "repoint", agents: "repoint" }, frameworks: [marathon()] }),
  "by-hand": () =>
    plan({ deployed: false, mastersA: 2, mastersB: 2, agentsA: 2, agentsB: 2 }, () => ({
      unreachable: { kind: "unknown", reason: "ferry sees only from where it runs" },
      diskShort: { kind: "unknown", reason: "nobody tells" },
    })),
  refused: () =>
    plan({ mastersA: 1, mastersB: 3, agentsA: 2 }, () => ({
      agents: {
        a: known([
          agentFacts("MesosAgents/a#1", { maintenance: "scheduled" }),
          agentFacts("MesosAgents/a#2", { version: "1.8.1" }),
        ]),
        b: known([]),
      },
    })),
};

for (const [name, make] of Object.entries(PLANS)) {
  renderings(`the plan "${name}" as text, Markdown and JSON`, () => {
    const made = make();
    const folder = "test/render/golden/migration";
    expectGolden(`${folder}/plan-${name}.txt`, renderMigrationPlan(made, { colour: false, width: 100 }));
    expectGolden(`${folder}/plan-${name}.md`, renderMigrationMarkdown(made));
  });
}

renderings("the JSON is the plan with what readers would count", () => {
  const smallest = plan({ mastersA: 1, agentsA: 1, modes: { masters: "repoint", agents: "repoint" } });
  expectGolden("test/render/golden/migration/plan-smallest.json", renderMigrationPlanJson(smallest));
});

renderings("no line is longer than the width, and colours only add to it", () => {
  const made = PLANS["replace"]?.() ?? plan({});
  const plain = renderMigrationPlan(made, { colour: false, width: 80 });
  assert.ok(plain.split("\n").every((line) => line.length <= 80 || !line.includes(" ")));
  const coloured = renderMigrationPlan(made, { colour: true, width: 80 });
  const start = String.fromCharCode(27);
  assert.is(coloured.replaceAll(new RegExp(`${start}\\[\\d+m`, "g"), ""), plain);
});

renderings("names from the platform are text, never markup or control codes", () => {
  const evil = "<img src=x>\u001b[31m`|@team";
  const made = plan({ frameworks: [other(evil)] });
  const markdown = renderMigrationMarkdown(made);
  assert.not.match(markdown, /<img|@team/);
  for (const text of [markdown, renderMigrationPlan(made, { colour: false, width: 100 })])
    assert.not.ok(text.includes("\u001b"));
});

renderings("the plan of a large platform fits into a comment, and says what it leaves out", () => {
  const made = plan({ agentsA: 3000, agentsB: 3000, frameworks: [marathon()] });
  const markdown = renderMigrationMarkdown(made);
  assert.ok(markdown.length <= MARKDOWN_LIMIT);
  assert.match(markdown, /and \d+ more|Not shown/);
});

renderings.run();
