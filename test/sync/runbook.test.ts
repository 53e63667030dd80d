/** docs/sync-runbook.md tells what to do about each alert and each reason for stopping, and about no other. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../../src/install/root.js";

const runbook = suite("runbook");

/** Members of a union of texts. */
function union(file: string, name: string): string[] {
  const text = readFileSync(join(installRoot(), file), "utf8");
  const body = new RegExp(`type ${name} =([^;]+);`).exec(text)?.[1] ?? "";
  return [...body.matchAll(/"([a-z-]+)"/g)].map(([, code = ""]) => code).sort();
}

function rows(section: string): string[] {
  const text = readFileSync(join(installRoot(), "docs/sync-runbook.md"), "utf8");
  const part = text.split(/^## /m).find((one) => one.startsWith(section)) ?? "";
  return [...part.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code = ""]) => code).sort();
}

runbook("has each alert", () => {
  const codes = union("src/sync/control/records.ts", "AlertCode");
  assert.ok(codes.length > 5);
  assert.equal(rows("Alerts"), codes);
});

runbook("has each reason for stopping", () => {
  const codes = union("src/sync/apply/problem.ts", "ProblemCode");
  assert.ok(codes.length > 5);
  assert.equal(rows("Why a direction stops"), codes);
});

runbook.run();
