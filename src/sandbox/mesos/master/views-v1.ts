/** The answers of the v1 operator API's reading calls. Records to JSON; who may see what is given as predicates. */

import { attributeWire } from "../model/attribute.js";
import type { Cluster } from "../model/cluster.js";
import type { Agent, Framework, InverseOffer, Offer, RecoveredAgent, Task } from "../model/records.js";
import { type Resources, sum } from "../model/resource.js";
import { quantityListWire, resourceWire, roledResourceWire } from "../model/resource-json.js";
import { double, LongList, timeInfo, type Wire, type WireObject } from "../model/wire.js";
import {
  agentInfoWire,
  agentUrlWire,
  drainInfoWire,
  frameworkInfoWire,
  idWire,
  passed,
  taskWire,
  unavailabilityWire,
} from "./wire-parts.js";

/** What the asking principal may see. */
export interface Sight {
  readonly framework: (framework: Framework) => boolean;
  readonly task: (task: Task) => boolean;
  readonly role: (role: string) => boolean;
  readonly executor: (framework: Framework) => boolean;
  readonly flags: boolean;
}

/** What tasks and executors hold, by framework and role. */
export function usedBy(
  holders: Iterable<{ readonly resources: Resources; readonly released?: boolean }>,
): Resources {
  const held: Resources[] = [];
  for (const { resources, released } of holders) if (released !== true) held.push(resources);
  const used = sum(held);
  return [...used].sort((a, b) =>
    (a.allocatedTo ?? "") < (b.allocatedTo ?? "") ? -1 : a.allocatedTo === b.allocatedTo ? 0 : 1,
  );
}

export function agentUsed(agent: Agent): Resources {
  return usedBy([...agent.tasks.values(), ...agent.executors.values()]);
}

export function agentWire(agent: Agent): WireObject {
  const used = agentUsed(agent);
  const offered = sum([...agent.offers].map((offer) => offer.resources));
  return {
    agent_info: agentInfoWire(agent.id, agent.info),
    active: agent.connected && !agent.deactivated,
    deactivated: agent.deactivated,
    version: agent.version,
    pid: agent.pid,
    registered_time: timeInfo(agent.registeredTime),
    reregistered_time: agent.reregisteredTime === null ? undefined : timeInfo(agent.reregisteredTime),
    total_resources: agent.total.map(roledResourceWire),
    ...(used.length === 0 ? {} : { allocated_resources: used.map(roledResourceWire) }),
    ...(offered.length === 0 ? {} : { offered_resources: offered.map(roledResourceWire) }),
    capabilities: agent.capabilities.map((type) => ({ type })),
    ...(agent.drain === null ? {} : { drain_info: drainInfoWire(agent.drain) }),
    ...(agent.drainStarted === null
      ? {}
      : { estimated_drain_start_time: timeInfo(Math.round(agent.drainStarted)) }),
  };
}

export function getAgents(cluster: Cluster): WireObject {
  return {
    agents: LongList.of([...cluster.agents.values()].reverse(), agentWire),
    recovered_agents: LongList.of([...cluster.recovered.values()], ({ id, info }: RecoveredAgent) =>
      agentInfoWire(id, info),
    ),
  };
}

export function getTasks(cluster: Cluster, sight: Sight): WireObject {
  const tasks: Task[] = [];
  const unreachable: Task[] = [];
  const completed: Task[] = [];
  const collect = (from: Iterable<Task>, into: Task[]) => {
    for (const task of from) if (sight.task(task)) into.push(task);
  };
  for (const framework of allFrameworks(cluster)) {
    if (!sight.framework(framework)) continue;
    collect(framework.tasks.values(), tasks);
    collect(framework.unreachableTasks.values(), unreachable);
    collect(framework.completedTasks.values(), completed);
  }
  return {
    tasks: LongList.of(tasks, taskWire),
    unreachable_tasks: LongList.of(unreachable, taskWire),
    completed_tasks: LongList.of(completed, taskWire),
  };
}

export function allFrameworks(cluster: Cluster): Framework[] {
  return [...cluster.frameworks.values(), ...cluster.completedFrameworks.values()];
}

export function offerWire(offer: Offer): WireObject {
  const { agent, framework } = offer;
  return {
    id: idWire(offer.id),
    framework_id: idWire(framework.id),
    agent_id: idWire(agent.id),
    hostname: agent.info.hostname,
    url: agentUrlWire(agent),
    resources: offer.resources.map(roledResourceWire),
    ...(agent.info.attributes.length === 0 ? {} : { attributes: agent.info.attributes.map(attributeWire) }),
    ...(agent.unavailability === null ? {} : { unavailability: unavailabilityWire(agent.unavailability) }),
    allocation_info: { role: offer.role },
  };
}

export function inverseOfferWire({ id, framework, agent, unavailability }: InverseOffer): WireObject {
  return {
    id: idWire(id),
    url: agentUrlWire(agent),
    framework_id: idWire(framework.id),
    agent_id: idWire(agent.id),
    unavailability: unavailabilityWire(unavailability),
  };
}

