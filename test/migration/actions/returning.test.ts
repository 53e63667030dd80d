/** Whom a hand-over that was cut off waits for: those that were there when the leader went, not when the migration began. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expectedOf, noteOf } from "../../../src/migration/actions/returning.js";
import type { Facts } from "../../../src/migration/model/ports.js";

const returning = suite("who is to be back after a hand-over");

returning("what the action has noted itself counts before the baseline", () => {
  const baseline: Facts = { baseline: true, agents: ["gone", "n1"], frameworks: ["f1", "ended"] };
  const facts = new Map<string, Facts>([["1.06 take-baseline", baseline]]);
  const atFirst = { agents: ["gone", "n1"], frameworks: ["f1", "ended"] };
  assert.equal(expectedOf(facts, "3.01 hand-over"), atFirst, "nothing was noted");
  const now = { agents: ["n1", "n2"], frameworks: ["f1"] };
  facts.set("3.01 hand-over", noteOf(now));
  assert.equal(expectedOf(facts, "3.01 hand-over"), now);
  assert.equal(expectedOf(facts, "3.02 hand-over"), atFirst, "of another one");
});

returning.run();
