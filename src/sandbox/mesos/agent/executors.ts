/**
 * The executors and tasks of one agent: started, driven along their course, killed, acknowledged, ended. What is to survive the
 * agent is given to the store at each change; no process is ever started.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../../../value/json.js";
import type { FrameworkReport, FromAgent, ToAgent } from "../link/messages.js";
import { isTerminal, type TaskStatus } from "../model/status.js";
import type { ExecutorRecord, FrameworkRecord, KillRecord, TaskRecord } from "./executor-record.js";
import { nextChange } from "./task-course.js";

/** Milliseconds: of the kill policy without a value, of an executor after its last task, and between tries of an update. */
const DEFAULT_GRACE_MS = 3000;
const LINGER_MS = 1000;
const RETRY_MS = 10_000;

/** Where records go that must survive the agent. */
export interface ExecutorStore {
  framework(agentId: string, framework: FrameworkReport): void;
  executor(agentId: string, executor: ExecutorRecord): void;
  executorEnded(agentId: string, executor: ExecutorRecord): void;
  frameworkEnded(agentId: string, frameworkId: string): void;
}

export interface ExecutorsOptions {
  readonly clock: { now(): number; after(ms: number, call: () => void): () => void };
  readonly store: ExecutorStore | null;
  readonly ip: string;
  readonly agentId: () => string;
  /** Whether a master would take a message now. */
  readonly connected: () => boolean;
  readonly send: (message: FromAgent) => void;
  /** --max_completed_executors_per_framework. */
  readonly keptExecutors: number;
  /** --http_command_executor: such an executor is told the drain's shorter grace. */
  readonly httpCommandExecutor: boolean;
  /** A framework has no executor here any more. */
  readonly onIdle: () => void;
}

export class Executors {
  readonly frameworks = new Map<string, FrameworkRecord>();
  readonly completedFrameworks = new Map<string, FrameworkRecord>();
  private nextPid = 20_000;
  private readonly timers = new Map<TaskRecord, () => void>();
  private readonly retries = new Map<TaskRecord, () => void>();
  readonly counts = new Map<string, number>();
  /** What a master was told last of each task since this agent started; it forgets that when it is killed. */
  readonly forwarded = new WeakMap<TaskRecord, TaskStatus>();

  constructor(private readonly options: ExecutorsOptions) {}

  /** What the checkpoint holds; tasks go on where they would be by now. */
  recover(frameworks: readonly FrameworkReport[], executors: readonly ExecutorRecord[]): void {
    for (const framework of frameworks) this.frameworkOf(framework);
    for (const executor of executors) {
      const framework = this.frameworks.get(executor.frameworkId);
      if (framework === undefined) continue;
      framework.executors.set(executor.id, executor);
      this.nextPid = Math.max(this.nextPid, executor.pid + 1);
      for (const task of executor.tasks) this.drive(framework, executor, task);
      this.endIfIdle(framework, executor);
    }
  }

  get liveExecutors(): number {
    let count = 0;
    for (const { executors } of this.frameworks.values()) count += executors.size;
    return count;
  }

  *tasks(): Iterable<{ framework: FrameworkRecord; executor: ExecutorRecord; task: TaskRecord }> {
    for (const framework of this.frameworks.values()) {
      for (const executor of framework.executors.values()) {
        for (const task of executor.tasks) yield { framework, executor, task };
      }
    }
  }

  run(message: Extract<ToAgent, { kind: "run" }>): void {
    const framework = this.frameworkOf(message.framework);
    this.persistFramework(framework);
    for (const info of message.tasks) {
      const taskId = (info["task_id"] as { value: string }).value;
      const executor = this.executorOf(framework, taskId, message.executor, message.role);
      const task: TaskRecord = {
        id: taskId,
        info,
        state: "TASK_STAGING",
        statuses: [],
        updates: [],
        launchedAt: this.options.clock.now(),
        runningAt: null,
        healthy: null,
        kill: null,
      };
      executor.tasks.push(task);
      this.persist(framework, executor);
      this.drive(framework, executor, task);
    }
  }

  private frameworkOf(report: FrameworkReport): FrameworkRecord {
    const known = this.frameworks.get(report.id) ?? this.completedFrameworks.get(report.id);
    const framework: FrameworkRecord = {
      ...report,
      executors: known?.executors ?? new Map(),
      completedExecutors: known?.completedExecutors ?? [],
    };
    this.completedFrameworks.delete(report.id);
    this.frameworks.set(report.id, framework);
    return framework;
  }

  updateFramework(report: FrameworkReport): void {
    if (this.frameworks.has(report.id)) this.persistFramework(this.frameworkOf(report));
  }

