/** A small fleet on a simulated master: it registers, its tasks end and are replaced, agents drain, and it finds the next leader. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MesosClient } from "../../../src/mesos/client.js";
import { Fleet } from "../../../src/sandbox/fleet/fleet.js";
import { SystemClock } from "../../../src/sandbox/mesos/link/clock.js";
import { waitFor } from "../../harness/wait.js";
import { startEnsemble } from "../../harness/zookeeper.js";
import { api, Lab } from "../mesos/lab.js";

const DEADLINE_MS = 60_000;
const SIZE = { agents: 40, tasks: 200, frameworks: 4, rate: 20 };

const fleets = suite("fleet of simulated agents");

fleets("lives as a real one does, over a change of leader too", async () => {
  const [ensemble, lab] = [await startEnsemble({ size: 1, settings: { tickTime: 500 } }), await Lab.make()];
  const zk = `zk://${ensemble.connectString}/mesos`;
  const zookeeper = { connectString: ensemble.connectString, path: "/mesos" };
  const client = new MesosClient({ masters: { zookeeper }, scheme: "http" });
  const problems: string[] = [];
  const fleet = new Fleet({
    master: zk,
    size: SIZE,
    clock: new SystemClock(),
    log: () => {},
    failed: (why) => void problems.push(why),
  });
  const { signal } = new AbortController();
  const whole = () => fleet.state.registeredAgents === 40 && fleet.state.subscribedFrameworks === 4;
  try {
    const leader = await lab.master(11, [`--zk=${zk}`, "--quorum=1"]);
    await waitFor("the first leads", DEADLINE_MS, () => api(lab.ip(11), { type: "GET_HEALTH" }));
    await lab.master(12, [`--zk=${zk}`, "--quorum=1"]);
    await fleet.start();
    await waitFor("all is registered", DEADLINE_MS, whole);
    const replaced = await waitFor("tasks ended and were replaced", DEADLINE_MS, async () => {
      const { tasks } = await client.fleet(signal);
      const count = (state: string) => tasks.filter((task) => task.state === state).length;
      return fleet.state.launched >= 20 && count("TASK_FINISHED") >= 20 ? count("TASK_RUNNING") : null;
    });
    assert.ok(replaced > 150, `${replaced} run`);
    const [agent] = await client.agents(signal);
    assert.ok(agent);
    await client.drainAgent(agent.id, {}, signal);
    await waitFor("an agent is drained", DEADLINE_MS, async () => {
      const found = (await client.agents(signal)).find(({ id }) => id === agent.id);
      return found?.drain?.state === "DRAINED";
    });
    await leader.stop();
    await waitFor("all is with the next leader", DEADLINE_MS, async () => {
      const { agents, frameworks, tasks } = await client.fleet(signal);
      const connected = frameworks.filter((each) => each.connected && !each.completed).length;
      const current = tasks.filter(({ place }) => place === "current").length;
      return whole() && agents.length === 40 && connected === 4 && current > 150;
    });
    assert.equal(problems, []);
  } finally {
    await fleet.stop();
    await client.close();
    await lab.close();
    await ensemble.close();
  }
});

fleets.run();
