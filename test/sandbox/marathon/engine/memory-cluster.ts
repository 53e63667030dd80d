/**
 * A Mesos cluster that exists in this process only: agents with resources, offers, tasks that start, run and are killed. It
 * keeps nothing when the process ends, and knows no master that could fail over.
 */

import type { Clock } from "../../../../src/sandbox/framework/clock.js";
import type {
  Cluster,
  ClusterListener,
  LaunchOperation,
  Offer,
  OfferResource,
  TaskStatus,
} from "../../../../src/sandbox/framework/cluster.js";
import { numberOf, objectOf, objects, textOf } from "../../../../src/sandbox/marathon/definition/fields.js";
import { durationMs } from "../../../../src/sandbox/marathon/engine/behaviour.js";
import type { JsonObject } from "../../../../src/value/json.js";

export interface MemoryAgent {
  readonly id: string;
  readonly hostname: string;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly unavailability?: Offer["unavailability"];
}

interface Task {
  readonly id: string;
  readonly agentId: string;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly ports: readonly number[];
  readonly info: JsonObject;
  state: string;
}

export interface MemoryTimes {
  /** Milliseconds from a launch to TASK_RUNNING, unless the label sandbox.start-delay says otherwise. */
  readonly startMs: number;
  readonly killMs: number;
  readonly offerMs: number;
}

const DEFAULT_TIMES: MemoryTimes = { startMs: 50, killMs: 20, offerMs: 5 };
const PORTS = { begin: 31_000, end: 32_000 };

export class MemoryCluster implements Cluster {
  readonly masterUrl = "http://memory.invalid:5050/";
  readonly tasks = new Map<string, Task>();
  readonly agents = new Map<string, MemoryAgent>();
  readonly killed: string[] = [];
  /** Agents that give no offers and whose tasks say nothing. */
  readonly silent = new Set<string>();
  private listener: ClusterListener | null = null;
  private readonly outstanding = new Map<string, string>();
  private readonly filtered = new Set<string>();
  private suppressed = false;
  private planned = false;
  private count = 0;
  private roles: readonly string[] = ["*"];

  constructor(
    private readonly clock: Clock,
    agents: readonly MemoryAgent[],
    private readonly times: MemoryTimes = DEFAULT_TIMES,
  ) {
    for (const agent of agents) this.agents.set(agent.id, agent);
  }

  async start(frameworkId: string | null, listener: ClusterListener): Promise<void> {
    this.listener = listener;
    this.clock.after(0, () => {
      listener.registered(frameworkId ?? "memory-0000", { hostname: "memory.invalid", port: 5050 });
      this.planOffers();
    });
  }

  accept(offerId: string, operations: readonly LaunchOperation[], _refuseSeconds: number): void {
    const agentId = this.outstanding.get(offerId);
    this.outstanding.delete(offerId);
    for (const operation of operations) {
      for (const info of operation.tasks) this.launch(info, agentId ?? null);
    }
    this.planOffers();
  }

  decline(offerIds: readonly string[], refuseSeconds: number): void {
    for (const id of offerIds) {
      const agentId = this.outstanding.get(id);
      this.outstanding.delete(id);
      if (agentId === undefined) continue;
      this.filtered.add(agentId);
      this.clock.after(refuseSeconds * 1000, () => {
        this.filtered.delete(agentId);
        this.planOffers();
      });
    }
  }

  revive(): void {
    this.suppressed = false;
    this.filtered.clear();
    this.planOffers();
  }

  suppress(): void {
    this.suppressed = true;
  }

  kill(taskId: string, _agentId: string | null): void {
    const task = this.tasks.get(taskId);
    this.killed.push(taskId);
    if (task === undefined) {
      this.clock.after(0, () => this.tell({ taskId, state: "TASK_GONE", reason: "REASON_RECONCILIATION" }));
      return;
    }
    if (this.silent.has(task.agentId)) return;
    this.clock.after(this.times.killMs, () => this.finish(taskId, "TASK_KILLED"));
  }

  acknowledge(): void {}

  want(roles: readonly string[]): void {
    this.roles = [...new Set([...this.roles, ...roles])];
  }

  reconcile(tasks: readonly { readonly taskId: string; readonly agentId: string | null }[]): void {
    const asked = tasks.length === 0 ? [...this.tasks.keys()] : tasks.map(({ taskId }) => taskId);
    for (const taskId of asked) {
      const task = this.tasks.get(taskId);
      // As Mesos does: tasks on agents that nobody reaches are not among "all".
      const hidden = task !== undefined && this.silent.has(task.agentId);
      if (hidden && tasks.length === 0) continue;
      const state = hidden ? "TASK_UNREACHABLE" : (task?.state ?? "TASK_GONE");
      this.clock.after(0, () => this.tell({ taskId, state, reason: "REASON_RECONCILIATION" }));
    }
  }

  async stop(): Promise<void> {
    this.listener = null;
  }

  /** Ends a task by itself, as a crash would. */
  finish(taskId: string, state: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    this.tasks.delete(taskId);
    this.tell({ taskId, state, agentId: task.agentId });
    this.filtered.delete(task.agentId);
    this.planOffers();
  }

