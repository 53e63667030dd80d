/** Pods and their status as the API shows them (facts 1.7). Reads a leading engine, changes nothing. */
import type { JsonObject } from "../../../value/json.js";
import { iso } from "../../framework/clock.js";
import { compact, objectOf, objects, without } from "../definition/fields.js";
import { hostPortsOf, instancesOf, type RunSpec, resourcesOf } from "../definition/run-spec.js";
import type { Engine } from "../engine/engine.js";
import type { Condition, Instance, InstanceTask } from "../instance/instance.js";

export function podShown(spec: RunSpec): JsonObject {
  const { id, labels, user, environment, ...rest } = spec.definition;
  return compact({ id, labels, version: spec.version, user, environment, ...rest });
}

export function podStatus(engine: Engine, spec: RunSpec): JsonObject {
  const instances = engine.tracker.of(spec.id).map((instance) => instanceStatus(engine, instance));
  const stable = instances.filter(({ status }) => status === "STABLE").length;
  const changes = instances.map(({ lastChanged }) => String(lastChanged)).sort();
  const since = changes.at(-1) ?? spec.version;
  const scheduling = objectOf(spec.definition["scheduling"]) ?? {};
  const placement = objectOf(scheduling["placement"]) ?? {};
  const bare = Object.keys(placement).length === 0 ? without(scheduling, "placement") : scheduling;
  return {
    id: spec.id,
    spec: { ...podShown(spec), scheduling: bare },
    status: stable === instancesOf(spec) && stable === instances.length ? "STABLE" : "DEGRADED",
    statusSince: since,
    instances,
    terminationHistory: [],
    lastUpdated: iso(engine.now()),
    lastChanged: since,
  };
}

export function instanceStatus(engine: Engine, instance: Instance): JsonObject {
  const spec = engine.groups.specAt(instance.specId, instance.specVersion);
  const definition = spec?.definition ?? {};
  const { agent } = instance;
  const since = instance.since;
  const names = objects(definition["networks"]).filter(({ name }) => name !== undefined);
  const ips = instance.tasks[0]?.ipAddresses ?? [];
  return compact({
    id: instance.id,
    status: statusOf(engine, instance),
    statusSince: since,
    conditions: [],
    agentHostname: agent?.host,
    agentId: agent?.id,
    agentRegion: agent?.region ?? undefined,
    agentZone: agent?.zone ?? undefined,
    resources: spec === null ? undefined : { ...resourcesOf(spec) },
    networks: names.map(({ name }) => compact({ name, addresses: [...ips] })),
    containers: instance.tasks.map((task) => containerStatus(spec, task)),
    specReference: `/v2/pods${instance.specId}::versions/${instance.specVersion}`,
    localVolumes: [],
    lastUpdated: since,
    lastChanged: since,
    role: instance.role,
  });
}

const PENDING: readonly Condition[] = ["Scheduled", "Provisioned"];

function statusOf(engine: Engine, instance: Instance): string {
  const { condition } = instance;
  if (PENDING.includes(condition)) return "PENDING";
  if (condition === "Staging" || condition === "Starting") return "STAGING";
  if (condition === "Unreachable" || condition === "UnreachableInactive") return "DEGRADED";
  if (condition !== "Running") return "TERMINAL";
  return engine.health.isHealthy(instance) === false ? "DEGRADED" : "STABLE";
}

function containerStatus(spec: RunSpec | null, task: InstanceTask): JsonObject {
  const container = objects(spec?.definition["containers"]).find(({ name }) => name === task.container);
  const since = task.startedAt ?? task.stagedAt;
  const ports = spec === null ? [] : hostPortsOf(spec).filter((port) => port.container === task.container);
  const healthy = task.healthy ?? undefined;
  const checked = container?.["healthCheck"] !== undefined && healthy !== undefined;
  return compact({
    name: task.container ?? "",
    status: task.state,
    statusSince: since,
    conditions: checked
      ? [
          {
            name: "healthy",
            lastChanged: since,
            lastUpdated: since,
            value: String(healthy),
            reason: "health-reported-by-mesos",
          },
        ]
      : [],
    containerId: task.id,
    endpoints: objects(container?.["endpoints"]).map(({ name }) => {
      const at = ports.findIndex((port) => port.name === name);
      return compact({
        name,
        allocatedHostPort: at < 0 ? undefined : task.hostPorts[at],
        healthy: checked ? healthy : undefined,
      });
    }),
    resources: container?.["resources"],
    lastUpdated: since,
    lastChanged: since,
  });
}
