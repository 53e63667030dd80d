/**
 * The jobs and their runs: begins what is due, launches it from offers, counts how it went and tries again what failed. It keeps
 * its framework id and goes on with each new master. Knows neither HTTP nor ZooKeeper.
 */
import type { JsonObject } from "../../value/json.js";
import { type Clock, iso } from "../framework/clock.js";
import type { Cluster, ClusterListener, Offer, TaskStatus } from "../framework/cluster.js";
import type { Job, JobTask } from "./job.js";
import { turn } from "./schedule.js";
import { jobNameIn, roomOf, taskIdOf, taskInfo, without } from "./task.js";

export interface BatchStore {
  putJob(job: Job): Promise<void>;
  removeJob(name: string): Promise<void>;
  putFrameworkId(id: string): Promise<void>;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly store: BatchStore;
  /** Milliseconds between a failure and the next try. */
  readonly retryMs: number;
  readonly log: (text: string) => void;
  /** Nothing can go on: the store or Mesos refuses. Called once at most. */
  readonly failed: (text: string) => void;
}

interface Run {
  readonly name: string;
  readonly attempt: number;
}

const ALIVE = ["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_UNREACHABLE"];
/** Longer waits are cut into pieces: clocks may be set. */
const LONGEST_WAIT_MS = 60_000;
const REFUSE_SECONDS = 3600;

export class Scheduler {
  frameworkId: string | null = null;
  private readonly jobs = new Map<string, Job>();
  private readonly sentenced = new Set<string>();
  private waiting: Run[] = [];
  private connected = false;
  private saving: Promise<void> = Promise.resolve();
  private cancelTick: () => void = () => {};
  private ended = false;

  constructor(private readonly options: SchedulerOptions) {}

  /** Registers with the id of before, if there is one. Rejects when the master's address cannot be used. */
  async start(jobs: readonly Job[], frameworkId: string | null): Promise<void> {
    for (const job of jobs) this.jobs.set(job.name, job);
    this.frameworkId = frameworkId;
    this.tick();
    await this.options.cluster.start(frameworkId, this.listener());
  }

  /** Leaves the master; tasks run on. */
  async stop(): Promise<void> {
    this.ended = true;
    this.cancelTick();
    await this.options.cluster.stop();
    await this.saving;
  }

  get list(): readonly Job[] {
    return [...this.jobs.values()];
  }

  job(name: string): Job | null {
    return this.jobs.get(name) ?? null;
  }

  /** Adds a job, or replaces the one of that name. Resolves when it is stored. */
  put(job: Job): Promise<void> {
    const saved = this.save(job);
    this.tick();
    // What it asks for may fit now into what was refused before.
    if (this.connected && this.waiting.some(({ name }) => name === job.name)) this.options.cluster.revive();
    return saved;
  }

  /** Forgets a job and kills what runs of it. */
  remove(name: string): Promise<void> {
    this.kill(name);
    this.jobs.delete(name);
    this.waiting = this.waiting.filter((run) => run.name !== name);
    return this.write(() => this.options.store.removeJob(name));
  }

  /** Once more, apart from its schedule. */
  run(name: string): void {
    this.want({ name, attempt: 0 });
  }

  /** Kills all tasks of a job; they are not tried again. */
  kill(name: string): void {
    for (const { id, agentId } of this.jobs.get(name)?.tasks ?? []) {
      this.sentenced.add(id);
      this.options.cluster.kill(id, agentId);
    }
  }

  private listener(): ClusterListener {
    return {
      registered: (id, { hostname, port }) => this.registered(id, `${hostname}:${port}`),
      offers: (offers) => this.offered(offers),
      rescinded: () => {}, // an offer is used or declined as soon as it comes
      status: (status) => this.received(status),
      disconnected: () => {
        this.connected = false;
      },
      refused: (message) => this.fail(`Mesos refuses: ${message}`),
    };
  }

  private registered(id: string, master: string): void {
    this.options.log(`Registered as ${id} with master ${master}`);
    if (this.frameworkId !== id) void this.write(() => this.options.store.putFrameworkId(id));
    this.frameworkId = id;
    this.connected = true;
    const known = this.list.flatMap(({ tasks }) =>
      tasks.map(({ id: taskId, agentId }) => ({ taskId, agentId })),
    );
    if (known.length > 0) this.options.cluster.reconcile(known);
    if (this.waiting.length > 0) this.options.cluster.revive();
    else this.options.cluster.suppress();
  }

