/**
 * Agents come and go: registration, re-registration with their tasks, broken connections, missed pings, removal. What an
 * operator asks of an agent is in agent-states.ts.
 */
import type { AgentReport, FromAgent, ToAgent } from "../link/messages.js";
import { machineKey } from "../model/cluster.js";
import type { Agent, AgentInfo, EventWire, Framework, UnreachableAgent } from "../model/records.js";
import { allocate } from "../model/resource.js";
import { resourcesFromJson } from "../model/resource-json.js";
import type { WireObject } from "../model/wire.js";
import type { Context } from "./context.js";
import type { Frameworks } from "./frameworks.js";
import type { Offers } from "./offers.js";
import { Pings, type Reply } from "./pings.js";
import {
  admitAgent,
  markReachable,
  markUnreachable,
  removeAgent,
  updateAgent,
} from "./registry-operations.js";
import type { Tasks } from "./tasks.js";
import { agentWire } from "./views-v1.js";
import { idWire, taskWire } from "./wire-parts.js";

type Reregister = Extract<FromAgent, { kind: "reregister" }>;

export class Agents {
  private nextId = 0;
  private readonly pings: Pings;
  /** Pids and ids whose registry write is under way. */
  private readonly busy = new Set<string>();
  /** Set by agent-states.ts: an agent that came back must go on draining. */
  onBack: (agent: Agent) => void = () => {};

  constructor(
    private readonly context: Context,
    private readonly tasks: Tasks,
    private readonly frameworks: Frameworks,
    private readonly offers: Offers,
  ) {
    this.pings = new Pings(context);
  }

  /** The connection of an agent, for Context.tell. */
  replyTo(agent: Agent): Reply | null {
    return agent.connected ? this.pings.replyTo(agent.id) : null;
  }

  async register(report: AgentReport, reply: Reply): Promise<void> {
    const { cluster, counters, log, registry, self } = this.context;
    counters.up("master/messages_register_slave");
    log("I", "master.cpp", `Received register agent message from ${report.pid} (${report.hostname})`);
    if (this.isDown(report)) {
      reply({ kind: "shutdown", message: "Machine is `DOWN`" });
      return;
    }
    const same = cluster.byPid.get(report.pid);
    if (same?.connected === true) {
      reply(this.welcome("registered", same.id));
      return;
    }
    if (same !== undefined)
      await this.remove(same, "a new agent registered with the same address", "registered");
    if (this.busy.has(report.pid)) return;
    this.busy.add(report.pid);
    try {
      const id = `${self.id}-S${this.nextId++}`;
      const info = infoOf(report);
      log("I", "master.cpp", `Registering agent at ${report.pid} (${report.hostname}) with id ${id}`);
      await registry.apply(admitAgent(id, info));
      const agent = this.newAgent(id, info, report, null);
      cluster.addAgent(agent);
      counters.up("master/slave_registrations");
      this.watch(agent, reply);
      reply(this.welcome("registered", id));
      this.context.publish(agentAdded(agent));
      this.offers.soon();
    } finally {
      this.busy.delete(report.pid);
    }
  }

  async reregister(message: Reregister, reply: Reply): Promise<void> {
    const { cluster, counters, log } = this.context;
    const { agentId, agent: report } = message;
    counters.up("master/messages_reregister_slave");
    log(
      "I",
      "master.cpp",
      `Received reregister agent message from agent ${agentId} at ${report.pid} (${report.hostname})`,
    );
    if (cluster.gone.has(agentId)) {
      log(
        "W",
        "master.cpp",
        `Refusing re-registration of agent at ${report.pid} because it is already marked gone`,
      );
      reply({ kind: "shutdown", message: "Agent has been marked gone" });
      return;
    }
    if (this.isDown(report)) {
      const machine = `${report.hostname} (${report.ip})`;
      log(
        "W",
        "master.cpp",
        `Refusing re-registration of agent at ${report.pid} because the machine '${machine}' that it is running on is \`DOWN\``,
      );
      reply({ kind: "shutdown", message: "Machine is `DOWN`" });
      return;
    }
    if (this.busy.has(agentId)) return;
    this.busy.add(agentId);
    try {
      const known = cluster.agents.get(agentId);
      if (known === undefined) await this.readmit(message, reply);
      else await this.reconnect(known, message, reply);
    } finally {
      this.busy.delete(agentId);
    }
  }

  /** An agent that is registered still: its connection had broken. */
  private async reconnect(agent: Agent, message: Reregister, reply: Reply): Promise<void> {
    const { cluster, counters, registry } = this.context;
    const { agent: report } = message;
    const info = infoOf(report);
    if (JSON.stringify(info.resources) !== JSON.stringify(agent.info.resources)) {
      await registry.apply(updateAgent(agent.id, info));
    }
    agent.info = info;
    agent.version = report.version;
    cluster.byPid.delete(agent.pid);
    agent.pid = report.pid;
    cluster.byPid.set(agent.pid, agent);
    agent.ip = report.ip;
    agent.reregisteredTime = this.context.clock.now();
    cluster.changeTotal(agent, resourcesFromJson(message.total));
    agent.connected = true;
    this.reconcile(agent, message);
    counters.up("master/slave_reregistrations");
    this.watch(agent, reply);
    reply(this.welcome("reregistered", agent.id));
    this.onBack(agent);
    this.offers.soon();
  }

