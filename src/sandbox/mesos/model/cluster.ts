/**
 * The master's picture of the cluster and the sums over it: who holds what of which agent. Every change of a resource goes
 * through here, so the sums always agree with the records. No time, no network.
 */
import type {
  Agent,
  Executor,
  Framework,
  InverseOffer,
  InverseOfferStatus,
  Machine,
  MachineId,
  Offer,
  QuotaConfig,
  RecoveredAgent,
  Task,
  UnreachableAgent,
  Window,
} from "./records.js";
import {
  accumulate,
  add,
  type Quantities,
  quantities,
  type Resources,
  reservedFor,
  subtract,
  unallocate,
} from "./resource.js";
import { withAncestors } from "./role.js";
import { isTerminal } from "./status.js";

export class Cluster {
  readonly agents = new Map<string, Agent>();
  /** By `slave(1)@ip:port`. */
  readonly byPid = new Map<string, Agent>();
  readonly recovered = new Map<string, RecoveredAgent>();
  readonly unreachable = new Map<string, UnreachableAgent>();
  /** Seconds since 1970, by agent id. */
  readonly gone = new Map<string, number>();
  readonly frameworks = new Map<string, Framework>();
  readonly completedFrameworks = new Map<string, Framework>();
  readonly offers = new Map<string, Offer>();
  readonly inverseOffers = new Map<string, InverseOffer>();
  readonly machines = new Map<string, Machine>();
  readonly inverseAnswers = new Map<string, Map<string, InverseOfferStatus>>();
  readonly quotas = new Map<string, QuotaConfig>();
  readonly weights = new Map<string, number>();
  windows: readonly Window[] = [];
  /** Of all registered agents. */
  readonly total = new Map<string, number>();
  /** Offered or used, by role and by each role above it. */
  readonly byRole = new Map<string, Map<string, number>>();
  /** As byRole, the unreserved part only. */
  readonly unreservedByRole = new Map<string, Map<string, number>>();
  /** All that is reserved, used or not, by role and by each role above it. */
  readonly reservedByRole = new Map<string, Map<string, number>>();

  addAgent(agent: Agent): void {
    this.agents.set(agent.id, agent);
    this.byPid.set(agent.pid, agent);
    this.count(agent.total, 1);
  }

  /** Its tasks, executors and offers must have been removed before. */
  removeAgent(agent: Agent): void {
    this.agents.delete(agent.id);
    if (this.byPid.get(agent.pid) === agent) this.byPid.delete(agent.pid);
    this.count(agent.total, -1);
  }

  changeTotal(agent: Agent, total: Resources): void {
    this.count(agent.total, -1);
    agent.total = total;
    agent.free = null;
    this.count(total, 1);
  }

  /** What nobody holds. */
  available(agent: Agent): Resources {
    agent.free ??= subtract(agent.total, agent.allocated);
    return agent.free;
  }

  addTask(task: Task, agent: Agent): void {
    task.framework.tasks.set(task.id, task);
    agent.tasks.set(taskKey(task.framework.id, task.id), task);
    if (isTerminal(task.state)) task.released = true;
    else this.hold(agent, task.framework, task.role, task.resources);
  }

  /** Gives a task's resources back, once. */
  releaseTask(task: Task): void {
    if (task.released) return;
    task.released = true;
    if (task.agent !== null) this.giveBack(task.agent, task.framework, task.role, task.resources);
  }

  /** Takes it from its agent and from the framework's running ones; the caller says where it goes. */
  removeTask(task: Task): void {
    this.releaseTask(task);
    if (task.agent !== null) {
      task.agent.tasks.delete(taskKey(task.framework.id, task.id));
      if (isTerminal(task.state)) {
        task.agent.counts.set(task.state, (task.agent.counts.get(task.state) ?? 0) + 1);
      }
    }
    task.framework.tasks.delete(task.id);
  }

  addExecutor(executor: Executor): void {
    const { agent, framework } = executor;
    agent.executors.set(taskKey(framework.id, executor.id), executor);
    framework.executors.set(taskKey(agent.id, executor.id), executor);
    this.hold(agent, framework, framework.roles[0] ?? "*", executor.resources);
  }

