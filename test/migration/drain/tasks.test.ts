/** The account of tasks: each has exactly one fate, and what failed by us is told apart from what would have failed anyway. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Task } from "../../../src/mesos/workloads.js";
import { countFates, type Fate, fatesOf } from "../../../src/migration/drain/tasks.js";

const fates = suite("account of tasks");

interface Given {
  readonly state?: string;
  readonly agent?: string;
  readonly reason?: string | null;
  readonly place?: Task["place"];
  readonly name?: string;
  readonly framework?: string;
}

function task(id: string, given: Given = {}): Task {
  const {
    state = "TASK_RUNNING",
    agent = "a1",
    reason = null,
    place = "current",
    name = "web",
    framework = "f",
  } = given;
  return {
    id,
    name,
    frameworkId: framework,
    agentId: agent,
    place,
    state,
    status: { state, reason, message: null, source: null, atMs: null, healthy: null },
    runningSinceMs: null,
    container: "none",
    executorId: null,
    resources: {},
    role: null,
    labels: [],
  };
}

const OLD = new Set(["a1"]);
const fate = (before: Task, now: readonly Task[]): Fate | undefined => fatesOf([before], now, OLD)[0]?.fate;
const ended = (state: string, reason: string | null = null) =>
  task("1", { state, reason, place: "completed" });

fates("moved only where another one of the same name runs on an agent that stays", () => {
  const killed = ended("TASK_KILLED", "REASON_AGENT_DRAINING");
  assert.is(fate(task("1"), [killed, task("2", { agent: "b1" })]), "moved");
  assert.is(fate(task("1"), [killed]), "missing");
  assert.is(
    fate(task("1"), [killed, task("2", { agent: "a1" })]),
    "missing",
    "on an agent that is emptied too",
  );
  assert.is(fate(task("1"), [killed, task("2", { agent: "b1", name: "other" })]), "missing");
  assert.is(fate(task("1"), [killed, task("2", { agent: "b1", framework: "g" })]), "missing");
  assert.is(
    fate(task("1"), [killed, task("2", { agent: "b1", state: "TASK_STAGING" })]),
    "missing",
    "does not run yet",
  );
});

fates("one replacement stands in for one task", () => {
  const before = [task("1"), task("2")];
  const now = before.map(({ id }) => task(id, { state: "TASK_KILLED", place: "completed" }));
  const found = fatesOf(before, [...now, task("3", { agent: "b1" })], OLD);
  assert.equal([...found.map((one) => one.fate)].sort(), ["missing", "moved"]);
});

fates("what the platform did is ours, what the program did is its own", () => {
  assert.is(fate(task("1"), [ended("TASK_FAILED", "REASON_COMMAND_EXECUTOR_FAILED")]), "failed-by-itself");
  assert.is(
    fate(task("1"), [ended("TASK_FAILED", "REASON_CONTAINER_LIMITATION_MEMORY")]),
    "failed-by-itself",
  );
  for (const state of ["TASK_LOST", "TASK_GONE", "TASK_DROPPED", "TASK_UNREACHABLE"]) {
    assert.is(fate(task("1"), [ended(state, "REASON_AGENT_DISCONNECTED")]), "failed-by-us", state);
  }
  assert.is(fate(task("1"), [ended("TASK_FAILED", "REASON_AGENT_RESTARTED")]), "failed-by-us");
  assert.is(fate(task("1"), [task("1", { place: "unreachable" })]), "failed-by-us");
});

fates("finished, still there, and what nobody knows any more", () => {
  assert.is(fate(task("1"), [ended("TASK_FINISHED")]), "finished");
  assert.is(fate(task("1"), [task("1")]), "there");
  assert.is(fate(task("1"), []), "unknown");
  assert.is(fate(task("1"), [task("2", { agent: "b1" })]), "moved", "forgotten, but replaced");
});

fates("every task has one fate, whatever is seen; no replacement is counted twice", () => {
  const any = fc.array(
    fc.record({
      state: fc.constantFrom("TASK_RUNNING", "TASK_KILLED", "TASK_FINISHED", "TASK_FAILED", "TASK_LOST"),
      seen: fc.boolean(),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(any, fc.nat(8), (given, replacements) => {
      const before = given.map((_, at) => task(`t${at}`));
      const now = given.flatMap(({ state, seen }, at) => (seen ? [task(`t${at}`, { state })] : []));
      const more = Array.from({ length: replacements }, (_, at) => task(`n${at}`, { agent: "b1" }));
      const found = fatesOf(before, [...now, ...more], OLD);
      assert.equal(found.map(({ id }) => id).sort(), before.map(({ id }) => id).sort());
      const counts = countFates(found);
      assert.is(
        Object.values(counts).reduce((sum, count) => sum + count, 0),
        before.length,
      );
      assert.ok(counts.moved <= replacements);
    }),
  );
});

fates.run();