  /** An agent of the registry after a fail-over, one that was unreachable, or one that nobody knows. */
  private async readmit(message: Reregister, reply: Reply): Promise<void> {
    const { clock, cluster, counters, publish, registry } = this.context;
    const { agentId, agent: report } = message;
    const info = infoOf(report);
    await registry.apply(markReachable(agentId, info));
    const before = cluster.recovered.get(agentId) ?? cluster.unreachable.get(agentId) ?? null;
    const wasUnreachable = cluster.unreachable.delete(agentId);
    cluster.recovered.delete(agentId);
    const agent = this.newAgent(agentId, info, report, before);
    agent.reregisteredTime = clock.now();
    agent.total = resourcesFromJson(message.total);
    cluster.addAgent(agent);
    counters.up("master/slave_reregistrations");
    this.watch(agent, reply);
    reply(this.welcome("reregistered", agentId));
    this.adopt(agent, message, wasUnreachable);
    for (const task of agent.tasks.values())
      publish({ type: "TASK_ADDED", task_added: { task: taskWire(task) } });
    publish(agentAdded(agent));
    this.onBack(agent);
    this.offers.soon();
  }

  private welcome(kind: "registered" | "reregistered", agentId: string): ToAgent {
    const { flags, self } = this.context;
    const pingTimeoutMs = flags.duration("agent_ping_timeout") * flags.number("max_agent_ping_timeouts");
    return { kind, agentId, masterHostname: self.hostname, pingTimeoutMs };
  }

  private adopt(agent: Agent, message: Reregister, wasUnreachable: boolean): void {
    const { tell } = this.context;
    for (const { id, info } of message.frameworks) {
      const adopted = this.frameworks.reported(id, info);
      if (adopted === null) tell(agent, { kind: "shutdown-framework", frameworkId: id });
    }
    this.adoptExecutors(agent, message);
    for (const report of message.tasks) {
      const framework = this.context.cluster.frameworks.get(report.frameworkId);
      if (framework === undefined) continue;
      const givenUp = framework.unreachableTasks.delete(report.id);
      const task = this.tasks.reported(framework, agent, report);
      if (givenUp) this.tasks.returned(task);
      if (wasUnreachable && !framework.capabilities.has("PARTITION_AWARE")) {
        tell(agent, { kind: "kill", frameworkId: framework.id, taskId: task.id, graceMs: null });
      }
    }
  }

  private adoptExecutors(agent: Agent, message: Reregister): void {
    for (const { id, frameworkId, info } of message.executors) {
      const framework = this.context.cluster.frameworks.get(frameworkId);
      if (framework === undefined) continue;
      const resources = allocate(resourcesFromJson(info["resources"]), framework.roles[0] ?? "*");
      this.context.cluster.addExecutor({ id, framework, agent, info, resources });
    }
  }

  /** Agrees on the tasks of an agent whose connection had broken. */
  private reconcile(agent: Agent, message: Reregister): void {
    const reported = new Set(message.tasks.map(({ frameworkId, id }) => `${frameworkId}\n${id}`));
    for (const [key, task] of [...agent.tasks]) {
      if (reported.has(key)) continue;
      const state = task.framework.capabilities.has("PARTITION_AWARE") ? "TASK_DROPPED" : "TASK_LOST";
      this.tasks.lose(task, state, "REASON_RECONCILIATION", "Task is unknown to the agent");
    }
    const missing = message.tasks.filter(({ frameworkId, id }) => !agent.tasks.has(`${frameworkId}\n${id}`));
    this.adopt(agent, { ...message, tasks: missing, executors: [] }, false);
  }

  private newAgent(
    id: string,
    info: AgentInfo,
    report: AgentReport,
    before: Partial<UnreachableAgent> | null,
  ): Agent {
    const machine = this.context.cluster.machines.get(machineKey({ hostname: info.hostname, ip: report.ip }));
    return {
      id,
      info,
      ip: report.ip,
      pid: report.pid,
      version: report.version,
      capabilities: report.capabilities,
      registeredTime: this.context.clock.now(),
      reregisteredTime: null,
      connected: true,
      deactivated: before?.deactivated ?? false,
      drain: before?.drain ?? null,
      drainStarted: null,
      total: info.resources,
      allocated: [],
      free: null,
      tasks: new Map(),
      executors: new Map(),
      offers: new Set(),
      inverseOffers: new Map(),
      unavailability: machine?.unavailability ?? null,
      counts: new Map(),
    };
  }

