/**
 * Who is offered what: dominant resource fairness over roles and then over the frameworks of a role, after the quota guarantees
 * and within the limits. One run over the agents that have something free; it only computes and takes the resources.
 */
import type { Cluster } from "./cluster.js";
import type { Filters } from "./filters.js";
import type { Agent, Framework } from "./records.js";
import {
  allocate,
  type Quantities,
  quantities,
  type Resource,
  type Resources,
  reservedFor,
} from "./resource.js";
import { isBelow } from "./role.js";

export interface Allocation {
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  readonly resources: Resources;
}

export interface AllocationSettings {
  /** Seconds. */
  readonly now: number;
  /** At least one of them must be in an offer; from min_allocatable_resources. */
  readonly minimum: readonly Quantities[];
  /** filter_gpu_resources. */
  readonly filterGpus: boolean;
  /** The order in which agents are looked at. */
  readonly shuffle: (agents: Agent[]) => Agent[];
}

export function runAllocation(
  cluster: Cluster,
  filters: Filters,
  settings: AllocationSettings,
): Allocation[] {
  return new Run(cluster, filters, settings).run();
}

class Run {
  private readonly made: Allocation[] = [];
  private readonly byRole = new Map<string, Framework[]>();
  /** Free and unreserved on all agents, thousandths. */
  private readonly headroom = new Map<string, number>();
  private readonly guaranteed: readonly string[];

  constructor(
    private readonly cluster: Cluster,
    private readonly filters: Filters,
    private readonly settings: AllocationSettings,
  ) {
    for (const framework of cluster.frameworks.values()) {
      if (!framework.active) continue;
      for (const role of framework.roles) {
        if (framework.suppressed.has(role)) continue;
        const list = this.byRole.get(role);
        if (list === undefined) this.byRole.set(role, [framework]);
        else list.push(framework);
      }
    }
    this.guaranteed = [...cluster.quotas.values()]
      .filter(({ guarantees }) => guarantees.size > 0)
      .map(({ role }) => role);
  }

  run(): Allocation[] {
    if (this.byRole.size === 0) return [];
    const agents = [...this.cluster.agents.values()].filter((agent) => this.isCandidate(agent));
    if (this.guaranteed.length > 0) this.countHeadroom(agents);
    const order = this.settings.shuffle(agents);
    for (const agent of order) this.satisfyGuarantees(agent);
    for (const agent of order) this.shareFairly(agent);
    return this.made;
  }

  private isCandidate(agent: Agent): boolean {
    if (!agent.connected || agent.deactivated) return false;
    return this.allocatable(this.cluster.available(agent));
  }

  private countHeadroom(agents: readonly Agent[]): void {
    for (const agent of agents) {
      for (const part of this.cluster.available(agent)) {
        if (part.amount.kind !== "SCALAR" || part.reservations.length > 0) continue;
        this.headroom.set(part.name, (this.headroom.get(part.name) ?? 0) + part.amount.milli);
      }
    }
  }

  /** First stage: roles below their guarantee, up to it. */
  private satisfyGuarantees(agent: Agent): void {
    for (const role of this.sortedRoles(this.guaranteed)) {
      for (const framework of this.sortedFrameworks(role)) {
        const missing = this.missingGuarantee(role);
        if (missing.size === 0) break;
        const limits = this.withinLimits(role);
        const most = new Map(limits);
        for (const name of this.cluster.quotas.get(role)?.guarantees.keys() ?? []) {
          most.set(name, Math.min(missing.get(name) ?? 0, limits.get(name) ?? Number.POSITIVE_INFINITY));
        }
        this.offer(agent, framework, role, this.withSurplus(role, most));
      }
    }
  }

  /** Second stage: everybody by share, leaving enough for guarantees that are not met yet. */
  private shareFairly(agent: Agent): void {
    for (const role of this.sortedRoles([...this.byRole.keys()])) {
      for (const framework of this.sortedFrameworks(role)) {
        if (!this.allocatable(this.cluster.available(agent))) return;
        const most = new Map(this.withinLimits(role));
        for (const [name, surplus] of this.surplus()) {
          most.set(name, Math.min(most.get(name) ?? Number.POSITIVE_INFINITY, surplus));
        }
        this.offer(agent, framework, role, most);
      }
    }
  }

  /** @param most of each unreserved scalar; a name that is absent is not limited */
  private offer(agent: Agent, framework: Framework, role: string, most: Quantities): void {
    const free = this.cluster.available(agent);
    if (this.settings.filterGpus && !framework.capabilities.has("GPU_RESOURCES")) {
      if ((quantities(agent.total).get("gpus") ?? 0) > 0) return;
    }
    const resources = chop(free, role, most);
    if (resources.length === 0 || !this.allocatable(resources)) return;
    if (this.filters.isRefused(framework, role, agent, resources, this.settings.now)) return;
    const allocated = allocate(resources, role);
    this.cluster.hold(agent, framework, role, allocated);
    for (const part of resources) {
      if (part.amount.kind !== "SCALAR" || part.reservations.length > 0) continue;
      this.headroom.set(part.name, (this.headroom.get(part.name) ?? 0) - part.amount.milli);
    }
    this.made.push({ framework, agent, role, resources: allocated });
  }

