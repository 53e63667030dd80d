/**
 * The batch framework as a process, without checkpointing: it runs jobs, survives its master and its own death with the same
 * framework id, and loses its tasks when their agent restarts, as a framework without checkpointing must.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { waitFor } from "../../harness/wait.js";
import { ask, ProcessLab } from "../marathon/process-lab.js";

const DEADLINE_MS = 60_000;
const FLAGS = ["--no-checkpoint", "--zk_session_timeout=2secs", "--failure_retry=10mins"];

const batch = suite("the batch framework as a process");

batch("jobs run; masters come and go; without checkpoints an agent's restart costs its tasks", async () => {
  const lab = await ProcessLab.start();
  const url = `http://${lab.ip(51)}:4400/v1`;
  const job = async (name: string): Promise<JsonObject | undefined> => {
    const jobs = (await ask(`${url}/scheduler/jobs`)).body as unknown as readonly JsonObject[];
    return jobs.find((one) => one["name"] === name);
  };
  const counts = (name: string, field: string, count: number) =>
    waitFor(
      `${name} has ${field} ${count}`,
      DEADLINE_MS,
      async () => ((await job(name))?.[field] as number) >= count,
    );
  const runningTask = () =>
    waitFor("the service runs", DEADLINE_MS, async () => {
      const tasks = (await job("service"))?.["tasks"] as readonly JsonObject[] | undefined;
      return tasks?.length === 1 ? String(tasks[0]?.["id"]) : null;
    });
  let child = lab.batch(51, FLAGS);
  try {
    const master = lab.master(11);
    const agent = lab.agent(21);
    const info = await waitFor("it is registered", DEADLINE_MS, async () => {
      const answer = await ask(`${url}/info`);
      return typeof answer.body["frameworkId"] === "string" ? answer : null;
    });
    assert.match(String(info.headers["server"]), "simulation");
    assert.is(info.body["checkpoint"], false);
    const quick = { name: "quick", command: "true", schedule: "R2//PT1S", cpus: 0.1, mem: 32 };
    assert.is((await ask(`${url}/scheduler/iso8601`, "POST", quick)).status, 204);
    const service = { ...quick, name: "service", command: "sleep 100000", schedule: "R1//PT1H" };
    assert.is((await ask(`${url}/scheduler/iso8601`, "POST", service)).status, 204);
    assert.is((await ask(`${url}/scheduler/iso8601`, "POST", { name: "x" })).status, 400);
    await counts("quick", "successCount", 2);
    const task = await runningTask();

    const registrations = () => lab.text(child).split("Registered as").length - 1;
    await lab.end(master, "SIGKILL");
    lab.master(11);
    await waitFor("it follows the new master", DEADLINE_MS, () => registrations() === 2);
    await lab.end(child, "SIGKILL");
    child = lab.batch(51, FLAGS);
    await waitFor("it is back", DEADLINE_MS, () => registrations() === 1);
    assert.is((await ask(`${url}/info`)).body["frameworkId"], info.body["frameworkId"]);
    assert.is(await runningTask(), task);
    assert.is((await job("service"))?.["errorCount"], 0);

    // At once: neither its agent's return nor its removal is awaited.
    await lab.end(agent, "SIGKILL");
    await waitFor("the task is lost", 5_000, async () => (await job("service"))?.["errorCount"] === 1);
    const known = (await ask(`http://${lab.ip(11)}:5050/tasks`)).body["tasks"] as readonly JsonObject[];
    const lost = known.find(({ id }) => id === task);
    const statuses = lost?.["statuses"] as readonly JsonObject[];
    assert.is(lost?.["state"], "TASK_LOST");
    assert.is(statuses.at(-1)?.["state"], "TASK_LOST");
    lab.agent(21);
    await ask(`${url}/scheduler/job/service`, "PUT");
    assert.is.not(await runningTask(), task);
  } catch (error) {
    console.error(lab.text(child));
    throw error;
  } finally {
    await lab.close();
  }
});

batch.run();