  /** TASK_UNREACHABLE for all tasks of an agent, which stay alive. */
  lose(agentId: string): void {
    this.silent.add(agentId);
    for (const task of this.tasks.values()) {
      if (task.agentId !== agentId) continue;
      this.tell({ taskId: task.id, state: "TASK_UNREACHABLE", agentId, reason: "REASON_AGENT_REMOVED" });
    }
  }

  back(agentId: string): void {
    this.silent.delete(agentId);
    for (const task of this.tasks.values()) {
      if (task.agentId === agentId)
        this.tell({ taskId: task.id, state: task.state, agentId, reason: "REASON_AGENT_REREGISTERED" });
    }
    this.planOffers();
  }

  disconnect(): void {
    this.listener?.disconnected();
  }

  private launch(info: JsonObject, agentId: string | null): void {
    const id = textOf(objectOf(info["task_id"])?.["value"]) ?? "";
    if (agentId === null) {
      this.tell({ taskId: id, state: "TASK_DROPPED", reason: "REASON_INVALID_OFFERS" });
      return;
    }
    const resources = objects(info["resources"]);
    const amount = (name: string) =>
      resources
        .filter((one) => one["name"] === name)
        .reduce((total, one) => total + numberOf(objectOf(one["scalar"])?.["value"], 0), 0);
    const ports = resources
      .filter((one) => one["name"] === "ports")
      .flatMap((one) => objects(objectOf(one["ranges"])?.["range"]).map(({ begin }) => numberOf(begin, 0)));
    const sizes = { cpus: amount("cpus"), mem: amount("mem"), disk: amount("disk") };
    const task: Task = { id, agentId, ...sizes, ports, info, state: "TASK_STAGING" };
    this.tasks.set(id, task);
    const label = (name: string) => {
      const labels = objects(objectOf(info["labels"])?.["labels"]);
      return durationMs(textOf(labels.find(({ key }) => key === name)?.["value"]) ?? "");
    };
    const start = label("sandbox.start-delay") ?? this.times.startMs;
    this.clock.after(start, () => this.run(task));
    const end = label("sandbox.finish-after");
    const fail = label("sandbox.fail-after");
    if (end !== null) this.clock.after(start + end, () => this.finish(id, "TASK_FINISHED"));
    if (fail !== null) this.clock.after(start + fail, () => this.finish(id, "TASK_FAILED"));
  }

  private run(task: Task): void {
    if (this.tasks.get(task.id) !== task || task.state !== "TASK_STAGING") return;
    task.state = "TASK_RUNNING";
    if (this.silent.has(task.agentId)) return;
    const ipAddresses = ["172.17.0.5"];
    const healthy = task.info["health_check"] === undefined ? null : true;
    this.tell({ taskId: task.id, state: "TASK_RUNNING", agentId: task.agentId, ipAddresses, healthy });
  }

  private tell(status: Partial<TaskStatus> & { readonly taskId: string; readonly state: string }): void {
    const full = { agentId: null, message: "", reason: null, healthy: null, ipAddresses: [], uuid: null };
    this.listener?.status({ ...full, ...status });
  }

  private planOffers(): void {
    if (this.planned) return;
    this.planned = true;
    this.clock.after(this.times.offerMs, () => {
      this.planned = false;
      this.offer();
    });
  }

  private offer(): void {
    if (this.suppressed || this.listener === null) return;
    const busy = new Set(this.outstanding.values());
    const offers = [...this.agents.values()]
      .filter(({ id }) => !busy.has(id) && !this.filtered.has(id) && !this.silent.has(id))
      .map((agent) => this.offerOf(agent));
    for (const { id, agentId } of offers) this.outstanding.set(id, agentId);
    if (offers.length > 0) this.listener.offers(offers);
  }

  private offerOf(agent: MemoryAgent): Offer {
    const own = [...this.tasks.values()].filter(({ agentId }) => agentId === agent.id);
    const left = (name: "cpus" | "mem" | "disk"): OfferResource => {
      const used = own.reduce((total, task) => total + task[name], 0);
      return { name, role: "*", scalar: Math.max(0, Math.round((agent[name] - used) * 1000) / 1000) };
    };
    const taken = new Set(own.flatMap(({ ports }) => ports));
    const ranges: { begin: number; end: number }[] = [];
    for (let port = PORTS.begin; port <= PORTS.end; port += 1) {
      const last = ranges.at(-1);
      if (taken.has(port)) continue;
      if (last?.end === port - 1) last.end = port;
      else ranges.push({ begin: port, end: port });
    }
    this.count += 1;
    return {
      id: `memory-O${this.count}`,
      agentId: agent.id,
      hostname: agent.hostname,
      ip: "127.0.0.1",
      role: this.roles[this.count % this.roles.length] ?? "*",
      resources: [left("cpus"), left("mem"), left("disk"), { name: "ports", role: "*", ranges }],
      attributes: Object.entries(agent.attributes ?? {}).map(([name, text]) => ({ name, text })),
      unavailability: agent.unavailability ?? null,
      region: null,
      zone: null,
    };
  }
}
