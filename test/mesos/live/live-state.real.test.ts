/** The live state on a simulated cluster: agents and tasks come and go, an agent is drained, the leader is killed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MesosClient } from "../../../src/mesos/client.js";
import { LiveState } from "../../../src/mesos/live/live-state.js";
import { waitFor } from "../../harness/wait.js";
import { startEnsemble } from "../../harness/zookeeper.js";
import { api, Lab, TestFramework } from "../../sandbox/mesos/lab.js";

const DEADLINE_MS = 60_000;

const FRAMEWORK = {
  user: "root",
  name: "lab-fw",
  roles: ["web"],
  failover_timeout: 604800,
  checkpoint: true,
  hostname: "127.0.0.1",
  capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
};

const live = suite("live state of a simulated Mesos");

live("stays true while agents and tasks come and go, and over the end of the leader", async () => {
  const [ensemble, lab] = [await startEnsemble({ size: 1, settings: { tickTime: 500 } }), await Lab.make()];
  const zookeeper = { connectString: ensemble.connectString, path: "/mesos" };
  const client = new MesosClient({ masters: { zookeeper }, scheme: "http" });
  const framework = new TestFramework(lab.ip(11), FRAMEWORK);
  const stop = new AbortController();
  const state = new LiveState(client, { pollMs: 200 });
  let running: Promise<unknown> = Promise.resolve();
  try {
    const zk = `zk://${ensemble.connectString}/mesos`;
    const leader = await lab.master(11, [`--zk=${zk}`, "--quorum=1"]);
    await waitFor("the first leads", DEADLINE_MS, async () => api(lab.ip(11), { type: "GET_HEALTH" }));
    await lab.master(12, [`--zk=${zk}`, "--quorum=1"]);
    const agentFlags = [`--master=${zk}`, "--registration_backoff_factor=50ms"];
    await lab.agent(21, "r1", agentFlags);
    running = state.run(stop.signal).catch((error: unknown) => error);
    await waitFor("it follows", DEADLINE_MS, () => state.view.mode.kind === "following");
    await waitFor("the first agent", DEADLINE_MS, () => state.view.agents.size === 1);
    await framework.subscribe();
    await framework.launch(lab.ip(21), "web-1", "sleep 100000");
    const task = () => [...state.view.tasks.values()].find(({ id }) => id === "web-1");
    await waitFor("the task runs", DEADLINE_MS, () => task()?.state === "TASK_RUNNING");
    assert.equal(
      [...state.view.frameworks.values()].map(({ name }) => name),
      ["lab-fw"],
    );

    const second = await lab.agent(22, "r2", agentFlags);
    const agentAt = (last: number) =>
      [...state.view.agents.values()].find(({ hostname }) => hostname === lab.ip(last));
    const spare = await waitFor("the second agent", DEADLINE_MS, () => agentAt(22));
    await client.drainAgent(spare.id, {}, stop.signal);
    await waitFor("its drain", DEADLINE_MS, () => agentAt(22)?.drain?.state === "DRAINED");
    await client.reactivateAgent(spare.id, stop.signal);
    await waitFor("it is active", DEADLINE_MS, () => agentAt(22)?.active === true);
    await second.stop();
    await waitFor("it is disconnected", DEADLINE_MS, () => {
      const agent = agentAt(22);
      return agent?.active === false && !agent.deactivated;
    });

    const modes: string[] = [];
    state.onChange(({ mode }) => void modes.push(mode.kind));
    await leader.stop();
    const following = await waitFor("it follows the next leader", DEADLINE_MS, () => {
      const { mode } = state.view;
      return mode.kind === "following" && mode.master === `${lab.ip(12)}:5050` ? mode : null;
    });
    assert.ok(modes.includes("polling"));
    await waitFor("the agent is back", DEADLINE_MS, () => agentAt(21)?.active === true);
    await waitFor("so is the task", DEADLINE_MS, () => task()?.place === "current");
    await waitFor("and the framework, from its agent", DEADLINE_MS, () =>
      [...state.view.frameworks.values()].some(({ recovered }) => recovered),
    );
    assert.equal(
      [...state.view.recoveredAgents.values()].map(({ hostname }) => hostname),
      [lab.ip(22)],
    );
    await waitFor("a poll after the change", DEADLINE_MS, () => {
      const asOf = state.view.parts.get("agents")?.asOfMs ?? 0;
      return asOf > following.sinceMs;
    });
  } finally {
    stop.abort(new Error("the test is over"));
    framework.close();
    await running;
    await client.close();
    await lab.close();
    await ensemble.close();
  }
});

live.run();
