/**
 * A leading master's parts put together, and its recovery from the registry. One of these lives for one term: a process that
 * leads once never leads again.
 */
import type { FromAgent, ToAgent } from "../link/messages.js";
import { Cluster } from "../model/cluster.js";
import { Filters } from "../model/filters.js";
import type { Agent, EventWire, Framework } from "../model/records.js";
import { Acceptance } from "./acceptance.js";
import { AgentStates } from "./agent-states.js";
import { Agents } from "./agents.js";
import type { Context } from "./context.js";
import { Counters } from "./counters.js";
import { EventSubscribers } from "./event-subscribers.js";
import { Frameworks } from "./frameworks.js";
import { Maintenance } from "./maintenance.js";
import { Offers } from "./offers.js";
import type { Reply } from "./pings.js";
import {
  agentsOf,
  markUnreachable,
  part,
  readAgentInfo,
  readDrain,
  readMaintenance,
  readQuota,
  readWeights,
  text,
  unreachableOf,
} from "./registry-operations.js";
import { Reservations } from "./reservations.js";
import { Roles } from "./roles.js";
import { Tasks } from "./tasks.js";

/** What the process gives: the parts of Context that are not the cluster's own. */
export type Surroundings = Pick<Context, "self" | "flags" | "clock" | "random" | "log" | "registry">;

export class Master {
  readonly context: Context;
  readonly subscribers: EventSubscribers;
  readonly tasks: Tasks;
  readonly offers: Offers;
  readonly frameworks: Frameworks;
  readonly agents: Agents;
  readonly states: AgentStates;
  readonly reservations: Reservations;
  readonly acceptance: Acceptance;
  readonly roles: Roles;
  readonly maintenance: Maintenance;
  /** Seconds since 1970; null on a standby. */
  electedTime: number | null = null;
  recovered = false;

  constructor(surroundings: Surroundings) {
    this.subscribers = new EventSubscribers(surroundings.clock);
    this.context = {
      ...surroundings,
      cluster: new Cluster(),
      filters: new Filters(),
      counters: new Counters(),
      tell: (agent, message) => this.tell(agent, message),
      notify: (framework, event) => this.notify(framework, event),
      publish: (event) => this.subscribers.publish(event),
    };
    this.tasks = new Tasks(this.context);
    this.offers = new Offers(this.context);
    this.frameworks = new Frameworks(this.context, this.tasks, this.offers);
    this.agents = new Agents(this.context, this.tasks, this.frameworks, this.offers);
    this.states = new AgentStates(this.context, this.agents, this.tasks, this.offers);
    this.reservations = new Reservations(this.context, this.offers);
    this.acceptance = new Acceptance(this.context, this.tasks, this.offers, this.reservations);
    this.roles = new Roles(this.context, this.offers);
    this.maintenance = new Maintenance(this.context, this.agents, this.states, this.offers);
    this.offers.start();
  }

  /** Takes over as the leader. Rejects when the registry cannot be read; the coordination ends the process then. */
  async lead(): Promise<void> {
    const { clock, cluster, flags, log, registry } = this.context;
    this.electedTime = clock.now();
    const state = await registry.recover();
    for (const entry of agentsOf(state)) {
      const { id, info } = readAgentInfo(part(entry["info"]));
      const drain = readDrain(entry["drain_info"]);
      cluster.recovered.set(id, { id, info, deactivated: entry["deactivated"] === true, drain });
    }
    for (const entry of unreachableOf(state)) {
      const at = Number(part(entry["timestamp"])["nanoseconds"] ?? 0) / 1e9;
      const drain = readDrain(entry["drain_info"]);
      cluster.unreachable.set(text(part(entry["id"])["value"]), {
        at,
        deactivated: entry["deactivated"] === true,
        drain,
      });
    }
    for (const entry of state.gone?.slaves ?? []) {
      cluster.gone.set(
        text(part(entry["id"])["value"]),
        Number(part(entry["timestamp"])["nanoseconds"]) / 1e9,
      );
    }
    const { windows, machines } = readMaintenance(state);
    cluster.windows = windows;
    for (const machine of machines)
      cluster.machines.set(`${machine.id.hostname.toLowerCase()}\n${machine.id.ip}`, machine);
    for (const json of state.quota_configs ?? []) cluster.quotas.set(text(json["role"]), readQuota(json));
    for (const [role, weight] of readWeights(state)) cluster.weights.set(role, weight);
    const timeout = flags.needed("agent_reregister_timeout");
    log(
      "I",
      "master.cpp",
      `Recovered ${cluster.recovered.size} agents from the registry; allowing ${timeout} for agents to reregister`,
    );
    this.waitForAgents();
    this.recovered = true;
  }

