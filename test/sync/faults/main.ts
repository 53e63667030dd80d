/** Many runs, one after the other, a line for each: `main.js [FROM-TO]`. Goes on over failures; exits with 1 after any. */
import { planOf } from "./plan.js";
import { seedsOf, shownFailure, shownRun } from "./report.js";
import { Stage } from "./stage.js";

const wanted = process.argv[2] ?? "1-1000";
const seeds = seedsOf(wanted);
if (seeds === null) {
  console.error(`test-faults: ${wanted} is no range of seeds. Give FROM-TO, for example 1-100.`);
  process.exit(2);
}

const stage = new Stage();
const failed: number[] = [];
let merged = 0;
let known = 0;
let changes = 0;
for (const seed of seeds) {
  const plan = planOf(seed);
  const began = performance.now();
  const result = await stage.run(plan);
  console.log(shownRun(plan, result, performance.now() - began));
  if (result.faults.length > 0) {
    failed.push(seed);
    console.log(shownFailure(plan, result));
  }
  if (result.merged > 0) merged++;
  if (result.known > 0) known++;
  changes += result.changes;
}
await stage.close();
const exact = seeds.length - merged;
console.log(
  `${seeds.length} seeds, ${exact} by the strict rule in all directions, ${changes} changes followed`,
);
if (known > 0) console.log(`${known} with changes undone, as the engine had said`);
console.log(
  `${seeds.length - failed.length} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(" ")}` : ""}`,
);
process.exit(failed.length > 0 ? 1 : 0);
