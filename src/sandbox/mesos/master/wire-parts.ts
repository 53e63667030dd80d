/** Parts of answers that several of them share, in the v1 form: ids, statuses, tasks, drain states. Records to JSON only. */
import type { JsonObject } from "../../../value/json.js";
import { attributeWire } from "../model/attribute.js";
import { idWire, passed, statusWire } from "../model/message-wire.js";
import type { Agent, AgentInfo, DrainConfig, Framework, Task, Unavailability } from "../model/records.js";
import { resourceWire } from "../model/resource-json.js";
import { double, nanoseconds, type WireObject } from "../model/wire.js";

export { idWire, passed, statusWire };

export function agentInfoWire(id: string, info: AgentInfo): WireObject {
  return {
    hostname: info.hostname,
    port: info.port,
    resources: info.resources.map(resourceWire),
    ...(info.attributes.length === 0 ? {} : { attributes: info.attributes.map(attributeWire) }),
    id: idWire(id),
    checkpoint: true,
    ...(info.domain === undefined ? {} : { domain: passed(info.domain) }),
  };
}

/** The Task message. */
export function taskWire(task: Task): WireObject {
  const { details } = task;
  return {
    name: task.name,
    task_id: idWire(task.id),
    framework_id: idWire(task.framework.id),
    ...(task.executorId === null ? {} : { executor_id: idWire(task.executorId) }),
    agent_id: idWire(task.agentId),
    state: task.state,
    resources: task.resources.map(resourceWire),
    ...(task.statuses.length === 0 ? {} : { statuses: task.statuses.map(statusWire) }),
    ...(task.updateState === null ? {} : { status_update_state: task.updateState }),
    ...(task.updateUuid === null ? {} : { status_update_uuid: task.updateUuid }),
    ...detailsWire(details),
  };
}

/** labels, discovery, container, health_check, kill_policy, user. */
export function detailsWire(details: JsonObject): WireObject {
  return passed(details) as WireObject;
}

export function frameworkInfoWire(framework: Framework): WireObject {
  const { info } = framework;
  const field = (name: string) => (info[name] === undefined ? undefined : passed(info[name], name));
  return {
    user: framework.user,
    name: framework.name,
    id: idWire(framework.id),
    failover_timeout: double(framework.failoverTimeout),
    checkpoint: framework.checkpoint,
    ...(framework.capabilities.has("MULTI_ROLE")
      ? { roles: framework.roles }
      : { role: framework.roles[0] ?? "*" }),
    hostname: field("hostname"),
    principal: field("principal"),
    webui_url: field("webui_url"),
    capabilities: field("capabilities"),
    labels: field("labels"),
    domain: field("domain"),
  };
}

export function drainConfigWire({ maxGrace, markGone }: DrainConfig): WireObject {
  return {
    ...(maxGrace === undefined ? {} : { max_grace_period: { nanoseconds: nanoseconds(maxGrace) } }),
    mark_gone: markGone,
  };
}

export function drainInfoWire(drain: NonNullable<Agent["drain"]>): WireObject {
  return { state: drain.state, config: drainConfigWire(drain.config) };
}

export function unavailabilityWire({ start, duration }: Unavailability): WireObject {
  return {
    start: { nanoseconds: start },
    ...(duration === undefined ? {} : { duration: { nanoseconds: duration } }),
  };
}

/** Where an agent answers. */
export function agentUrlWire(agent: Agent): WireObject {
  const { hostname, port } = agent.info;
  return { scheme: "http", address: { hostname, ip: agent.ip, port }, path: "/slave(1)" };
}