  private executorOf(
    framework: FrameworkRecord,
    taskId: string,
    custom: JsonObject | null,
    role: string,
  ): ExecutorRecord {
    const own =
      custom === null ? undefined : (custom["executor_id"] as { value?: string } | undefined)?.value;
    const id = own ?? taskId;
    const known = framework.executors.get(id);
    if (known !== undefined) return known;
    const executor: ExecutorRecord = {
      id,
      frameworkId: framework.id,
      containerId: randomUUID(),
      pid: this.nextPid++,
      custom,
      role,
      tasks: [],
      completedTasks: [],
    };
    framework.executors.set(id, executor);
    return executor;
  }

  /** Makes all changes that are due and sets the clock for the next. */
  private drive(framework: FrameworkRecord, executor: ExecutorRecord, task: TaskRecord): void {
    const { clock } = this.options;
    this.timers.get(task)?.();
    this.timers.delete(task);
    for (let next = nextChange(task); next !== null; next = nextChange(task)) {
      const wait = next.at - clock.now();
      if (wait > 0) {
        // A timer can wait 24.8 days at most; whoever runs longer is looked at again then.
        const ms = Math.min(Math.ceil(wait * 1000), 2 ** 31 - 1);
        this.timers.set(
          task,
          clock.after(ms, () => this.drive(framework, executor, task)),
        );
        return;
      }
      this.change(framework, executor, task, next.status, next.at);
    }
    this.sendUpdate(framework, task);
  }

  private change(
    framework: FrameworkRecord,
    executor: ExecutorRecord,
    task: TaskRecord,
    change: Pick<TaskStatus, "state" | "message" | "reason" | "healthy">,
    at: number,
  ): void {
    task.state = change.state;
    if (change.state === "TASK_RUNNING" && task.runningAt === null) task.runningAt = at;
    if (change.healthy !== undefined) task.healthy = change.healthy;
    const status: TaskStatus = {
      taskId: task.id,
      source: "SOURCE_EXECUTOR",
      timestamp: Math.round(at * 1e6) / 1e6,
      agentId: this.options.agentId(),
      executorId: executor.id,
      uuid: randomBytes(16).toString("base64"),
      container: this.containerOf(executor),
      ...(task.healthy === null ? {} : { healthy: task.healthy }),
      ...change,
    };
    if (task.statuses.at(-1)?.state === status.state) task.statuses.pop();
    task.statuses.push(status);
    task.updates.push(status);
    this.counts.set(status.state, (this.counts.get(status.state) ?? 0) + 1);
    this.persist(framework, executor);
    this.sendUpdate(framework, task);
  }

  private containerOf(executor: ExecutorRecord): object {
    const address = { protocol: "IPv4", ip_address: this.options.ip };
    return {
      container_id: { value: executor.containerId },
      network_infos: [{ ip_addresses: [address] }],
      executor_pid: executor.pid,
    };
  }

  /** The oldest update that nobody acknowledged, again and again until somebody does. */
  private sendUpdate(framework: FrameworkRecord, task: TaskRecord): void {
    const [status] = task.updates;
    if (status === undefined || this.retries.has(task) || !this.options.connected()) return;
    this.retries.set(
      task,
      this.options.clock.after(RETRY_MS, () => {
        this.retries.delete(task);
        this.sendUpdate(framework, task);
      }),
    );
    this.forwarded.set(task, status);
    this.options.send({
      kind: "update",
      agentId: this.options.agentId(),
      frameworkId: framework.id,
      status,
      latest: task.state,
    });
  }

  /** After a registration: everything that waits is sent at once. */
  resume(): void {
    for (const cancel of this.retries.values()) cancel();
    this.retries.clear();
    for (const { framework, task } of this.tasks()) this.sendUpdate(framework, task);
  }

  acknowledge(frameworkId: string, taskId: string, uuid: string): void {
    const found = this.find(frameworkId, taskId);
    if (found === null) return;
    const { framework, executor, task } = found;
    if (task.updates[0]?.uuid !== uuid) return;
    this.retries.get(task)?.();
    this.retries.delete(task);
    task.updates.shift();
    if (task.updates.length === 0 && isTerminal(task.state)) {
      executor.tasks = executor.tasks.filter((each) => each !== task);
      executor.completedTasks.push(task);
    }
    this.persist(framework, executor);
    this.sendUpdate(framework, task);
    this.endIfIdle(framework, executor);
  }

  private find(frameworkId: string, taskId: string) {
    const framework = this.frameworks.get(frameworkId);
    for (const executor of framework?.executors.values() ?? []) {
      const task = executor.tasks.find(({ id }) => id === taskId);
      if (framework !== undefined && task !== undefined) return { framework, executor, task };
    }
    return null;
  }

  kill(frameworkId: string, taskId: string, graceMs: number | null): void {
    const found = this.find(frameworkId, taskId);
    if (found === null) return;
    const grace = graceMs ?? ownGrace(found.task);
    this.killTask(found.framework, found.executor, found.task, { graceMs: grace, why: "asked" });
  }