  removeExecutor(executor: Executor): void {
    const { agent, framework } = executor;
    if (!agent.executors.delete(taskKey(framework.id, executor.id))) return;
    framework.executors.delete(taskKey(agent.id, executor.id));
    this.giveBack(agent, framework, framework.roles[0] ?? "*", executor.resources);
  }

  /** The resources must be held for it already, which the allocator does. */
  addOffer(offer: Offer): void {
    this.offers.set(offer.id, offer);
    offer.framework.offers.add(offer);
    offer.agent.offers.add(offer);
  }

  removeOffer(offer: Offer): void {
    if (!this.offers.delete(offer.id)) return;
    offer.timeout?.();
    offer.framework.offers.delete(offer);
    offer.agent.offers.delete(offer);
    this.giveBack(offer.agent, offer.framework, offer.role, offer.resources);
  }

  addInverseOffer(offer: InverseOffer): void {
    this.inverseOffers.set(offer.id, offer);
    offer.framework.inverseOffers.add(offer);
    offer.agent.inverseOffers.set(offer.framework.id, offer);
  }

  removeInverseOffer(offer: InverseOffer): void {
    this.inverseOffers.delete(offer.id);
    offer.framework.inverseOffers.delete(offer);
    offer.agent.inverseOffers.delete(offer.framework.id);
  }

  hold(agent: Agent, framework: Framework, role: string, resources: Resources): void {
    agent.allocated = add(agent.allocated, unallocate(resources));
    agent.free = null;
    this.account(framework, role, resources, 1);
  }

  giveBack(agent: Agent, framework: Framework, role: string, resources: Resources): void {
    agent.allocated = subtract(agent.allocated, unallocate(resources));
    agent.free = null;
    this.account(framework, role, resources, -1);
  }

  weightOf(role: string): number {
    return this.weights.get(role) ?? 1;
  }

  /** What counts against a role's quota: all that is reserved for it, and what it holds of the rest. */
  consumed(role: string): Map<string, number> {
    const consumed = new Map(this.unreservedByRole.get(role) ?? []);
    accumulate(consumed, this.reservedByRole.get(role) ?? new Map());
    return consumed;
  }

  /** Roles that anything is known of, with those above them; sorted. */
  knownRoles(): string[] {
    const roles = new Set<string>(["*"]);
    const addAll = (role: string) => {
      for (const each of withAncestors(role)) roles.add(each);
    };
    for (const framework of this.frameworks.values()) for (const role of framework.roles) addAll(role);
    for (const role of this.weights.keys()) addAll(role);
    for (const [role, { guarantees, limits }] of this.quotas)
      if (guarantees.size + limits.size > 0) addAll(role);
    for (const [role, sums] of this.reservedByRole) if (sums.size > 0) addAll(role);
    return [...roles].sort();
  }

  machineOf(agent: { readonly info: { readonly hostname: string }; readonly ip: string }): Machine | null {
    return this.machines.get(machineKey({ hostname: agent.info.hostname, ip: agent.ip })) ?? null;
  }

  private account(framework: Framework, role: string, resources: Resources, sign: 1 | -1): void {
    const sums = quantities(resources);
    accumulate(inner(framework.allocated, role), sums, sign);
    const unreserved = quantities(resources.filter((part) => part.reservations.length === 0));
    for (const each of withAncestors(role)) {
      accumulate(inner(this.byRole, each), sums, sign);
      accumulate(inner(this.unreservedByRole, each), unreserved, sign);
    }
  }

  private count(resources: Resources, sign: 1 | -1): void {
    accumulate(this.total, quantities(resources), sign);
    for (const part of resources) {
      const role = reservedFor(part);
      if (role === "*") continue;
      const sums: Quantities = quantities([part]);
      for (const each of withAncestors(role)) accumulate(inner(this.reservedByRole, each), sums, sign);
    }
  }
}

export function taskKey(first: string, second: string): string {
  return `${first}\n${second}`;
}

/** Machines are the same by hostname without its case, and ip. */
export function machineKey(id: MachineId): string {
  return `${id.hostname.toLowerCase()}\n${id.ip}`;
}

function inner(map: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
