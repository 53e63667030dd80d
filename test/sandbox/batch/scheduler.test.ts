/** The batch scheduler on a cluster in memory: runs at their times, retries, kills, a new leader. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Job, readJob, readJobs } from "../../../src/sandbox/batch/job.js";
import { type BatchStore, Scheduler } from "../../../src/sandbox/batch/scheduler.js";
import type { JsonObject } from "../../../src/value/json.js";
import { MemoryCluster } from "../marathon/engine/memory-cluster.js";
import { AGENTS, ManualClock } from "../marathon/engine/world.js";

class Stored implements BatchStore {
  readonly jobs = new Map<string, Job>();
  frameworkId: string | null = null;
  async putJob(job: Job): Promise<void> {
    this.jobs.set(job.name, job);
  }
  async removeJob(name: string): Promise<void> {
    this.jobs.delete(name);
  }
  async putFrameworkId(id: string): Promise<void> {
    this.frameworkId = id;
  }
}

class World {
  failed: string | null = null;
  readonly scheduler: Scheduler;

  constructor(
    readonly store = new Stored(),
    readonly clock = new ManualClock(),
    readonly cluster = new MemoryCluster(clock, AGENTS),
  ) {
    const failed = (text: string) => {
      this.failed = text;
    };
    this.scheduler = new Scheduler({ clock, cluster, store, retryMs: 1_000, log: () => {}, failed });
  }

  async start(): Promise<this> {
    await this.scheduler.start([...this.store.jobs.values()], this.store.frameworkId);
    await this.clock.pass(50);
    return this;
  }

  async put(job: JsonObject): Promise<void> {
    const read = readJob({ command: "exec ./job", ...job }, this.clock.now());
    if (typeof read === "string") throw new Error(read);
    await this.scheduler.put(read);
    await this.clock.pass(200);
  }

  job(name: string): Job {
    const job = this.scheduler.job(name);
    if (job === null) throw new Error(`no job ${name}`);
    return job;
  }

  /** Ends what runs. */
  async finish(state: string): Promise<void> {
    for (const id of this.cluster.tasks.keys()) this.cluster.finish(id, state);
    await this.clock.pass(100);
  }
}

const batch = suite("the batch scheduler");

batch("a job runs at its times, once at a time, as often as asked for", async () => {
  const world = await new World().start();
  await world.put({ name: "nightly", schedule: "R2//PT10S" });
  assert.is(world.cluster.tasks.size, 1);
  assert.match([...world.cluster.tasks.keys()][0] ?? "", /^ct:\d+:0:nightly:$/);
  await world.finish("TASK_FINISHED");
  assert.is(world.job("nightly").successCount, 1);
  await world.clock.pass(10_500);
  assert.is(world.cluster.tasks.size, 1);
  await world.finish("TASK_FINISHED");
  await world.clock.pass(60_000);
  assert.equal([world.job("nightly").successCount, world.cluster.tasks.size], [2, 0]);
  assert.is(world.store.jobs.get("nightly")?.schedule.repetitions, 0);
  await world.put({ name: "long", schedule: "R//PT5S" });
  await world.clock.pass(30_000);
  assert.is(world.cluster.tasks.size, 1);
});

batch("a failure is tried again as often as the job says", async () => {
  const world = await new World().start();
  await world.put({ name: "flaky", schedule: "R1//PT1H", retries: 2 });
  for (const failures of [1, 2, 3]) {
    assert.is(world.cluster.tasks.size, 1);
    await world.finish("TASK_FAILED");
    assert.is(world.job("flaky").errorCount, failures);
    await world.clock.pass(1_500);
  }
  assert.is(world.cluster.tasks.size, 0);
  world.scheduler.run("flaky");
  await world.clock.pass(500);
  await world.finish("TASK_FINISHED");
  assert.equal([world.job("flaky").successCount, world.job("flaky").errorsSinceLastSuccess], [1, 0]);
});

batch("killed and removed jobs leave nothing behind", async () => {
  const world = await new World().start();
  await world.put({ name: "a", schedule: "R//PT1H" });
  world.scheduler.kill("a");
  await world.clock.pass(5_000);
  assert.equal([world.cluster.tasks.size, world.job("a").errorCount, world.job("a").tasks.length], [0, 0, 0]);
  await world.put({ name: "b", schedule: "R//PT1H" });
  assert.is(world.cluster.tasks.size, 1);
  await world.scheduler.remove("b");
  await world.clock.pass(5_000);
  assert.equal([world.cluster.tasks.size, [...world.store.jobs.keys()]], [0, ["a"]]);
});

batch("a job that fits nowhere waits, and runs when there is room", async () => {
  const world = await new World().start();
  await world.put({ name: "big", schedule: "R1//PT1H", cpus: 8 });
  assert.is(world.cluster.tasks.size, 0);
  await world.put({ name: "big", schedule: "R1//PT1H", cpus: 2 });
  assert.is(world.cluster.tasks.size, 1);
});

batch("the next leader keeps framework id, tasks and counts", async () => {
  const first = await new World().start();
  await first.put({ name: "service", schedule: "R1//PT1H" });
  const [id] = first.cluster.tasks.keys();
  await first.scheduler.stop();
  const second = await new World(first.store, first.clock, first.cluster).start();
  assert.is(second.scheduler.frameworkId, first.store.frameworkId);
  assert.equal([...second.cluster.tasks.keys()], [id]);
  await second.finish("TASK_FINISHED");
  assert.is(second.job("service").successCount, 1);
});

batch(
  "the list of jobs to begin with: all of them, or a sentence about the first that cannot be used",
  () => {
    const good = { name: "report", schedule: "R//PT20S", command: "sleep 8" };
    const jobs = readJobs(JSON.stringify([good, { ...good, name: "cleanup" }]), 1_000);
    assert.equal(typeof jobs === "string" ? jobs : jobs.map(({ name }) => name), ["report", "cleanup"]);
    for (const [text, problem] of [
      ["[", /not JSON/],
      ["{}", /no list/],
      [JSON.stringify([good, { ...good, schedule: "daily" }]), /schedule 'daily'/],
    ] as const)
      assert.match(String(readJobs(text, 1_000)), problem);
  },
);

batch.run();
