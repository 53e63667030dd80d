/**
 * Random faults under random writes, by seed: killed and frozen engines and servers, cut, slow and silent links, a full
 * disk. Both sides end equal, and the servers' own logs show every change once, whole and in order. Thousands of seeds with
 * bin/test-faults.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planOf } from "./faults/plan.js";
import { seedsOf, shownFailure, shownRun } from "./faults/report.js";
import { Stage } from "./faults/stage.js";

const faults = suite("faults");
const wanted = process.env["FERRY_TEST_SEEDS"] ?? "1-30";
const stage = new Stage();

faults.after(() => stage.close());

for (const seed of seedsOf(wanted) ?? []) {
  faults(`seed ${seed}`, async () => {
    const plan = planOf(seed);
    const began = performance.now();
    const result = await stage.run(plan);
    console.log(shownRun(plan, result, performance.now() - began));
    const again = `or: FERRY_TEST_SEEDS=${seed} node --enable-source-maps dist/test/sync/faults.real.test.js`;
    assert.ok(result.faults.length === 0, `${shownFailure(plan, result)}\n${again}`);
  });
}

faults.run();