  /** @param maxGraceMs null = no cap; Mesos' own command executor is not told of it unless it speaks HTTP */
  killForDrain(maxGraceMs: number | null, markGone: boolean): void {
    for (const { framework, executor, task } of [...this.tasks()]) {
      const capped = maxGraceMs !== null && (executor.custom !== null || this.options.httpCommandExecutor);
      const graceMs = capped ? Math.min(maxGraceMs, ownGrace(task)) : ownGrace(task);
      this.killTask(framework, executor, task, { graceMs, why: markGone ? "draining-gone" : "draining" });
    }
  }

  private killTask(
    framework: FrameworkRecord,
    executor: ExecutorRecord,
    task: TaskRecord,
    how: Omit<KillRecord, "at">,
  ): void {
    if (isTerminal(task.state) || task.kill !== null) return;
    const at = this.options.clock.now();
    task.kill = { ...how, at };
    if (hasCapability(framework, "TASK_KILLING_STATE"))
      this.change(framework, executor, task, { state: "TASK_KILLING" }, at);
    else this.persist(framework, executor);
    this.drive(framework, executor, task);
  }

  /** Its executors die; nobody is told of their tasks. */
  shutdownFramework(frameworkId: string): void {
    const framework = this.frameworks.get(frameworkId);
    if (framework === undefined) return;
    for (const executor of [...framework.executors.values()]) this.destroy(framework, executor);
    this.completeIfIdle(framework);
  }

  shutdownExecutor(frameworkId: string, executorId: string): void {
    const framework = this.frameworks.get(frameworkId);
    const executor = framework?.executors.get(executorId);
    if (framework === undefined || executor === undefined) return;
    const at = this.options.clock.now();
    for (const task of executor.tasks.filter(({ state }) => !isTerminal(state))) {
      const message = "Executor terminated";
      this.change(
        framework,
        executor,
        task,
        { state: "TASK_FAILED", message, reason: "REASON_EXECUTOR_TERMINATED" },
        at,
      );
    }
  }

  shutdownAll(): void {
    for (const id of [...this.frameworks.keys()]) this.shutdownFramework(id);
  }

  private destroy(framework: FrameworkRecord, executor: ExecutorRecord): void {
    for (const task of executor.tasks) {
      this.timers.get(task)?.();
      this.timers.delete(task);
      this.retries.get(task)?.();
      this.retries.delete(task);
      if (!isTerminal(task.state)) task.state = "TASK_KILLED";
    }
    executor.completedTasks.push(...executor.tasks);
    executor.tasks = [];
    this.end(framework, executor);
  }

  /** An executor leaves a moment after its last task was acknowledged. */
  private endIfIdle(framework: FrameworkRecord, executor: ExecutorRecord): void {
    if (executor.tasks.length > 0) return;
    this.options.clock.after(LINGER_MS, () => {
      if (executor.tasks.length > 0 || framework.executors.get(executor.id) !== executor) return;
      this.end(framework, executor);
      this.completeIfIdle(framework);
    });
  }

  private end(framework: FrameworkRecord, executor: ExecutorRecord): void {
    framework.executors.delete(executor.id);
    framework.completedExecutors.push(executor);
    if (framework.completedExecutors.length > this.options.keptExecutors)
      framework.completedExecutors.shift();
    this.options.store?.executorEnded(this.options.agentId(), executor);
    if (executor.custom === null || !this.options.connected()) return;
    const agentId = this.options.agentId();
    this.options.send({
      kind: "executor-exited",
      agentId,
      frameworkId: framework.id,
      executorId: executor.id,
      status: 0,
    });
  }

  private completeIfIdle(framework: FrameworkRecord): void {
    if (framework.executors.size > 0 || this.frameworks.get(framework.id) !== framework) return;
    this.frameworks.delete(framework.id);
    this.completedFrameworks.set(framework.id, framework);
    this.options.store?.frameworkEnded(this.options.agentId(), framework.id);
    this.options.onIdle();
  }

  private persist(framework: FrameworkRecord, executor: ExecutorRecord): void {
    if (framework.info["checkpoint"] === true) this.options.store?.executor(this.options.agentId(), executor);
  }

  private persistFramework(framework: FrameworkRecord): void {
    if (framework.info["checkpoint"] === true)
      this.options.store?.framework(this.options.agentId(), framework);
  }
}

/** Milliseconds of the task's kill policy. */
function ownGrace(task: TaskRecord): number {
  const policy = task.info["kill_policy"];
  const grace = isObject(policy) ? policy["grace_period"] : undefined;
  const nanos = isObject(grace) ? grace["nanoseconds"] : undefined;
  return typeof nanos === "number" ? nanos / 1e6 : DEFAULT_GRACE_MS;
}

function hasCapability(framework: FrameworkRecord, name: string): boolean {
  const { capabilities } = framework.info;
  return Array.isArray(capabilities) && capabilities.some((each) => isObject(each) && each["type"] === name);
}
