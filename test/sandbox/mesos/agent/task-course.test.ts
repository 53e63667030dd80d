/** What simulated tasks do and when, from their labels and commands; a function of the record and of nothing else. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { behaviourOf } from "../../../../src/sandbox/mesos/agent/behaviour.js";
import type { TaskRecord } from "../../../../src/sandbox/mesos/agent/executor-record.js";
import { nextChange } from "../../../../src/sandbox/mesos/agent/task-course.js";
import type { JsonObject } from "../../../../src/value/json.js";

const course = suite("simulated tasks");

function info(command: string, labels: Readonly<Record<string, string>> = {}): JsonObject {
  const list = Object.entries(labels).map(([key, value]) => ({ key, value }));
  return { command: { value: command, shell: true }, labels: { labels: list } };
}

/** All changes of a task until nothing more happens by itself: seconds after its launch, and states. */
function lived(of: JsonObject, kill?: { at: number; graceMs: number }): string[] {
  const task: TaskRecord = {
    id: "t",
    info: of,
    state: "TASK_STAGING",
    statuses: [],
    updates: [],
    launchedAt: 1000,
    runningAt: null,
    healthy: null,
    kill: kill === undefined ? null : { at: 1000 + kill.at, graceMs: kill.graceMs, why: "asked" },
  };
  const found: string[] = [];
  for (let next = nextChange(task); next !== null && found.length < 10; next = nextChange(task)) {
    const { state, healthy } = next.status;
    found.push(
      `${(next.at - 1000).toFixed(2)} ${state}${healthy === undefined ? "" : ` healthy=${healthy}`}`,
    );
    task.state = state;
    if (state === "TASK_RUNNING" && task.runningAt === null) task.runningAt = next.at;
    if (healthy !== undefined) task.healthy = healthy;
  }
  return found;
}

course("commands", () => {
  assert.is(behaviourOf(info("sleep 100000")).runMs, 100_000_000);
  assert.is(behaviourOf(info("nginx -g 'daemon off;'")).runMs, null);
  assert.is(behaviourOf(info("echo done")).runMs, 0);
  assert.equal(lived(info("sleep 2; exit 3")), [
    "0.25 TASK_STARTING",
    "0.28 TASK_RUNNING",
    "2.28 TASK_FAILED",
  ]);
  assert.equal(lived(info("sleep 1 && true")).at(-1), "1.28 TASK_FINISHED");
  assert.ok(behaviourOf(info('trap "" TERM; while true; do sleep 1; done')).ignoresTerm);
});

course("labels win over the command", () => {
  const labels = { "sandbox.start-delay": "1secs", "sandbox.finish-after": "5secs" };
  assert.equal(lived(info("sleep 100", labels)), [
    "1.00 TASK_STARTING",
    "1.03 TASK_RUNNING",
    "6.03 TASK_FINISHED",
  ]);
  assert.is(lived(info("server", { "sandbox.fail-after": "500ms" })).at(-1), "0.78 TASK_FAILED");
});

course("health", () => {
  const healthy = { "sandbox.healthy-after": "2secs", "sandbox.unhealthy-after": "10secs" };
  assert.equal(lived(info("server", healthy)), [
    "0.25 TASK_STARTING",
    "0.28 TASK_RUNNING",
    "2.28 TASK_RUNNING healthy=true",
    "10.28 TASK_RUNNING healthy=false",
  ]);
  assert.is(
    lived({ ...info("server"), health_check: { type: "HTTP" } }).at(-1),
    "0.28 TASK_RUNNING healthy=true",
  );
});

course("kill: at once by SIGTERM, or after the grace by SIGKILL", () => {
  assert.is(lived(info("server"), { at: 5, graceMs: 3000 }).at(-1), "5.10 TASK_KILLED");
  const stubborn = info("server", { "sandbox.ignore-sigterm": "true" });
  assert.is(lived(stubborn, { at: 5, graceMs: 3000 }).at(-1), "8.00 TASK_KILLED");
});

course.run();
