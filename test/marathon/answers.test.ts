/** Answers of Marathon as typed values, from the example documents; wrong shapes are named by their path. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Shape, ShapeError } from "../../src/http/shape.js";
import {
  appOf,
  deploymentOf,
  infoOf,
  listOf,
  plannedStepsOf,
  podStatusOf,
  queueItemOf,
  startedOf,
  taskOf,
} from "../../src/marathon/answers.js";
import { example, objectIn } from "./examples.js";

const answers = suite("answers of Marathon");

answers("an app with its tasks and counts", () => {
  const app = appOf(Shape.of(objectIn(example("03-app-get-response"), "app")));
  assert.equal([app.id, app.instances, app.running, app.healthy], ["/shop/web", 3, 1, 1]);
  assert.is(app.lastConfigChangeAt, "2021-03-04T09:15:00.120Z");
  assert.equal(app.deployments, ["6b1f2c5e-3a0d-4a5e-9a37-0d1f6f7a1c01"]);
  assert.equal(
    app.tasks.map(({ state, healthy }) => [state, healthy]),
    [
      ["TASK_RUNNING", true],
      ["TASK_STAGING", null],
    ],
  );
});

answers("a 201 answer, which has no versionInfo yet", () => {
  const app = appOf(Shape.of(example("02-app-create-response-201")));
  assert.equal([app.lastConfigChangeAt, app.running], [null, 0]);
});

answers("deployments with what is not ready", () => {
  const deployments = listOf(example("10-deployments-list"), deploymentOf);
  assert.equal(
    deployments.map(({ step, steps, affected }) => ({ step, steps, affected })),
    [
      { step: 2, steps: 2, affected: ["/shop/web"] },
      { step: 1, steps: 1, affected: ["/shop/worker", "/shop/batch"] },
    ],
  );
  assert.equal(
    deployments[1]?.current.map(({ target, notReady }) => [target, notReady.map(({ status }) => status)]),
    [
      ["/shop/worker", [503]],
      ["/shop/batch", []],
    ],
  );
});

answers("the queue, a dry run, tasks, the info and a pod's status", () => {
  const [item] = listOf(example("12-queue"), queueItemOf, "queue");
  assert.equal([item?.id, item?.count, item?.overdue, item?.offers], ["/shop/worker", 2, true, 12]);
  assert.equal(
    item?.lastOffers.filter(({ declined }) => declined > 0).map(({ reason, declined }) => [reason, declined]),
    [
      ["AgentMaintenance", 1],
      ["InsufficientCpus", 2],
    ],
  );
  assert.equal(plannedStepsOf(Shape.of(example("09-group-dryrun-response"))).flat()[0], {
    action: "StopApplication",
    target: "/shop/legacy-api",
  });
  const listed = objectIn(example("13-tasks-and-kill"), "listAllRunning", "body");
  assert.is(listOf(listed, taskOf, "tasks").length, 1);
  const killed = objectIn(example("13-tasks-and-kill"), "killTheseAndShrink", "response");
  assert.is(startedOf(Shape.of(killed)).deploymentId, "77b5c2be-9d3b-4f2a-8b7e-c3d30d1f8b11");
  const info = infoOf(Shape.of(example("14-info")));
  assert.equal(
    [info.version, info.mesosRole, info.frameworkId],
    ["1.11.24", "*", "4c1d9e52-8f7a-4b0e-8a51-5c2c1c7d0e10-0000"],
  );
  const pod = podStatusOf(Shape.of(objectIn(example("18-pod-create-get-status"), "status", "body")));
  assert.equal([pod.status, pod.instances[0]?.version], ["STABLE", "2021-03-04T12:00:00.500Z"]);
});

answers("what is of another shape is named by its path", () => {
  const wrong = { ...objectIn(example("03-app-get-response"), "app"), tasks: [{ id: 7 }] };
  assert.throws(
    () => appOf(Shape.of(wrong)),
    (error: unknown) =>
      error instanceof ShapeError && error.message === "tasks[0].id should be text, and is a number",
  );
});

answers.run();
