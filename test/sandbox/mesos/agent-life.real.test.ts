/**
 * What becomes of agents and their tasks: restarted, unreachable, marked gone, in maintenance. The same steps and outcomes as in
 * the recorded scenarios 3, 11 and 12, with shorter pings.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AgentProcess } from "../../../src/sandbox/mesos/agent/agent-process.js";
import { waitFor } from "../../harness/wait.js";
import { eventDifferences } from "./event-shapes.js";
import { api, followEvents, Lab, metric, type Running, replay, TestFramework } from "./lab.js";
import type { Substitutions } from "./recording.js";

const DEADLINE_MS = 40_000;
const S12 = "scenario-12-agent-unreachable-then-back-then-gone";
const S11 = "scenario-11-maintenance-down-and-mark-gone";

const FRAMEWORK = {
  user: "root",
  name: "p-fw",
  roles: ["web"],
  failover_timeout: 604800,
  checkpoint: true,
  hostname: "127.0.0.1",
  capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
};

const life = suite("agents of the Mesos simulation");

interface Scene {
  readonly lab: Lab;
  readonly host: string;
  readonly framework: TestFramework;
  readonly agentFlags: readonly string[];
  agent: Running<AgentProcess>;
  readonly exits: [number, string][];
}

async function scene(masterFlags: readonly string[], info: object = FRAMEWORK): Promise<Scene> {
  const lab = await Lab.make();
  const host = lab.ip(14);
  await lab.master(14, masterFlags);
  const agentFlags = [
    `--master=${host}:5050`,
    "--registration_backoff_factor=50ms",
    "--executor_reregistration_timeout=200ms",
  ];
  const exits: [number, string][] = [];
  const agent = await lab.agent(23, "r3", agentFlags, { exited: (...exit) => void exits.push(exit) });
  await registered(agent);
  const framework = new TestFramework(host, info as Record<string, unknown>);
  await framework.subscribe();
  return { lab, host, framework, agentFlags, agent, exits };
}

function registered(agent: Running<AgentProcess>): Promise<unknown> {
  return waitFor("the agent registers", DEADLINE_MS, () => agent.process.agent?.registered);
}

async function restart(of: Scene): Promise<void> {
  of.agent = await of.lab.agent(23, "r3", of.agentFlags, {
    exited: (...exit) => void of.exits.push(exit),
  });
}

async function done({ framework, lab }: Scene): Promise<void> {
  framework.close();
  await lab.close();
}

function substitutions(of: Scene, recordedMaster: string): Substitutions {
  const id = of.agent.process.agent?.id ?? "";
  return new Map([
    [`${recordedMaster}-S0`, id],
    [`${recordedMaster}-0000`, of.framework.id],
    ["127.0.0.14", of.host],
    ["127.0.0.15", of.host],
    ["127.0.0.23", of.lab.ip(23)],
  ]);
}

/** Differences that a recording's own cluster explains are named by their path. */
async function same(of: Scene, name: string, master: string, ignore: readonly string[] = []): Promise<void> {
  const found = await replay(name, of.host, substitutions(of, master));
  assert.equal(
    found.filter((line) => !ignore.some((path) => line.startsWith(path))),
    [],
    name,
  );
}

life("a task with checkpoint outlives its agent, one without is lost at once", async () => {
  const of = await scene([]);
  const other = new TestFramework(of.host, {
    user: "root",
    name: "mesos-execute",
    role: "*",
    checkpoint: false,
  });
  try {
    await of.framework.launch(of.lab.ip(23), "web-2", "sleep 100000");
    await other.subscribe();
    await other.launch(of.lab.ip(23), "cmdtask", "sleep 100000");
    const before = of.agent.process.agent?.id;
    await of.agent.stop();
    await other.untilState("cmdtask", "TASK_LOST");
    await restart(of);
    await registered(of.agent);
    assert.is(of.agent.process.agent?.id, before);
    const { get_tasks } = (await api(of.host, { type: "GET_TASKS" })) as {
      get_tasks: { tasks: { name: string; state: string }[] };
    };
    assert.equal(
      get_tasks.tasks.map(({ name, state }) => [name, state]),
      [["web-2", "TASK_RUNNING"]],
    );
    assert.equal(of.framework.states("web-2"), ["TASK_STARTING", "TASK_RUNNING"]);
  } finally {
    other.close();
    await done(of);
  }
});

life("a task that ends while its agent is down is told of afterwards", async () => {
  const of = await scene([]);
  try {
    await of.framework.launch(of.lab.ip(23), "short", "sleep 1.5; exit 3");
    await of.agent.stop();
    await restart(of);
    await of.framework.untilState("short", "TASK_FAILED");
  } finally {
    await done(of);
  }
});

life("an agent with other resources refuses to start on its checkpoint", async () => {
  const of = await scene([]);
  try {
    await of.agent.stop();
    of.agent = await of.lab.agent(23, "r9", of.agentFlags, {
      exited: (...exit) => void of.exits.push(exit),
    });
    const [exit] = await waitFor("it exits", DEADLINE_MS, () => (of.exits.length > 0 ? of.exits : null));
    assert.is(exit?.[0], 1);
    assert.match(exit?.[1] ?? "", "Incompatible agent info detected");
  } finally {
    await done(of);
  }
});