  /** Begins what is due, and wakes up again when the next may be. */
  private tick(): void {
    this.cancelTick();
    if (this.ended) return;
    const now = this.options.clock.now();
    let wait = LONGEST_WAIT_MS;
    for (const job of this.jobs.values()) {
      const { due, schedule } = turn(job.schedule, now, job.epsilonMs);
      if (schedule !== job.schedule) void this.save({ ...job, schedule });
      // One run at a time: a job that is still at it misses its turn.
      if (due && !job.disabled && job.tasks.length === 0) this.want({ name: job.name, attempt: 0 });
      if (schedule.repetitions !== 0) wait = Math.min(wait, Math.max(1, schedule.next - now));
    }
    this.cancelTick = this.options.clock.after(wait, () => this.tick());
  }

  private want(run: Run): void {
    if (this.waiting.some(({ name }) => name === run.name)) return;
    this.waiting.push(run);
    if (this.connected) this.options.cluster.revive();
  }

  private offered(offers: readonly Offer[]): void {
    const declined = offers.filter((offer) => !this.use(offer)).map(({ id }) => id);
    if (declined.length > 0) this.options.cluster.decline(declined, REFUSE_SECONDS);
    if (this.waiting.length === 0) this.options.cluster.suppress();
  }

  private use(offer: Offer): boolean {
    const now = this.options.clock.now();
    const infos: JsonObject[] = [];
    const saves: Promise<void>[] = [];
    let room = roomOf(offer);
    for (const run of [...this.waiting]) {
      const job = this.jobs.get(run.name);
      const left = job === undefined ? null : without(room, job);
      if (job === undefined || left === null) continue;
      room = left;
      const task: JobTask = {
        id: taskIdOf(job, run.attempt, now),
        agentId: offer.agentId,
        attempt: run.attempt,
      };
      infos.push(taskInfo(job, task.id, offer));
      this.waiting = this.waiting.filter((one) => one !== run);
      saves.push(this.save({ ...job, tasks: [...job.tasks, task] }));
    }
    if (infos.length === 0) return false;
    // Stored first: a task that nobody remembers would be killed.
    void Promise.all(saves).then(() =>
      this.options.cluster.accept(offer.id, [{ kind: "tasks", tasks: infos }], 0),
    );
    return true;
  }

  private received(status: TaskStatus): void {
    this.options.cluster.acknowledge(status);
    const { taskId, agentId, state } = status;
    const job = this.jobs.get(jobNameIn(taskId) ?? "");
    const task = job?.tasks.find(({ id }) => id === taskId);
    if (ALIVE.includes(state)) {
      if (task === undefined || this.sentenced.has(taskId)) this.options.cluster.kill(taskId, agentId);
      return;
    }
    if (job === undefined || task === undefined) return;
    const rest = { ...job, tasks: job.tasks.filter((one) => one !== task) };
    const now = iso(this.options.clock.now());
    if (state === "TASK_FINISHED") {
      const successCount = job.successCount + 1;
      void this.save({ ...rest, successCount, errorsSinceLastSuccess: 0, lastSuccess: now });
    } else if (this.sentenced.delete(taskId)) void this.save(rest);
    else this.failedRun(rest, task, now, `${state} ${status.message}`);
  }

  private failedRun(job: Job, task: JobTask, now: string, why: string): void {
    this.options.log(`Run ${task.id} failed: ${why}`);
    const { errorCount, errorsSinceLastSuccess: before } = job;
    void this.save({
      ...job,
      errorCount: errorCount + 1,
      errorsSinceLastSuccess: before + 1,
      lastError: now,
    });
    if (task.attempt >= job.retries || job.disabled) return;
    this.options.clock.after(this.options.retryMs, () => {
      if (!this.ended && this.jobs.get(job.name)?.tasks.length === 0)
        this.want({ name: job.name, attempt: task.attempt + 1 });
    });
  }

  private save(job: Job): Promise<void> {
    this.jobs.set(job.name, job);
    return this.write(() => this.options.store.putJob(job));
  }

  /** One after the other; the first that fails is the end. */
  private write(call: () => Promise<void>): Promise<void> {
    this.saving = this.saving.then(call).catch((error: unknown) => {
      this.fail(`cannot store: ${error instanceof Error ? error.message : String(error)}`);
    });
    return this.saving;
  }

  private fail(text: string): void {
    if (this.ended) return;
    this.ended = true;
    this.cancelTick();
    this.options.failed(text);
  }
}
