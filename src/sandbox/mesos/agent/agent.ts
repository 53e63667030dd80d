/**
 * One simulated agent without its HTTP server: recovers its checkpoint, follows the leading master, registers, and does what it
 * is told. It neither detects the leader nor ends the process: both are given to it.
 */
import type { WriteLog } from "../coordination/process-end.js";
import type { AgentReport, ExecutorReport, FromAgent, TaskReport, ToAgent } from "../link/messages.js";
import type { Attribute } from "../model/attribute.js";
import { AGENT_CAPABILITIES, VERSION } from "../model/build.js";
import type { Flags } from "../model/flags.js";
import { keptDetails } from "../model/task-details.js";
import type { AgentStore } from "./checkpoint.js";
import { incompatibility, refusalText } from "./compatibility.js";
import type { AgentRecord, DrainRecord } from "./executor-record.js";
import { Executors } from "./executors.js";

export interface Leader {
  /** `ip:port`. */
  readonly host: string;
  readonly port: number;
}

/** A connection to a master, as link/client.ts makes it. */
export interface Connection {
  send(pid: string, message: FromAgent): void;
  close(): void;
}

export interface ConnectionHandler {
  readonly onOpen: () => void;
  readonly onMessage: (message: ToAgent) => void;
  readonly onClose: (reason: string) => void;
  readonly onRefused: () => void;
}

export interface AgentOptions {
  readonly flags: Flags;
  readonly clock: { now(): number; after(ms: number, call: () => void): () => void };
  readonly random: () => number;
  readonly log: WriteLog;
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
  /** Resource messages of --resources. */
  readonly resources: readonly object[];
  readonly attributes: readonly Attribute[];
  readonly domain: object | null;
  /** Null: nothing survives, as in a fleet for measurements. */
  readonly checkpoint: AgentStore | null;
  readonly connect: (leader: Leader, handler: ConnectionHandler) => Connection;
  /** Milliseconds of the wait before the first try are 0 to --registration_backoff_factor. */
  readonly exit: (status: 0 | 1, message: string) => void;
}

/** Milliseconds: the longest wait between two tries to register. */
const LONGEST_BACKOFF_MS = 60_000;

export class Agent {
  id: string | null = null;
  readonly executors: Executors;
  registered = false;
  masterHostname: string | null = null;
  drain: DrainRecord | null = null;
  total: readonly object[];
  /** Seconds that the recovery took. */
  recoverySeconds = 0;
  private connection: Connection | null = null;
  private leader: Leader | null = null;
  private ready = false;
  private ended = false;
  private cancelTry: (() => void) | null = null;
  private cancelPing: (() => void) | null = null;

  constructor(private readonly options: AgentOptions) {
    const { checkpoint, clock, flags, ip } = options;
    this.total = options.resources;
    this.executors = new Executors({
      clock,
      store: checkpoint,
      ip,
      agentId: () => this.id ?? "",
      connected: () => this.registered,
      send: (message) => this.connection?.send(this.pid, message),
      keptExecutors: flags.number("max_completed_executors_per_framework"),
      httpCommandExecutor: flags.bool("http_command_executor"),
      onIdle: () => this.checkDrained(),
    });
  }

  get pid(): string {
    return `slave(1)@${this.options.ip}:${this.options.port}`;
  }

  /** Recovers. Registration waits --executor_reregistration_timeout when there are executors to hear from. */
  start(): void {
    const { checkpoint, clock, flags, log } = this.options;
    const begun = clock.now();
    const workDir = flags.text("work_dir") ?? "";
    log("I", "state.cpp", `Recovering state from '${workDir}/meta'`);
    const found = checkpoint?.recover() ?? null;
    if (found !== null) {
      const problem = incompatibility(
        flags.needed("reconfiguration_policy"),
        found.agent,
        this.record(found.agent.id),
      );
      if (problem !== null) {
        this.finish(1, refusalText(workDir, problem, found.agent, this.record(found.agent.id)));
        return;
      }
      this.id = found.agent.id;
      this.drain = found.drain;
      const same = JSON.stringify(found.agent.resources) === JSON.stringify(this.options.resources);
      if (found.total !== null && same) this.total = found.total;
      this.executors.recover(found.frameworks, found.executors);
    }
    if (flags.text("recover") === "cleanup") {
      this.executors.shutdownAll();
      checkpoint?.forget();
      this.finish(0, "Agent finished the cleanup");
      return;
    }
    this.recoverySeconds = clock.now() - begun;
    const wait = this.executors.liveExecutors > 0 ? flags.duration("executor_reregistration_timeout") : 0;
    clock.after(wait, () => {
      log("I", "slave.cpp", "Finished recovery");
      this.ready = true;
      if (this.leader !== null) this.detected(this.leader);
    });
  }

