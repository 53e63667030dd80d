/** Frameworks, tasks, executors and the registry of a real Mesos, as recorded, and as older versions tell them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { registryOf } from "../../src/mesos/registry.js";
import { executorsOf, frameworksOf } from "../../src/mesos/workloads.js";
import type { Json } from "../../src/value/json.js";
import { readRecording } from "../sandbox/mesos/recording.js";
import { agentsOf, recoveredAgentsOf, tasksOf } from "./fleet-of.js";

function recorded(name: string): Json {
  return JSON.parse(readRecording(name).answer.body) as Json;
}

const MASTER = "1b1779d4-cd77-4055-8407-d03f3b24c1c0";

const workloads = suite("workloads of Mesos");

workloads("frameworks, one that does not checkpoint and one that does", () => {
  const [execute, lab] = frameworksOf(recorded("master-leader/api_v1_GET_FRAMEWORKS.http"));
  assert.equal(lab, {
    id: `${MASTER}-0000`,
    name: "lab-fw",
    user: "root",
    active: true,
    connected: true,
    recovered: false,
    completed: false,
    checkpoint: true,
    failoverTimeoutSeconds: 604_800,
    roles: ["web"],
    capabilities: ["MULTI_ROLE", "PARTITION_AWARE"],
    principal: null,
    hostname: "127.0.0.1",
    webuiUrl: null,
    registeredMs: 1_795_410_148_893,
    reregisteredMs: 1_795_410_148_893,
    unregisteredMs: null,
  });
  assert.equal([execute?.checkpoint, execute?.failoverTimeoutSeconds, execute?.roles], [false, 0, ["*"]]);
});

workloads("a framework that was torn down, and one that only agents have told of", () => {
  const after = frameworksOf(recorded("ops/81_GET_FRAMEWORKS_after_teardown.http"));
  assert.ok(after.some(({ completed, unregisteredMs }) => completed && unregisteredMs !== null));
  const info = { user: "root", name: "f", id: { value: "x-0000" }, principal: "ops" };
  const recovered = { framework_info: info, active: false, connected: false, recovered: true };
  const [framework] = frameworksOf({ get_frameworks: { frameworks: [recovered] } });
  assert.equal([framework?.recovered, framework?.connected, framework?.principal], [true, false, "ops"]);
});

workloads("running tasks", () => {
  const tasks = tasksOf(recorded("master-leader/api_v1_GET_TASKS.http"));
  assert.equal(
    tasks.map(({ id, place, state }) => [id, place, state]),
    [
      ["cmdtask", "current", "TASK_RUNNING"],
      ["web-2", "current", "TASK_RUNNING"],
      ["web-1", "current", "TASK_RUNNING"],
    ],
  );
  assert.equal(tasks[0], {
    id: "cmdtask",
    name: "cmdtask",
    frameworkId: `${MASTER}-0001`,
    agentId: `${MASTER}-S0`,
    place: "current",
    state: "TASK_RUNNING",
    status: {
      state: "TASK_RUNNING",
      reason: null,
      message: null,
      source: "SOURCE_EXECUTOR",
      atMs: 1_795_410_152_662,
      healthy: null,
    },
    runningSinceMs: 1_795_410_152_662,
    container: "none",
    executorId: null,
    resources: { cpus: 0.5, mem: 64 },
    role: "*",
    labels: [],
  });
});

workloads("an unreachable task is told from a running and from an ended one", () => {
  const [lost] = tasksOf(
    recorded("scenario-12-agent-unreachable-then-back-then-gone/api-GET_TASKS-unreachable.http"),
  );
  assert.equal(
    [lost?.place, lost?.state, lost?.status?.reason, lost?.status?.message, lost?.status?.source],
    ["unreachable", "TASK_UNREACHABLE", "REASON_AGENT_REMOVED", "health check timed out", "SOURCE_MASTER"],
  );
  const draining = tasksOf(recorded("ops/56_GET_TASKS_draining.http"));
  const ended = draining.filter(({ place }) => place === "completed");
  assert.ok(ended.length > 0);
  assert.ok(ended.every(({ status }) => status?.reason === "REASON_AGENT_DRAINING"));
});

workloads("what only some tasks have: health, labels, a container, an executor", () => {
  const [task] = tasksOf({
    type: "GET_TASKS",
    get_tasks: {
      tasks: [
        {
          name: "web",
          task_id: { value: "web.1" },
          framework_id: { value: "f" },
          agent_id: { value: "a" },
          executor_id: { value: "web-executor" },
          state: "TASK_RUNNING",
          statuses: [{ state: "TASK_RUNNING", timestamp: 10.5, healthy: false }],
          // As before 1.2.
          resources: [{ name: "cpus", type: "SCALAR", scalar: { value: 1 }, role: "prod" }],
          container: { type: "DOCKER", docker: { image: "nginx" } },
          labels: { labels: [{ key: "team", value: "shop" }, { key: "flag" }] },
          something_new: [1, 2],
        },
      ],
    },
  });
  assert.equal(
    [task?.executorId, task?.status?.healthy, task?.container, task?.role, task?.runningSinceMs],
    ["web-executor", false, "docker", "prod", 10_500],
  );
  assert.equal(task?.labels, [
    { key: "team", value: "shop" },
    { key: "flag", value: "" },
  ]);
  assert.throws(() => tasksOf({ get_tasks: { tasks: [{ name: "web" }] } }), /task_id should be an object/);
});

workloads("executors and agents that have not come back", () => {
  assert.equal(executorsOf(recorded("master-leader/api_v1_GET_EXECUTORS.http")), []);
  const executor_info = { executor_id: { value: "e" }, framework_id: { value: "f" }, type: "DEFAULT" };
  const executors = [{ executor_info, agent_id: { value: "a" } }];
  assert.equal(executorsOf({ get_executors: { executors } }), [
    { id: "e", name: "", frameworkId: "f", agentId: "a", kind: "default", resources: [] },
  ]);
  const recovered_agents = [{ id: { value: "a-S0" }, hostname: "h1" }];
  assert.equal(recoveredAgentsOf({ get_agents: { recovered_agents } }), [{ id: "a-S0", hostname: "h1" }]);
  const [agent] = agentsOf(recorded("master-leader/api_v1_GET_AGENTS.http"));
  assert.equal(
    [agent?.address, agent?.registeredMs, agent?.reregisteredMs],
    ["127.0.0.21:5051", 1_795_410_127_089, null],
  );
});

workloads("the registry, with a drained agent, with one that is gone, and none of a standby", () => {
  const drained = registryOf(recorded("ops/62_registry_drained.http"));
  assert.is(drained?.masterId, MASTER);
  assert.equal(
    drained?.agents.map(({ id, deactivated, drain }) => [id, deactivated, drain?.state ?? null]),
    [
      [`${MASTER}-S0`, false, null],
      [`${MASTER}-S1`, true, "DRAINED"],
    ],
  );
  assert.equal([drained?.weights.get("web"), drained?.windows], [3, 0]);
  const gone = registryOf(recorded("scenario-11-maintenance-down-and-mark-gone/11_registry.http"));
  assert.equal([gone?.agents, gone?.gone], [[], ["a92ae6be-8940-4644-b53f-3fa311530f16-S0"]]);
  assert.is(registryOf(recorded("master-follower/GET_registrar(1)_registry.http")), null);
});

workloads.run();
