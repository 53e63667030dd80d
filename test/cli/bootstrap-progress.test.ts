/** What `ferry sync bootstrap --to` shows while it works: a bar where the count is known, and never too often. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bootstrapProgress } from "../../src/cli/bootstrap-progress.js";

const progress = suite("progress of a snapshot file");

/** One znode each millisecond, `count` of them; everything that was shown. */
function shown(canLive: boolean, sourceNodes: number | null, count: number): string[] {
  const texts: string[] = [];
  const note = (text: string): void => void texts.push(text);
  let at = 0;
  const show = bootstrapProgress(
    "shop",
    sourceNodes,
    { canLive, live: (text) => note(text ?? ""), note },
    () => at,
  );
  for (at = 0; at < count; at++) show({ phase: "reading", nodes: at + 1, total: null });
  for (; at < 2 * count; at++) show({ phase: "writing", nodes: at + 1 - count, total: count });
  return texts;
}

progress("a terminal shows the bar five times a second", () => {
  const texts = shown(true, 1_000, 500);
  assert.is(texts.length, 4);
  assert.is(
    texts[0],
    "shop reading [=====                   ] 20%, 201 of 1,000 znodes, 1,005 a second, 795 ms to go",
  );
  assert.match(texts[2] ?? "", /^shop writing \[=+ +\] 40%, 201 of 500 znodes/);
});

progress("elsewhere a line comes each ten seconds, without a bar where nobody knows the count", () => {
  const texts = shown(false, null, 10_500);
  assert.is(texts[0], "shop reading 10,001 znodes, 1,000 a second");
  assert.is(texts.length, 2);
});

progress.run();