  private waitForAgents(): void {
    const { clock, cluster, flags } = this.context;
    const expected = cluster.recovered.size;
    if (expected === 0) return;
    clock.after(flags.duration("agent_reregister_timeout"), () => void this.giveUpRecovered());
    if (cluster.quotas.size === 0) return;
    const enough = Math.ceil(expected * flags.number("allocator_agent_recovery_factor"));
    this.offers.pause(flags.duration("allocator_recovery_timeout"));
    const look = () => {
      if (!this.offers.isPaused) return;
      if (expected - cluster.recovered.size >= enough) this.offers.resume();
      else clock.after(100, look);
    };
    look();
  }

  /** Agents that did not come back since the fail-over. */
  private async giveUpRecovered(): Promise<void> {
    const { clock, cluster, counters, log, registry } = this.context;
    for (const { id, deactivated, drain } of [...cluster.recovered.values()]) {
      log(
        "W",
        "master.cpp",
        `Agent ${id} did not reregister within agent_reregister_timeout after master failover; marking it unreachable`,
      );
      const at = clock.now();
      try {
        await registry.apply(markUnreachable(id, at));
      } catch (error) {
        log("E", "master.cpp", String(error));
        return;
      }
      if (!cluster.recovered.delete(id)) continue;
      cluster.unreachable.set(id, { at, deactivated, drain });
      counters.up("master/recovery_slave_removals");
    }
  }

  /** A message of an agent; what came by a connection is answered by it. */
  async receive(message: FromAgent, reply: Reply): Promise<void> {
    const { cluster } = this.context;
    switch (message.kind) {
      case "register":
        return this.agents.register(message.agent, reply);
      case "reregister":
        return this.agents.reregister(message, reply);
      case "pong":
        return this.agents.pong(message.agentId);
      case "update": {
        const agent = cluster.agents.get(message.agentId);
        if (agent !== undefined)
          this.tasks.updated(agent, message.frameworkId, message.status, message.latest);
        return;
      }
      case "executor-exited": {
        const agent = cluster.agents.get(message.agentId);
        const framework = cluster.frameworks.get(message.frameworkId);
        if (agent !== undefined)
          this.agents.executorExited(agent, framework, message.executorId, message.status);
        return;
      }
      case "unregister": {
        const agent = cluster.agents.get(message.agentId);
        this.context.counters.up("master/messages_unregister_slave");
        if (agent !== undefined) await this.agents.remove(agent, "the agent unregistered", "unregistered");
      }
    }
  }

  /** The connection by which agents had come broke. */
  connectionLost(reply: Reply, agentIds: Iterable<string>): void {
    for (const id of agentIds) {
      const agent = this.context.cluster.agents.get(id);
      if (agent !== undefined) this.agents.disconnected(agent, reply);
    }
  }

  private tell(agent: Agent, message: ToAgent): void {
    this.agents.replyTo(agent)?.(message);
  }

  private notify(framework: Framework, event: EventWire): void {
    const { counters } = this.context;
    if (framework.stream === null) return;
    counters.upOf(framework, "events");
    counters.upOf(framework, `events/${event.type.toLowerCase()}`);
    framework.stream.send(event);
  }
}
