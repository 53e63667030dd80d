/**
 * Where the simulation and the recordings of a real Mesos differ, the simulation is wrong: every recorded request is sent again
 * and its answer compared. What does not match yet is listed with its reason, and only that.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EXCEPTIONS } from "./conformance-exceptions.js";
import { ConformanceRun } from "./conformance-run.js";
import { recordingNames } from "./recording.js";

const conformance = suite("Mesos simulation against recordings");

conformance("answers as recorded, but for the listed exceptions", async () => {
  const run = await ConformanceRun.start();
  try {
    await run.play();
  } finally {
    await run.close();
  }
  const wrong = [...run.found].flatMap(([name, differences]) =>
    differences.length > 0 && EXCEPTIONS[name] === undefined
      ? [`${name}\n    ${differences.join("\n    ")}`]
      : [],
  );
  assert.is(wrong.join("\n"), "");
  const matching = Object.keys(EXCEPTIONS).filter((name) => run.found.get(name)?.length === 0);
  assert.equal(matching, [], "these exceptions match the recordings now: take them off the list");
  const folders = ["agent", "errors", "master-follower", "master-leader", "ops"];
  const missed = folders.flatMap(recordingNames).filter((name) => !run.found.has(name));
  assert.equal(missed, [], "these recordings were not played");
});

conformance.run();