  private allocatable(resources: Resources): boolean {
    const sums = quantities(resources);
    if (this.settings.minimum.length === 0) return sums.size > 0;
    return this.settings.minimum.some((least) =>
      [...least].every(([name, milli]) => (sums.get(name) ?? 0) >= milli),
    );
  }

  private missingGuarantee(role: string): Map<string, number> {
    const consumed = this.cluster.consumed(role);
    const missing = new Map<string, number>();
    for (const [name, milli] of this.cluster.quotas.get(role)?.guarantees ?? []) {
      const lack = milli - (consumed.get(name) ?? 0);
      if (lack > 0) missing.set(name, lack);
    }
    return missing;
  }

  /** What the quota's limits leave; limits are those of the role's topmost ancestor. */
  private withinLimits(role: string): Map<string, number> {
    const top = role.split("/")[0] ?? role;
    const rest = new Map<string, number>();
    const limits = this.cluster.quotas.get(top)?.limits;
    if (limits === undefined || limits.size === 0) return rest;
    const consumed = this.cluster.consumed(top);
    for (const [name, milli] of limits) rest.set(name, Math.max(0, milli - (consumed.get(name) ?? 0)));
    return rest;
  }

  /** Beyond its guarantee's own resources a role takes only what others do not need for theirs. */
  private withSurplus(role: string, most: Map<string, number>): Map<string, number> {
    const own = this.cluster.quotas.get(role)?.guarantees ?? new Map<string, number>();
    for (const [name, surplus] of this.surplus()) {
      if (own.has(name)) continue;
      most.set(name, Math.min(most.get(name) ?? Number.POSITIVE_INFINITY, surplus));
    }
    return most;
  }

  private surplus(): Map<string, number> {
    const surplus = new Map<string, number>();
    for (const role of this.guaranteed) {
      for (const [name, lack] of this.missingGuarantee(role)) {
        surplus.set(name, (surplus.get(name) ?? this.headroom.get(name) ?? 0) - lack);
      }
    }
    for (const [name, milli] of surplus) surplus.set(name, Math.max(0, milli));
    return surplus;
  }

  private sortedRoles(roles: readonly string[]): string[] {
    if (roles.length < 2) return [...roles];
    return [...roles].sort((a, b) => this.compareRoles(a, b));
  }

  /** Where their paths part, the smaller share of the two branches goes first. */
  private compareRoles(a: string, b: string): number {
    const left = a.split("/");
    const right = b.split("/");
    let depth = 0;
    while (depth < left.length && depth < right.length && left[depth] === right[depth]) depth += 1;
    const branchA = left.slice(0, depth + 1).join("/");
    const branchB = right.slice(0, depth + 1).join("/");
    return this.roleShare(branchA) - this.roleShare(branchB) || (a < b ? -1 : 1);
  }

  private roleShare(role: string): number {
    return this.share(this.cluster.byRole.get(role)) / this.cluster.weightOf(role);
  }

  private sortedFrameworks(role: string): Framework[] {
    const list = this.byRole.get(role) ?? [];
    if (list.length < 2) return list;
    const shares = new Map(list.map((each) => [each, this.share(each.allocated.get(role))]));
    return [...list].sort((a, b) => (shares.get(a) ?? 0) - (shares.get(b) ?? 0) || (a.id < b.id ? -1 : 1));
  }

  private share(sums: Quantities | undefined): number {
    return dominantShare(sums, this.cluster.total);
  }
}

/** The largest part of any resource of the cluster. */
export function dominantShare(sums: Quantities | undefined, total: Quantities): number {
  let share = 0;
  for (const [name, milli] of sums ?? []) {
    const all = total.get(name) ?? 0;
    if (all > 0) share = Math.max(share, milli / all);
  }
  return share;
}

/** What a role may get of free resources: reserved for it or for a role above it, and of the unreserved at most that much. */
function chop(free: Resources, role: string, most: Quantities): Resources {
  const rest = new Map(most);
  return free.flatMap((part): Resource[] => {
    const owner = reservedFor(part);
    if (owner !== "*") return owner === role || isBelow(role, owner) ? [part] : [];
    if (part.amount.kind !== "SCALAR") return [part];
    const left = rest.get(part.name);
    if (left === undefined) return [part];
    const milli = Math.min(left, part.amount.milli);
    rest.set(part.name, left - milli);
    return milli <= 0 ? [] : [{ ...part, amount: { kind: "SCALAR", milli } }];
  });
}