  /** Null: nobody leads. Tasks go on all the same. */
  detected(leader: Leader | null): void {
    const { flags, log, random } = this.options;
    this.leader = leader;
    if (this.ended || !this.ready) return;
    this.disconnect();
    if (leader === null) {
      log("I", "slave.cpp", "Lost leading master");
      return;
    }
    log("I", "slave.cpp", `New master detected at master@${leader.host}:${leader.port}`);
    this.tryLater(
      random() * flags.duration("registration_backoff_factor"),
      flags.duration("registration_backoff_factor"),
    );
  }

  private disconnect(): void {
    this.cancelTry?.();
    this.cancelTry = null;
    this.cancelPing?.();
    this.registered = false;
    const { connection } = this;
    this.connection = null;
    connection?.close();
  }

  private tryLater(ms: number, backoff: number): void {
    this.cancelTry?.();
    this.cancelTry = this.options.clock.after(ms, () => this.tryRegister(backoff));
  }

  private tryRegister(backoff: number): void {
    const { leader } = this;
    if (leader === null || this.ended || this.registered) return;
    const next = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
    this.tryLater(backoff + this.options.random() * backoff, next);
    if (this.connection !== null) {
      this.introduce();
      return;
    }
    const connection = this.options.connect(leader, {
      onOpen: () => {
        if (this.connection === connection) this.introduce();
      },
      onMessage: (message) => {
        if (this.connection === connection) this.receive(message);
      },
      onClose: (reason) => {
        if (this.connection === connection) this.lost(reason);
      },
      onRefused: () =>
        this.finish(
          1,
          `EXIT with status 1: Master master@${leader.host}:${leader.port} refused authentication`,
        ),
    });
    this.connection = connection;
  }

  private lost(reason: string): void {
    const { flags, log, random } = this.options;
    this.connection = null;
    this.cancelPing?.();
    if (this.registered) log("W", "slave.cpp", "Master disconnected! Waiting for a new master to be elected");
    else log("W", "process.cpp", `Failed to link to '${this.leader?.host}:${this.leader?.port}': ${reason}`);
    const first = this.registered;
    this.registered = false;
    const backoff = flags.duration("registration_backoff_factor");
    if (first) this.tryLater(random() * backoff, backoff);
  }

  private introduce(): void {
    const agent = this.report();
    if (this.id === null) this.connection?.send(this.pid, { kind: "register", agent });
    else {
      this.connection?.send(this.pid, {
        kind: "reregister",
        agentId: this.id,
        agent,
        total: this.total,
        frameworks: [...this.executors.frameworks.values()].map(({ id, info }) => ({ id, info })),
        tasks: this.taskReports(),
        executors: this.executorReports(),
      });
    }
  }

  private report(): AgentReport {
    const { ip, port, hostname, resources, attributes, domain } = this.options;
    return {
      pid: this.pid,
      ip,
      port,
      hostname,
      resources,
      attributes,
      ...(domain === null ? {} : { domain }),
      version: VERSION,
      capabilities: AGENT_CAPABILITIES,
    };
  }

  private taskReports(): TaskReport[] {
    return [...this.executors.tasks()].map(({ framework, executor, task }): TaskReport => {
      const last = this.executors.forwarded.get(task);
      return {
        id: task.id,
        name: String(task.info["name"] ?? ""),
        frameworkId: framework.id,
        ...(executor.custom === null ? {} : { executorId: executor.id }),
        state: task.state,
        resources: (task.info["resources"] ?? []) as unknown as readonly object[],
        role: executor.role,
        statuses: task.statuses,
        ...(last === undefined ? {} : { updateState: last.state, updateUuid: last.uuid ?? "" }),
        details: keptDetails(task.info),
      };
    });
  }

  private executorReports(): ExecutorReport[] {
    return [...this.executors.frameworks.values()].flatMap(({ id: frameworkId, executors }) =>
      [...executors.values()].flatMap(({ id, custom }) =>
        custom === null ? [] : [{ id, frameworkId, info: custom }],
      ),
    );
  }

