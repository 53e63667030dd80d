/**
 * Two Marathons of the sandbox with a real ZooKeeper, one simulated master and two agents, all as processes: an app runs and is
 * scaled; the leading Marathon and later the master are killed with -9, and no task is lost.
 */
import type { ChildProcess } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { waitFor } from "../../harness/wait.js";
import { ask, ProcessLab } from "./process-lab.js";

const DEADLINE_MS = 60_000;
const APP = {
  id: "/shop/web",
  cmd: "sleep 100000",
  cpus: 0.1,
  mem: 32,
  instances: 2,
  labels: { "sandbox.ignore-sigterm": "true" },
  taskKillGracePeriodSeconds: 1,
  healthChecks: [{ protocol: "HTTP", path: "/", portIndex: 0, gracePeriodSeconds: 5, intervalSeconds: 1 }],
};

class Pair {
  readonly running = new Map<number, ChildProcess>();

  constructor(readonly lab: ProcessLab) {}

  start(last: number): void {
    this.running.set(last, this.lab.marathon(last));
  }

  /** As a supervisor does, until the old session is forgotten and the candidacy is taken. */
  keepRunning(): void {
    for (const [last, child] of this.running) if (child.exitCode !== null) this.start(last);
  }

  /** Until one of them has subscribed to a master. */
  async registered(): Promise<void> {
    await waitFor("a Marathon is registered", DEADLINE_MS, () => {
      this.keepRunning();
      return [...this.running.values()].some((child) => this.lab.text(child).includes("Registered as"));
    });
  }

  url(last: number): string {
    return `http://${this.lab.ip(last)}:8080`;
  }

  /** Which of them leads, by the answers of all that run. */
  async leading(): Promise<number> {
    return waitFor("a leading Marathon", DEADLINE_MS, async () => {
      for (const last of this.running.keys()) {
        const { status, headers, body } = await ask(`${this.url(last)}/v2/info`);
        if (status === 200 && headers["x-marathon-via"] === undefined && body["elected"] === true)
          return last;
      }
      return null;
    });
  }

  /** Ids of the app's tasks, once so many run, all healthy, in no deployment, and of this version. */
  async tasks(last: number, count: number, version?: string): Promise<string[]> {
    return waitFor(`${count} tasks run`, DEADLINE_MS, async () => {
      const { app } = (await ask(`${this.url(last)}/v2/apps${APP.id}`)).body as { app?: JsonObject };
      if (app?.["tasksHealthy"] !== count || app["tasksRunning"] !== count) return null;
      if ((app["deployments"] as readonly object[]).length > 0) return null;
      const tasks = app["tasks"] as readonly JsonObject[];
      if (version !== undefined && tasks.some((task) => task["version"] !== version)) return null;
      return tasks.map(({ id }) => String(id)).sort();
    });
  }
}

const marathons = suite("Marathons of the sandbox as processes");

marathons("a killed Marathon and a killed master cost no task", async () => {
  const lab = await ProcessLab.start();
  const pair = new Pair(lab);
  try {
    const master = lab.master(11);
    lab.agent(21);
    lab.agent(22);
    pair.start(41);
    pair.start(42);
    const first = await pair.leading();
    const second = first === 41 ? 42 : 41;

    const created = await ask(`${pair.url(second)}/v2/apps`, "POST", APP);
    assert.is(created.status, 201);
    assert.is(created.headers["x-marathon-via"], `1.1 ${lab.ip(second)}:8080`);
    assert.is(created.headers["x-marathon-leader"], pair.url(first));
    assert.match(String(created.headers["server"]), "simulation");
    await pair.tasks(first, 2);
    const scaled = await ask(`${pair.url(first)}/v2/apps${APP.id}`, "PUT", { instances: 3 });
    assert.is(scaled.status, 200);
    const tasks = await pair.tasks(first, 3);
    const { frameworkId } = (await ask(`${pair.url(first)}/v2/info`)).body;

    await lab.end(pair.running.get(first) as ChildProcess, "SIGKILL");
    pair.running.delete(first);
    assert.is(await pair.leading(), second);
    assert.equal(await pair.tasks(second, 3), tasks);
    assert.is((await ask(`${pair.url(second)}/v2/info`)).body["frameworkId"], frameworkId);

    await pair.registered();
    await lab.end(master, "SIGKILL");
    assert.is(await lab.end(pair.running.get(second) as ChildProcess), 103);
    lab.master(11);
    pair.start(first);
    await pair.registered();
    const third = await pair.leading();
    assert.equal(await pair.tasks(third, 3), tasks);
    await ask(`${pair.url(third)}/v2/apps${APP.id}`, "PUT", { instances: 4 });
    const more = await pair.tasks(third, 4);
    assert.equal(
      more.filter((id) => tasks.includes(id)),
      tasks,
    );

    const app = `${pair.url(third)}/v2/apps${APP.id}`;
    const hopeless = await ask(app, "PUT", { cpus: 900 });
    const back = await ask(`${pair.url(third)}/v2/deployments/${hopeless.body["deploymentId"]}`, "DELETE");
    assert.is(back.status, 200);
    await pair.tasks(third, 4, String(back.body["version"]));
    assert.is(((await ask(app)).body["app"] as JsonObject)["cpus"], APP.cpus);
    const before = Date.now();
    await ask(app, "DELETE");
    await waitFor("the app is gone", DEADLINE_MS, async () => {
      const { body } = await ask(`${pair.url(third)}/v2/deployments`);
      return (body as unknown as readonly object[]).length === 0 && (await ask(app)).status === 404;
    });
    assert.ok(Date.now() - before >= 900, "killed hard only after the grace period");
  } catch (error) {
    for (const child of pair.running.values()) console.error(lab.text(child));
    throw error;
  } finally {
    await lab.close();
  }
});

marathons.run();
