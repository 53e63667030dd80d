/**
 * What no Marathon moves: runs of a batch framework end by themselves, the rest is ended by Mesos' own drain; on simulated processes beside a
 * real ZooKeeper.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { REAL_CLOCK } from "../../../src/http/connection.js";
import { MesosClient } from "../../../src/mesos/client.js";
import { drainAgents } from "../../../src/migration/drain/agents-drain.js";
import { drainRuns } from "../../../src/migration/drain/runs-drain.js";
import { waitFor } from "../../harness/wait.js";
import { ask, ProcessLab } from "../../sandbox/marathon/process-lab.js";

const DEADLINE_MS = 60_000;
const rest = suite("drain of what no Marathon moves");

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const [first] = error.diagnostics;
    return `${first?.code}: ${first?.summary}`;
  }
}

rest(
  "runs end by themselves, a service is ended by the drain, and a maintenance window is told",
  async () => {
    const lab = await ProcessLab.start();
    const { signal } = new AbortController();
    const mesos = new MesosClient({ masters: { addresses: [`${lab.ip(11)}:5050`] }, scheme: "http" });
    const url = `http://${lab.ip(51)}:4400/v1`;
    const job = (name: string, command: string) =>
      ask(`${url}/scheduler/iso8601`, "POST", { name, command, schedule: "R1//PT1H", cpus: 0.1, mem: 32 });
    try {
      lab.master(11);
      lab.agent(21);
      lab.batch(51, ["--zk_session_timeout=2secs"]);
      const frameworkId = await waitFor("it is registered", DEADLINE_MS, async () => {
        const { body } = await ask(`${url}/info`).catch(() => ({ body: {} as Record<string, unknown> }));
        return typeof body["frameworkId"] === "string" ? body["frameworkId"] : null;
      });
      await job("short", "sleep 3");
      await job("long", "sleep 100000");
      const running = async () => (await mesos.tasks(signal)).filter(({ state }) => state === "TASK_RUNNING");
      await waitFor("both run", DEADLINE_MS, async () => (await running()).length === 2);
      const [agent] = await mesos.agents(signal);
      if (agent === undefined) throw new Error("no agent");
      await mesos.deactivateAgent(agent.id, signal);
      const wait = { client: mesos, clock: REAL_CLOCK, signal, report: () => {} };
      const runs = { ...wait, framework: "MesosFramework/batch", frameworkId, emptied: new Set([agent.id]) };
      const { ended, left } = await drainRuns({ ...runs, endSeconds: 6 });
      assert.is(ended, 1);
      assert.match(left, /^\S*long\S* on /);
      assert.is((await running()).length, 1, "the short one has ended, and nothing was killed");

      const machine = { hostname: agent.hostname, ip: agent.ip };
      const window = { machines: [machine], startNs: Date.now() * 1e6, durationNs: null };
      await mesos.updateMaintenanceSchedule([window], signal);
      const drain = { ...wait, agents: [agent], maxGraceSeconds: 2, waitSeconds: 30 };
      assert.match(await codeOf(drainAgents(drain)), /^drain-maintenance: /);
      assert.is((await running()).length, 1);
      await mesos.updateMaintenanceSchedule([], signal);
      assert.is((await drainAgents(drain)).length, 1);
      assert.equal(await running(), []);
      assert.is((await mesos.agents(signal))[0]?.drain?.state, "DRAINED");
      assert.equal(await drainAgents(drain), [], "once more is nothing more");
    } finally {
      await mesos.close();
      await lab.close();
    }
  },
);

rest.run();
