/**
 * Apps and a pod taken off two agents by the drain, on simulated masters, agents and Marathon as processes beside a real ZooKeeper. All the
 * time somebody looks how many instances of each serve.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { REAL_CLOCK } from "../../../src/http/connection.js";
import { MarathonClient } from "../../../src/marathon/client.js";
import { MesosClient } from "../../../src/mesos/client.js";
import { drainMarathon } from "../../../src/migration/drain/marathon-drain.js";
import { countFates, fatesOf } from "../../../src/migration/drain/tasks.js";
import type { Facts } from "../../../src/migration/model/ports.js";
import type { DrainOptions } from "../../../src/migration/model/spec.js";
import { waitFor } from "../../harness/wait.js";
import { ProcessLab } from "../../sandbox/marathon/process-lab.js";

const DEADLINE_MS = 120_000;
const OPTIONS: DrainOptions = {
  concurrency: 2,
  overCapacity: 0.5,
  pauseAfterFailures: 3,
  maxGraceSeconds: 10,
  runsEndSeconds: 10,
  acceptDowntimeOf: [],
};
const HEALTH = [
  { protocol: "MESOS_HTTP", path: "/", gracePeriodSeconds: 5, intervalSeconds: 1, portIndex: 0 },
];
const SLEEP = { cmd: "sleep 100000", cpus: 0.1, mem: 16 };

const drain = suite("drain of a Marathon");

/** Looks at an app until it is told to stop: the fewest that served at once. */
class Lowest {
  fewest = Number.POSITIVE_INFINITY;
  private stopped = false;
  private readonly looking: Promise<void>;

  constructor(client: MarathonClient, id: string, signal: AbortSignal) {
    const look = async () => {
      while (!this.stopped) {
        const app = await client.app(id, signal);
        if (app !== null)
          this.fewest = Math.min(this.fewest, app.hasHealthChecks ? app.healthy : app.running);
        await REAL_CLOCK.delay(50, signal);
      }
    };
    this.looking = look();
    // Whoever stops it hears of it; a test that fails before tells its own reason.
    this.looking.catch(() => {});
  }

  async stop(): Promise<number> {
    this.stopped = true;
    await this.looking;
    return this.fewest;
  }
}

drain(
  "nothing is ever below its size, nothing fails, and a drain that was cut off leaves sizes as they were",
  async () => {
    const lab = await ProcessLab.start();
    const { signal } = new AbortController();
    const mesos = new MesosClient({ masters: { addresses: [`${lab.ip(1)}:5050`] }, scheme: "http" });
    const marathon = new MarathonClient({ urls: [`http://${lab.ip(31)}:8080`] });
    try {
      lab.master(1);
      lab.agent(11);
      lab.agent(12);
      lab.marathon(31);
      const leads = () => marathon.leader(signal).catch(() => null);
      await waitFor("Marathon leads", DEADLINE_MS, async () => (await leads()) !== null);
      await marathon.createApp({ id: "/web", instances: 3, healthChecks: HEALTH, ...SLEEP }, {}, signal);
      const careless = { minimumHealthCapacity: 0, maximumOverCapacity: 0 };
      await marathon.createApp(
        { id: "/careless", instances: 4, upgradeStrategy: careless, ...SLEEP },
        {},
        signal,
      );
      // As many places on the new agents as it has instances: not one more may be needed.
      const spread = { id: "/spread", instances: 2, constraints: [["hostname", "UNIQUE"]] };
      await marathon.createApp({ ...spread, upgradeStrategy: careless, ...SLEEP }, {}, signal);
      const container = {
        name: "c",
        exec: { command: { shell: "sleep 100000" } },
        resources: { cpus: 0.1, mem: 16 },
      };
      await marathon.createPod(
        {
          id: "/pod",
          containers: [container],
          scaling: { kind: "fixed", instances: 2 },
          networks: [{ mode: "host" }],
        },
        {},
        signal,
      );
      const settled = async () => {
        const [web, other, pod] = [
          await marathon.app("/web", signal),
          await marathon.app("/careless", signal),
          await marathon.podStatus("/pod", signal),
        ];
        const apart = await marathon.app("/spread", signal);
        const stable = pod?.instances.filter((one) => one.status === "STABLE").length ?? 0;
        const none = (await marathon.deployments(signal)).length === 0;
        return web?.healthy === 3 && other?.running === 4 && stable === 2 && apart?.running === 2 && none;
      };
      await waitFor("all run", DEADLINE_MS, settled);
      const old = new Set((await mesos.agents(signal)).map(({ id }) => id));
      assert.is(old.size, 2);
      lab.agent(21);
      lab.agent(22);
      await waitFor("four agents", DEADLINE_MS, async () => (await mesos.agents(signal)).length === 4);
      for (const id of old) await mesos.deactivateAgent(id, signal);
      const before = (await mesos.tasks(signal)).filter((task) => old.has(task.agentId));
      const watched = ["/web", "/careless", "/spread"].map((id) => new Lowest(marathon, id, signal));

      let noted: Facts = {};
      const cut = new AbortController();
      const work = (stop: AbortSignal) => ({
        framework: "MarathonInstance/m",
        client: marathon,
        emptied: old,
        options: OPTIONS,
        clock: REAL_CLOCK,
        signal: stop,
        noted,
        note: async (facts: Facts) => {
          noted = { ...noted, ...facts };
        },
        report: (message: string) => {
          // In the middle of the move of an app that was made bigger.
          if (message.startsWith("/careless: ends")) cut.abort(new Error("killed"));
        },
      });
      await drainMarathon(work(cut.signal)).then(
        () => assert.unreachable("it was to be cut off"),
        (error: unknown) => assert.ok(cut.signal.aborted, String(error)),
      );
      assert.is(noted["instances:/careless"], 4);
      await drainMarathon(work(signal));

      assert.is(noted["instances:/careless"], 0, "what is scaled from now on is somebody else's");
      await waitFor("all run again", DEADLINE_MS, settled);
      assert.equal(await Promise.all(watched.map((each) => each.stop())), [3, 4, 2]);
      const now = await mesos.tasks(signal);
      assert.equal(
        now.filter((task) => old.has(task.agentId) && task.state === "TASK_RUNNING").map((task) => task.id),
        [],
      );
      const counts = countFates(fatesOf(before, now, old));
      assert.equal(
        { ...counts, moved: 0 },
        { there: 0, moved: 0, finished: 0, missing: 0, "failed-by-us": 0, "failed-by-itself": 0, unknown: 0 },
      );
      assert.is(counts.moved, before.length);
    } finally {
      await mesos.close();
      await marathon.close();
      await lab.close();
    }
  },
);

drain.run();
