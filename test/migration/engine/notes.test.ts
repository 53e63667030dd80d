/** What an action has noted is there for its next attempt, and gone once it was done and is begun anew. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { factsOf } from "../../../src/migration/engine/position.js";
import * as step from "../../../src/migration/engine/transitions.js";
import { newRecord } from "../../../src/migration/model/new-record.js";
import { samplePlan, sampleSpec } from "./sample-plan.js";

const notes = suite("notes of an action");

notes("a note outlives a failed attempt, and an outcome takes its place", () => {
  const spec = sampleSpec();
  const plan = samplePlan(spec, { 1: [{ repeatable: true }] });
  const action = plan.stages[0]?.actions[0];
  if (action === undefined) throw new Error("no action");
  const begun = step.intend(newRecord("m-1", spec, plan, 1), action, 2);
  assert.equal([...factsOf(begun)], []);
  const noted = step.noteFacts(step.noteFacts(begun, action, { "instances:/web": 3 }), action, { round: 1 });
  const again = step.intend(step.failAction(noted, action, "cut off", 3), action, 4);
  assert.equal(factsOf(again).get(action.id), { "instances:/web": 3, round: 1 });
  const done = step.finish(again, action, { text: "moved", facts: { moved: 3 } }, 5);
  assert.equal(factsOf(done).get(action.id), { moved: 3 });
  assert.is(step.noteFacts(done, action, { late: true }), done, "too late to note anything");
  assert.equal(factsOf(step.intend(done, action, 6)).get(action.id), undefined);
});

notes.run();