life("unreachable, back, and gone as in scenario 12", async () => {
  const of = await scene(["--agent_ping_timeout=300ms", "--max_agent_ping_timeouts=3"]);
  const master = "e1545037-6934-44ba-8296-18298734b19e";
  try {
    const seen: string[] = [];
    const unfollow = await followEvents(of.host, seen);
    await of.framework.launch(of.lab.ip(23), "t12", "sleep 100002");
    await of.agent.stop();
    await waitFor(
      "disconnected at once",
      DEADLINE_MS,
      async () => (await metric(of.host, "master/slaves_disconnected")) === 1,
    );
    await of.framework.untilState("t12", "TASK_UNREACHABLE");
    // That cluster had ZooKeeper, this one has none.
    const flags = ["body.flags.quorum", "body.flags.zk:"];
    await same(of, `${S12}/GET_slaves-unreachable.http`, master);
    await same(of, `${S12}/GET_state-unreachable.http`, master, flags);
    await same(of, `${S12}/GET_tasks-unreachable.http`, master);
    await same(of, `${S12}/api-GET_TASKS-unreachable.http`, master);
    await same(of, `${S12}/DEACTIVATE_AGENT-on-unreachable-agent.http`, master);
    await same(of, `${S12}/REACTIVATE_AGENT-on-unreachable-agent.http`, master);
    await restart(of);
    await registered(of.agent);
    await waitFor(
      "the task is told to run again",
      DEADLINE_MS,
      () => of.framework.states("t12").at(-1) === "TASK_RUNNING",
    );
    await same(of, `${S12}/MARK_AGENT_GONE.http`, master);
    await of.framework.untilState("t12", "TASK_GONE_BY_OPERATOR");
    await waitFor("the agent exits", DEADLINE_MS, () => of.exits.length > 0);
    assert.is(of.exits[0]?.[0], 0);
    await same(of, `${S12}/GET_tasks-after-gone.http`, master);
    const types = of.framework.events.map(({ type }) => type).filter((type) => type === "FAILURE");
    assert.is(types.length, 2);
    unfollow();
    const kinds = (type: string) => [
      `${type} TASK_STARTING `,
      `${type} TASK_RUNNING `,
      `${type} TASK_UNREACHABLE REASON_AGENT_REMOVED`,
      `${type} TASK_GONE_BY_OPERATOR REASON_AGENT_REMOVED_BY_OPERATOR`,
    ];
    const told = [
      "SUBSCRIBED",
      ...kinds("UPDATE"),
      "UPDATE TASK_RUNNING REASON_AGENT_REREGISTERED",
      "FAILURE",
    ];
    // The last RUNNING of the executor is the last that was recorded too.
    assert.equal(eventDifferences(`${S12}/framework-events.jsonl`, of.framework.texts, told), []);
    const published = ["HEARTBEAT", "TASK_ADDED", "AGENT_ADDED", ...kinds("TASK_UPDATED")];
    assert.equal(eventDifferences(`${S12}/operator-SUBSCRIBE.events.jsonl`, seen, published), []);
  } finally {
    await done(of);
  }
});

life("maintenance and mark gone as in scenario 11", async () => {
  const of = await scene([]);
  const master = "a92ae6be-8940-4644-b53f-3fa311530f16";
  try {
    const seen: string[] = [];
    const unfollow = await followEvents(of.host, seen);
    await of.framework.launch(of.lab.ip(23), "t10", "sleep 100000");
    await same(of, `${S11}/01_UPDATE_MAINTENANCE_SCHEDULE.http`, master);
    await waitFor(
      "no offer is out",
      DEADLINE_MS,
      async () => (await metric(of.host, "master/outstanding_offers")) === 0,
    );
    // The recorded agent had come back once before.
    const back = ["body.get_agents.agents[].reregistered_time"];
    await same(of, `${S11}/02_GET_AGENTS.http`, master, back);
    await same(of, `${S11}/03_START_MAINTENANCE.http`, master);
    await of.framework.untilState("t10", "TASK_LOST");
    await waitFor("the agent exits", DEADLINE_MS, () => of.exits.length > 0);
    await same(of, `${S11}/04_GET_AGENTS_after.http`, master);
    await same(of, `${S11}/05_GET_TASKS_after.http`, master);
    await of.agent.stop();
    await restart(of);
    await waitFor("it is sent away while its machine is down", DEADLINE_MS, () => of.exits.length > 1);
    await same(of, `${S11}/06_STOP_MAINTENANCE.http`, master);
    await same(of, `${S11}/07_maintenance_schedule_after.http`, master);
    await of.agent.stop();
    await restart(of);
    await registered(of.agent);
    await same(of, `${S11}/08_DRAIN_AGENT_mark_gone.http`, master);
    await waitFor("the agent is gone", DEADLINE_MS, () => of.exits.length > 2);
    await same(of, `${S11}/09_MARK_AGENT_GONE_again_already_gone.http`, master);
    await same(of, `${S11}/10_DRAIN_AGENT_on_gone_agent.http`, master);
    await same(of, `${S11}/11_registry.http`, master, ["body.schedules: not recorded"]);
    unfollow();
    const told = ["INVERSE_OFFERS", "UPDATE TASK_LOST REASON_AGENT_REMOVED", "FAILURE"];
    assert.equal(eventDifferences(`${S11}/framework-events.jsonl`, of.framework.texts, told), []);
    const published = ["AGENT_REMOVED", "AGENT_ADDED", "TASK_UPDATED TASK_LOST REASON_AGENT_REMOVED"];
    assert.equal(eventDifferences(`${S11}/operator-SUBSCRIBE.events.jsonl`, seen, published), []);
  } finally {
    await done(of);
  }
});

life.run();
