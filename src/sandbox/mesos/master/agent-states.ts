/** What operators ask of an agent: drain, deactivate, reactivate, mark gone. The registry is written first, then it is done. */
import { machineKey } from "../model/cluster.js";
import type { Agent, DrainConfig } from "../model/records.js";
import type { Agents } from "./agents.js";
import { type Context, type Refusal, refusal } from "./context.js";
import type { Offers } from "./offers.js";
import {
  deactivateAgent,
  drainAgent,
  finishDrain,
  markGone,
  reactivateAgent,
} from "./registry-operations.js";
import type { Tasks } from "./tasks.js";

const UNKNOWN = refusal(400, "Unknown agent");
const NOT_DEACTIVATED = refusal(400, "Agent is not deactivated");

export class AgentStates {
  constructor(
    private readonly context: Context,
    private readonly agents: Agents,
    private readonly tasks: Tasks,
    private readonly offers: Offers,
  ) {
    tasks.onLeft = (agent) => this.checkDrained(agent);
    agents.onBack = (agent) => this.back(agent);
  }

  async drain(id: string, config: DrainConfig): Promise<Refusal | null> {
    const { clock, cluster, log, registry } = this.context;
    if (!this.isKnown(id)) return UNKNOWN;
    const agent = cluster.agents.get(id);
    const machine = agent === undefined ? null : cluster.machineOf(agent);
    if (machine !== null) {
      const { hostname, ip } = machine.id;
      return refusal(400, `Agent ${id} is part of a maintenance schedule under Machine ${hostname} (${ip})`);
    }
    await registry.apply(drainAgent(id, config));
    const drain = { state: "DRAINING" as const, config };
    this.changeAbsent(id, { deactivated: true, drain });
    const present = cluster.agents.get(id);
    if (present === undefined) return null;
    present.drain = drain;
    present.drainStarted = clock.now();
    present.deactivated = true;
    log(
      "I",
      "http.cpp",
      `Transitioning agent ${id} to the DRAINING state; agent has ${present.tasks.size} tasks`,
    );
    this.offers.rescindAgent(present);
    this.sendDrain(present, config);
    this.checkDrained(present);
    return null;
  }

  async deactivate(id: string): Promise<Refusal | null> {
    const { cluster, registry } = this.context;
    if (!this.isKnown(id)) return UNKNOWN;
    await registry.apply(deactivateAgent(id));
    this.changeAbsent(id, { deactivated: true });
    const agent = cluster.agents.get(id);
    if (agent === undefined) return null;
    agent.deactivated = true;
    this.offers.rescindAgent(agent);
    return null;
  }

  async reactivate(id: string): Promise<Refusal | null> {
    const { cluster, registry } = this.context;
    const known = cluster.agents.get(id) ?? cluster.recovered.get(id) ?? cluster.unreachable.get(id);
    if (known === undefined || !known.deactivated) return NOT_DEACTIVATED;
    if (known.drain?.state === "DRAINING") return refusal(400, "Agent is still in the DRAINING state");
    await registry.apply(reactivateAgent(id));
    this.changeAbsent(id, { deactivated: false, drain: null });
    const agent = cluster.agents.get(id);
    if (agent === undefined) return refusal(409, "Agent removed while processing the call");
    agent.deactivated = false;
    agent.drain = null;
    agent.drainStarted = null;
    this.context.tell(agent, { kind: "drain-over" });
    this.offers.soon();
    return null;
  }

  async markGone(id: string): Promise<Refusal | null> {
    const { clock, cluster, registry, tell } = this.context;
    if (cluster.gone.has(id)) return null;
    if (!this.isKnown(id)) return refusal(404, `Agent '${id}' not found`);
    const at = clock.now();
    await registry.apply(markGone(id, at));
    cluster.gone.set(id, at);
    cluster.recovered.delete(id);
    cluster.unreachable.delete(id);
    const agent = cluster.agents.get(id);
    if (agent === undefined) return null;
    tell(agent, { kind: "shutdown", message: "Agent has been marked gone" });
    this.offers.rescindAgent(agent);
    for (const task of [...agent.tasks.values()]) {
      const aware = task.framework.capabilities.has("PARTITION_AWARE");
      const state = aware ? "TASK_GONE_BY_OPERATOR" : "TASK_LOST";
      this.tasks.lose(task, state, "REASON_AGENT_REMOVED_BY_OPERATOR", "Agent has been marked gone");
    }
    this.agents.forget(agent);
    return null;
  }

  private isKnown(id: string): boolean {
    const { cluster } = this.context;
    return cluster.agents.has(id) || cluster.recovered.has(id) || cluster.unreachable.has(id);
  }

  private changeAbsent(id: string, change: { deactivated: boolean; drain?: Agent["drain"] }): void {
    const { cluster } = this.context;
    const away = cluster.unreachable.get(id);
    if (away !== undefined) cluster.unreachable.set(id, { ...away, ...change });
    const recovered = cluster.recovered.get(id);
    if (recovered !== undefined) cluster.recovered.set(id, { ...recovered, ...change });
  }

  private sendDrain(agent: Agent, { maxGrace, markGone: gone }: DrainConfig): void {
    this.context.tell(agent, { kind: "drain", maxGraceSeconds: maxGrace ?? null, markGone: gone });
  }

  /** After it re-registered. */
  private back(agent: Agent): void {
    if (agent.drain?.state !== "DRAINING") return;
    this.sendDrain(agent, agent.drain.config);
    this.checkDrained(agent);
  }

  /** Drained when nothing of a task is left, unacknowledged ends included. */
  private checkDrained(agent: Agent): void {
    const { cluster, log } = this.context;
    const { drain } = agent;
    if (drain?.state !== "DRAINING" || agent.tasks.size > 0 || cluster.agents.get(agent.id) !== agent) return;
    if (!agent.connected) return;
    const finish = async () => {
      await this.context.registry.apply(finishDrain(agent.id, drain.config));
      if (agent.drain !== drain) return;
      drain.state = "DRAINED";
      if (!drain.config.markGone) return;
      log("I", "master.cpp", `Marking agent ${agent.id} in the DRAINED state as gone`);
      await this.markGone(agent.id);
    };
    void finish().catch((error: Error) => log("E", "master.cpp", error.message));
  }

  /** Agents at that machine, which may be none. */
  agentsAt(key: string): Agent[] {
    return [...this.context.cluster.agents.values()].filter(
      (agent) => machineKey({ hostname: agent.info.hostname, ip: agent.ip }) === key,
    );
  }
}
