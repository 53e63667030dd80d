/** The model on the recorded events of a real Mesos, and what polls and late answers do to it. */
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ClusterModel, taskKey } from "../../../src/mesos/live/cluster-model.js";
import { EventTaker, type MesosEvent } from "../../../src/mesos/live/event.js";
import type { Task } from "../../../src/mesos/workloads.js";
import type { JsonObject } from "../../../src/value/json.js";
import { fixturePath } from "../../sandbox/mesos/recording.js";

function eventOf(event: JsonObject): MesosEvent {
  const taker = new EventTaker();
  taker.push(Buffer.from(JSON.stringify(event)));
  return taker.finish();
}

function recorded(name: string): MesosEvent[] {
  const lines = readFileSync(fixturePath(name), "utf8").trim().split("\n");
  return lines.map((line) => eventOf((JSON.parse(line) as { event: JsonObject }).event));
}

function put(model: ClusterModel, event: MesosEvent): void {
  if (event.kind === "subscribed") model.replace(event.fleet);
  else assert.is(model.apply(event), "fits");
}

function taskNamed(model: ClusterModel, id: string): Task | undefined {
  return [...model.tasks.values()].find((task) => task.id === id);
}

const TASK = {
  name: "web",
  task_id: { value: "web.1" },
  framework_id: { value: "f" },
  agent_id: { value: "a" },
  state: "TASK_STAGING",
};

function taskUpdate(state: string, id = "web.1", reason = "REASON_TASK_HEALTH_CHECK"): MesosEvent {
  const status = { task_id: { value: id }, state, timestamp: 5, healthy: false, reason };
  return eventOf({
    type: "TASK_UPDATED",
    task_updated: { framework_id: { value: "f" }, status, state },
  });
}

function agentAdded(id: string): MesosEvent {
  const agent_info = { id: { value: id }, hostname: `${id}.example` };
  return eventOf({ type: "AGENT_ADDED", agent_added: { agent: { agent_info, active: true } } });
}

const model = suite("model of a cluster");

model("a task starts, and its agent is drained (recorded)", () => {
  const cluster = new ClusterModel();
  const states: (string | undefined)[] = [];
  for (const event of recorded("streams/operator-SUBSCRIBE-task-start-and-drain.events.jsonl")) {
    put(cluster, event);
    const state = taskNamed(cluster, "web-3")?.state;
    if (state !== undefined && state !== states.at(-1)) states.push(state);
  }
  assert.equal(states, ["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"]);
  const ended = taskNamed(cluster, "web-3");
  assert.equal(
    [ended?.place, ended?.status?.reason, ended?.runningSinceMs],
    ["completed", "REASON_AGENT_DRAINING", 1_795_410_528_930],
  );
  assert.is(taskNamed(cluster, "web-2")?.place, "current");
  assert.equal([cluster.agents.size, cluster.frameworks.size], [2, 2]);
});

model("a machine goes down and comes up again (recorded)", () => {
  const cluster = new ClusterModel();
  const agents: number[] = [];
  for (const event of recorded(
    "scenario-11-maintenance-down-and-mark-gone/operator-SUBSCRIBE.events.jsonl",
  )) {
    put(cluster, event);
    if (event.kind !== "heartbeat") agents.push(cluster.agents.size);
    // Until the agent is removed it could be one that is merely unreachable.
    const places = { "task-updated": "unreachable", "agent-removed": "completed" } as const;
    if (event.kind === "task-updated" || event.kind === "agent-removed") {
      assert.is(taskNamed(cluster, "t10")?.place, places[event.kind]);
    }
  }
  assert.equal(agents, [1, 1, 0, 1]);
});

model("an agent is unreachable, comes back and is marked gone (recorded)", () => {
  const cluster = new ClusterModel();
  const places: (string | undefined)[] = [];
  for (const event of recorded(
    "scenario-12-agent-unreachable-then-back-then-gone/operator-SUBSCRIBE.events.jsonl",
  )) {
    put(cluster, event);
    const place = taskNamed(cluster, "t12")?.place;
    if (place !== undefined && place !== places.at(-1)) places.push(place);
  }
  assert.equal(places, ["current", "unreachable", "current", "completed"]);
  // No event tells that it is gone: the next poll does.
  assert.is(cluster.agents.size, 1);
  cluster.mark();
  cluster.replaceAgents([], []);
  assert.is(cluster.agents.size, 0);
});

model("a poll does not undo what events told while it was under way", () => {
  const cluster = new ClusterModel();
  for (const id of ["stays", "goes"]) put(cluster, agentAdded(id));
  const answer = [...cluster.agents.values()];
  cluster.mark();
  put(cluster, eventOf({ type: "AGENT_REMOVED", agent_removed: { agent_id: { value: "goes" } } }));
  put(cluster, agentAdded("comes"));
  cluster.replaceAgents(answer, [
    { id: "away", hostname: "h" },
    { id: "comes", hostname: "h" },
  ]);
  assert.equal([...cluster.agents.keys()].sort(), ["comes", "stays"]);
  assert.equal([...cluster.recoveredAgents.keys()], ["away"]);
  put(cluster, agentAdded("away"));
  assert.is(cluster.recoveredAgents.size, 0);
});

model("a task's health follows its updates, and an unknown task is a gap", () => {
  const cluster = new ClusterModel();
  put(cluster, eventOf({ type: "TASK_ADDED", task_added: { task: TASK } }));
  put(cluster, taskUpdate("TASK_RUNNING"));
  const task = cluster.tasks.get(taskKey("f", "web.1"));
  assert.equal([task?.state, task?.status?.healthy, task?.runningSinceMs], ["TASK_RUNNING", false, 5000]);
  const unknown = taskUpdate("TASK_RUNNING", "web.2");
  assert.ok(unknown.kind === "task-updated");
  assert.is(cluster.apply(unknown), "gap");
  put(cluster, taskUpdate("TASK_FINISHED", "web.3"));
});

model("completed tasks are as many as a master keeps, the newest", () => {
  const cluster = new ClusterModel();
  for (let at = 0; at < 1100; at += 1) {
    const id = `t${at}`;
    put(cluster, eventOf({ type: "TASK_ADDED", task_added: { task: { ...TASK, task_id: { value: id } } } }));
    put(cluster, taskUpdate("TASK_FINISHED", id));
  }
  assert.is(cluster.tasks.size, 1000);
  assert.ok(cluster.tasks.has(taskKey("f", "t1099")));
  assert.not(cluster.tasks.has(taskKey("f", "t99")));
});

model("frameworks come, change and go; events of other versions do no harm", () => {
  const cluster = new ClusterModel();
  const framework_info = { user: "u", name: "n", id: { value: "f" }, role: "web" };
  const framework = { framework_info, active: true, connected: true };
  put(cluster, eventOf({ type: "FRAMEWORK_ADDED", framework_added: { framework } }));
  const updated = { framework_info: { ...framework_info, name: "m" }, active: true, connected: true };
  put(cluster, eventOf({ type: "FRAMEWORK_UPDATED", framework_updated: { framework: updated } }));
  assert.equal(cluster.frameworks.get("f")?.roles, ["web"]);
  put(cluster, eventOf({ type: "SOMETHING_NEW", something_new: { of: ["a", "later", "version"] } }));
  put(cluster, eventOf({ type: "FRAMEWORK_REMOVED", framework_removed: { framework_info } }));
  const over = cluster.frameworks.get("f");
  assert.equal([over?.name, over?.completed, over?.active], ["m", true, false]);
});

model.run();