  /** The connection broke, which says nothing of the host yet: the pings go on. */
  disconnected(agent: Agent, reply: Reply): void {
    if (!agent.connected || this.pings.replyTo(agent.id) !== reply) return;
    const { log } = this.context;
    log("I", "master.cpp", `Agent ${agent.id} at ${agent.pid} (${agent.info.hostname}) disconnected`);
    agent.connected = false;
    this.offers.rescindAgent(agent);
    const message = `Agent ${agent.info.hostname} disconnected`;
    for (const task of [...agent.tasks.values()]) {
      if (!task.framework.checkpoint)
        this.tasks.lose(task, "TASK_LOST", "REASON_AGENT_DISCONNECTED", message);
    }
    for (const executor of [...agent.executors.values()]) {
      if (!executor.framework.checkpoint) this.context.cluster.removeExecutor(executor);
    }
  }

  pong(agentId: string): void {
    this.pings.answered(agentId);
  }

  private watch(agent: Agent, reply: Reply): void {
    const failed = (error: Error) => this.context.log("E", "master.cpp", error.message);
    this.pings.watch(agent, reply, () => void this.unreachable(agent).catch(failed));
  }

  private async unreachable(agent: Agent): Promise<void> {
    const { clock, cluster, counters, log, registry } = this.context;
    if (this.busy.has(agent.id)) return;
    this.busy.add(agent.id);
    try {
      counters.up("master/slave_unreachable_scheduled");
      log(
        "I",
        "master.cpp",
        `Marking agent ${agent.id} at ${agent.pid} (${agent.info.hostname}) unreachable: health check timed out`,
      );
      const at = clock.now();
      await registry.apply(markUnreachable(agent.id, at));
      if (cluster.agents.get(agent.id) !== agent) return;
      counters.up("master/slave_unreachable_completed");
      counters.up("master/slave_removals");
      counters.up("master/slave_removals/reason_unhealthy");
      cluster.unreachable.set(agent.id, { at, deactivated: agent.deactivated, drain: agent.drain });
      this.offers.rescindAgent(agent);
      for (const task of [...agent.tasks.values()]) this.tasks.unreachable(task, at);
      this.forget(agent);
    } finally {
      this.busy.delete(agent.id);
    }
  }

  /** Removes it from the registry too: its machine goes down, it unregisters, or another took its address. */
  async remove(
    agent: Agent,
    message: string,
    reason: "registered" | "unregistered" | "machine-down",
  ): Promise<void> {
    const { cluster, counters, log, publish, registry } = this.context;
    log("I", "master.cpp", `Removing agent ${agent.id} at ${agent.pid} (${agent.info.hostname}): ${message}`);
    await registry.apply(removeAgent(agent.id));
    if (cluster.agents.get(agent.id) !== agent) return;
    counters.up("master/slave_removals");
    if (reason !== "machine-down") counters.up(`master/slave_removals/reason_${reason}`);
    this.offers.rescindAgent(agent);
    const why = `Agent ${agent.info.hostname} removed: ${message}`;
    for (const task of [...agent.tasks.values()])
      this.tasks.lose(task, "TASK_LOST", "REASON_AGENT_REMOVED", why);
    this.forget(agent);
    publish({ type: "AGENT_REMOVED", agent_removed: { agent_id: idWire(agent.id) } });
  }

  /** The last of an agent whose tasks are gone from it already. */
  forget(agent: Agent): void {
    const { cluster, filters, notify } = this.context;
    for (const executor of [...agent.executors.values()]) cluster.removeExecutor(executor);
    for (const task of [...agent.tasks.values()]) this.tasks.complete(task);
    this.pings.forget(agent.id);
    agent.connected = false;
    cluster.removeAgent(agent);
    filters.forgetAgent(agent.id);
    for (const framework of cluster.frameworks.values()) {
      notify(framework, { type: "FAILURE", failure: { agent_id: idWire(agent.id) } });
    }
  }

  executorExited(agent: Agent, framework: Framework | undefined, executorId: string, status: number): void {
    this.context.counters.up("master/messages_exited_executor");
    if (framework === undefined) return;
    const executor = agent.executors.get(`${framework.id}\n${executorId}`);
    if (executor === undefined) return;
    this.context.cluster.removeExecutor(executor);
    this.context.notify(framework, {
      type: "FAILURE",
      failure: { agent_id: idWire(agent.id), executor_id: idWire(executorId), status },
    });
  }

  private isDown({ hostname, ip }: AgentReport): boolean {
    return this.context.cluster.machines.get(machineKey({ hostname, ip }))?.mode === "DOWN";
  }
}

function infoOf(report: AgentReport): AgentInfo {
  return {
    hostname: report.hostname,
    port: report.port,
    resources: resourcesFromJson(report.resources),
    attributes: report.attributes,
    ...(report.domain === undefined ? {} : { domain: report.domain }),
  };
}

/** The event has only what the agent set itself, which `checkpoint` is not. */
function agentAdded(agent: Agent): EventWire {
  const { agent_info, ...rest } = agentWire(agent);
  const { checkpoint: _, ...info } = agent_info as WireObject;
  return { type: "AGENT_ADDED", agent_added: { agent: { agent_info: info, ...rest } } };
}
