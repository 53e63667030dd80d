/** The renderings of realistic plans against golden files, and what must hold for all of them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { renderDot, renderGraphText } from "../../src/render/graph.js";
import { renderJson } from "../../src/render/json.js";
import { MARKDOWN_LIMIT, renderMarkdown } from "../../src/render/markdown.js";
import { renderText } from "../../src/render/text.js";
import { expectGolden } from "../harness/golden.js";
import { largePlan, PLANS } from "./plans.js";

const golden = suite("renderings");

for (const [name, make] of Object.entries(PLANS)) {
  golden(`of the plan "${name}"`, () => {
    const plan = make();
    expectGolden(`test/render/golden/${name}.txt`, renderText(plan, { colour: false, width: 100 }));
    expectGolden(`test/render/golden/${name}.md`, renderMarkdown(plan));
    expectGolden(`test/render/golden/${name}.json`, renderJson(plan));
  });
}

golden("of the graph", () => {
  const graph = new Map([
    ["ZNode/config", ["ZooKeeperEnsemble/zk-a"]],
    ["Host/h1", []],
    ["ZooKeeperEnsemble/zk-a", ["Host/h1"]],
    ['module.x["a\\b"].Host/h2', ["Host/h1"]],
  ]);
  expectGolden("test/render/golden/graph.dot", renderDot(graph));
  expectGolden("test/render/golden/graph.txt", renderGraphText(graph));
  assert.is(renderGraphText(new Map()), "No resources.\n");
});

golden.run();

const terminal = suite("text");

terminal("colours change no character", () => {
  for (const make of Object.values(PLANS)) {
    const plan = make();
    const plain = renderText(plan, { colour: false, width: 100 });
    const coloured = renderText(plan, { colour: true, width: 100 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    assert.is(coloured.replace(/\u001b\[\d+m/g, ""), plain);
  }
});

terminal("what users wrote cannot control the terminal", () => {
  const text = renderText(PLANS["hostile"]?.() ?? largePlan(0), { colour: false, width: 100 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.not(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(text));
});

terminal("narrow terminals get values on lines of their own", () => {
  const text = renderText(PLANS["changes"]?.() ?? largePlan(0), { colour: false, width: 40 });
  assert.match(text, /~ superuser\.password\n {10}- \(secret env:ZK_SUPER\)\n/);
});

terminal.run();

const markdown = suite("markdown");

markdown("is never longer than a comment may be, and says what was cut", () => {
  for (const size of [150, 400, 1_500]) {
    const text = renderMarkdown(largePlan(size));
    assert.ok(text.length <= MARKDOWN_LIMIT, `${text.length} characters`);
    assert.match(text, `Ferry plan: ${size} to create`);
    const rows = text.split("\n").filter((line) => line.startsWith("| <code>")).length;
    const details = text.split("<details>").length - 1;
    const [, cutRows = "0"] = /(\d+) rows? of the table/.exec(text) ?? [];
    const [, cutDetails = "0"] = /(\d+) resources? in detail/.exec(text) ?? [];
    assert.is(rows + Number(cutRows), size);
    assert.is(details + Number(cutDetails), size);
  }
});

markdown("is balanced whatever users wrote", () => {
  for (const make of Object.values(PLANS)) {
    const text = renderMarkdown(make());
    let fence: string | null = null;
    let depth = 0;
    for (const line of text.split("\n")) {
      const run = /^ {0,3}(`{3,})(.*)$/.exec(line);
      if (fence !== null) {
        if (run !== null && (run[1] ?? "").length >= fence.length && (run[2] ?? "").trim() === "")
          fence = null;
        continue;
      }
      if (run !== null) fence = run[1] ?? "";
      else if (line.startsWith("<details>")) depth += 1;
      else if (line.startsWith("</details>")) depth -= 1;
      else assert.not(/<(?!\/?(?:code|summary)>)/.test(line), line);
    }
    assert.is(fence, null);
    assert.is(depth, 0);
  }
});

markdown.run();