export function frameworkWire(framework: Framework): WireObject {
  const used = usedBy([...framework.tasks.values(), ...framework.executors.values()]);
  const offered = sum([...framework.offers].map((offer) => offer.resources));
  return {
    framework_info: frameworkInfoWire(framework),
    active: framework.active,
    connected: framework.connected,
    recovered: framework.recovered,
    ...timeOf("registered_time", framework.registeredTime),
    ...timeOf("reregistered_time", framework.reregisteredTime),
    ...timeOf("unregistered_time", framework.unregisteredTime),
    ...(framework.offers.size === 0 ? {} : { offers: [...framework.offers].map(offerWire) }),
    ...(framework.inverseOffers.size === 0
      ? {}
      : { inverse_offers: [...framework.inverseOffers].map(inverseOfferWire) }),
    ...(used.length === 0 ? {} : { allocated_resources: used.map(roledResourceWire) }),
    ...(offered.length === 0 ? {} : { offered_resources: offered.map(roledResourceWire) }),
    offer_constraints: {},
  };
}

function timeOf(name: string, seconds: number): WireObject {
  return seconds === 0 ? {} : { [name]: timeInfo(seconds) };
}

export function getFrameworks(cluster: Cluster, sight: Sight): WireObject {
  const shown = (frameworks: Iterable<Framework>) =>
    [...frameworks].filter(sight.framework).map(frameworkWire);
  return {
    frameworks: shown([...cluster.frameworks.values()].reverse()),
    completed_frameworks: shown(cluster.completedFrameworks.values()),
  };
}

export function getExecutors(cluster: Cluster, sight: Sight): WireObject {
  const executors: Wire[] = [];
  for (const agent of cluster.agents.values()) {
    for (const executor of agent.executors.values()) {
      if (!sight.executor(executor.framework)) continue;
      const { resources: _, ...info } = executor.info;
      executors.push({
        executor_info: {
          ...(passed(info) as WireObject),
          framework_id: idWire(executor.framework.id),
          resources: executor.resources.map(resourceWire),
        },
        agent_id: idWire(agent.id),
      });
    }
  }
  return { executors };
}

export function getState(cluster: Cluster, sight: Sight): WireObject {
  return {
    get_tasks: getTasks(cluster, sight),
    get_executors: getExecutors(cluster, sight),
    get_frameworks: getFrameworks(cluster, sight),
    get_agents: getAgents(cluster),
  };
}

export function getRoles(cluster: Cluster, sight: Sight): WireObject {
  const roles = cluster.knownRoles().filter(sight.role);
  return { roles: roles.map((role) => roleWire(cluster, role)) };
}

function roleWire(cluster: Cluster, role: string): WireObject {
  const ids = [...cluster.frameworks.values()]
    .filter(({ roles }) => roles.includes(role))
    .map(({ id }) => idWire(id));
  const resources = quantityListWire(cluster.byRole.get(role) ?? new Map());
  return {
    name: role,
    weight: double(cluster.weightOf(role)),
    ...(ids.length === 0 ? {} : { frameworks: ids }),
    ...(resources.length === 0 ? {} : { resources }),
  };
}

/** `{infos, configs}`; `{}` when no quota was ever set. A quota that was cleared stays as its role alone. */
export function quotaStatus(cluster: Cluster, sight: (role: string) => boolean): WireObject {
  const quotas = [...cluster.quotas.values()].filter(({ role }) => sight(role));
  if (quotas.length === 0) return {};
  return {
    infos: quotas.map(({ role, guarantees }) => ({
      role,
      ...(guarantees.size === 0 ? {} : { guarantee: quantityListWire(guarantees) }),
    })),
    configs: quotas.map(({ role, guarantees, limits }) => ({
      role,
      ...(guarantees.size === 0 ? {} : { guarantees: valueMap(guarantees) }),
      ...(limits.size === 0 ? {} : { limits: valueMap(limits) }),
    })),
  };
}

/** `{cpus: {value: 2.0}}`. */
export function valueMap(sums: ReadonlyMap<string, number>): WireObject {
  return Object.fromEntries([...sums].map(([name, milli]) => [name, { value: double(milli / 1000) }]));
}

export function weightsWire(
  cluster: Cluster,
  sight: (role: string) => boolean,
): { role: string; weight: number }[] {
  return [...cluster.weights]
    .filter(([role]) => sight(role))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([role, weight]) => ({ role, weight }));
}

export function scheduleWire(cluster: Cluster): WireObject {
  if (cluster.windows.length === 0) return {};
  return {
    windows: cluster.windows.map(({ machines, unavailability }) => ({
      machine_ids: machines.map(({ hostname, ip }) => ({ hostname, ip })),
      unavailability: unavailabilityWire(unavailability),
    })),
  };
}

export function maintenanceStatus(cluster: Cluster): WireObject {
  const draining: Wire[] = [];
  const down: Wire[] = [];
  for (const [key, { id, mode }] of cluster.machines) {
    const answers = [...(cluster.inverseAnswers.get(key)?.values() ?? [])];
    if (mode === "DOWN") down.push({ ...id });
    else {
      const statuses = answers.map(({ status, frameworkId, timestamp }) => ({
        status,
        framework_id: idWire(frameworkId),
        timestamp: timeInfo(timestamp),
      }));
      draining.push({ id: { ...id }, ...(statuses.length === 0 ? {} : { statuses }) });
    }
  }
  return {
    ...(draining.length === 0 ? {} : { draining_machines: draining }),
    ...(down.length === 0 ? {} : { down_machines: down }),
  };
}
