/** Which sides take part, as it is told by what was done: what looks must not wait for a side that is not there. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ActionStep } from "../../../src/migration/model/action.js";
import type { ActionRunner } from "../../../src/migration/model/ports.js";
import type { ActionRecord, MigrationRecord } from "../../../src/migration/model/record.js";
import { ObserverMemory } from "../../../src/migration/observe/memory.js";
import { Following } from "../../../src/migration/world/following.js";
import { actionOf, recordOf, specOf } from "../platform.js";

const following = suite("following a migration");
const migration = specOf({ a: "127.0.0.1:1", b: "127.0.0.1:2" }, { mode: "replace" });

function done(step: ActionStep, begunMs: number): ActionRecord {
  const action = actionOf(step);
  return { action, status: "done", begunMs, endedMs: begunMs, outcome: "", attempts: 1, facts: {} };
}

function sidesAfter(first: readonly ActionRecord[], last: readonly ActionRecord[]): readonly string[] {
  const record: MigrationRecord = recordOf(migration, { kind: "take-baseline" });
  const [stage] = record.stages;
  if (stage === undefined) throw new Error("a record has stages");
  const stages = [
    { ...stage, actions: first },
    { ...stage, number: 6 as const, actions: last },
  ];
  const runner = {} as ActionRunner; // nobody asks it
  const one = new Following(runner, new ObserverMemory(), () => 0);
  one.know({ ...record, stage: 1, stages });
  return one.sides;
}

following("a way back over several stages counts in the order in which it was gone", () => {
  const start = done({ kind: "start-sync" }, 1);
  const stop = done({ kind: "stop-sync" }, 2);
  const again = done({ kind: "start-sync", counts: "b" }, 3);
  assert.equal(sidesAfter([start], []), ["a", "b"]);
  assert.equal(sidesAfter([start], [stop]), ["a"]);
  assert.equal(sidesAfter([start], [stop, again]), ["a", "b"]);
  // Stage 1 is undone last, and its record stands before that of stage 6.
  assert.equal(sidesAfter([start, done({ kind: "stop-sync" }, 4)], [stop, again]), ["a"]);
});

following.run();