  private receive(message: ToAgent): void {
    const { executors } = this;
    switch (message.kind) {
      case "registered":
      case "reregistered":
        this.welcomed(message);
        return;
      case "run":
        executors.run(message);
        return;
      case "kill":
        executors.kill(message.frameworkId, message.taskId, message.graceMs);
        return;
      case "acknowledge":
        executors.acknowledge(message.frameworkId, message.taskId, message.uuid);
        return;
      case "shutdown-framework":
        executors.shutdownFramework(message.frameworkId);
        return;
      case "shutdown-executor":
        executors.shutdownExecutor(message.frameworkId, message.executorId);
        return;
      case "update-framework":
        executors.updateFramework(message.framework);
        return;
      case "drain":
        this.startDrain(message.maxGraceSeconds, message.markGone);
        return;
      case "drain-over":
        this.keepDrain(null);
        return;
      case "resources":
        this.total = message.total;
        this.options.checkpoint?.resources(message.total);
        return;
      case "ping":
        this.pinged(message.connected);
        return;
      case "shutdown":
        this.shutDown(message.message);
        return;
    }
  }

  private pingTimeoutMs = 0;

  private welcomed(message: Extract<ToAgent, { kind: "registered" | "reregistered" }>): void {
    const { checkpoint, log } = this.options;
    const { host, port } = this.leader ?? { host: "", port: 0 };
    const master = `master@${host}:${port}`;
    if (message.kind === "registered")
      log("I", "slave.cpp", `Registered with master ${master}; given agent ID ${message.agentId}`);
    else log("I", "slave.cpp", `Re-registered with master ${master}`);
    this.cancelTry?.();
    this.cancelTry = null;
    this.id = message.agentId;
    this.registered = true;
    this.masterHostname = message.masterHostname;
    checkpoint?.registered(this.record(message.agentId));
    this.pingTimeoutMs = message.pingTimeoutMs;
    this.waitForPing();
    this.executors.resume();
  }

  private waitForPing(): void {
    this.cancelPing?.();
    this.cancelPing = this.options.clock.after(this.pingTimeoutMs, () => {
      this.options.log("I", "slave.cpp", "No pings from master received");
      this.detected(this.leader);
    });
  }

  private pinged(connected: boolean): void {
    this.waitForPing();
    if (this.id !== null) this.connection?.send(this.pid, { kind: "pong", agentId: this.id });
    if (!connected) this.detected(this.leader);
  }

  private startDrain(maxGrace: number | null, markGone: boolean): void {
    // A repeated request moves the start that is reported, which was recorded.
    this.keepDrain({ maxGrace, markGone, startedAt: Math.round(this.options.clock.now()) });
    this.executors.killForDrain(maxGrace === null ? null : maxGrace * 1000, markGone);
    this.checkDrained();
  }

  /** Nothing is left to drain: the agent forgets of it, the master does not. */
  private checkDrained(): void {
    if (this.drain !== null && this.executors.frameworks.size === 0) this.keepDrain(null);
  }

  private keepDrain(drain: DrainRecord | null): void {
    this.drain = drain;
    if (this.id !== null) this.options.checkpoint?.drain(this.id, drain);
  }

  /** Asked by a master: everything dies, the process ends with status 0. */
  private shutDown(why: string): void {
    const { clock, log } = this.options;
    log("I", "slave.cpp", `Agent asked to shut down because '${why}'`);
    const wait = this.executors.liveExecutors > 0 ? 1000 : 0;
    this.ended = true;
    this.executors.shutdownAll();
    clock.after(wait, () => {
      log("I", "slave.cpp", "Agent terminating");
      this.disconnect();
      this.options.exit(0, why);
    });
  }

  /** SIGUSR1: leaves for good, with all its tasks. */
  unregister(): void {
    if (this.id !== null) this.connection?.send(this.pid, { kind: "unregister", agentId: this.id });
    this.shutDown("Received SIGUSR1 signal; unregistering and shutting down");
  }

  /** Stops talking, keeps the checkpoint: as if it was killed. */
  stop(): void {
    this.ended = true;
    this.disconnect();
  }

  private finish(status: 0 | 1, message: string): void {
    this.ended = true;
    this.disconnect();
    this.options.exit(status, message);
  }

  private record(id: string): AgentRecord {
    const { hostname, port, resources, attributes, domain } = this.options;
    return { id, hostname, port, resources, attributes, ...(domain === null ? {} : { domain }) };
  }
}
