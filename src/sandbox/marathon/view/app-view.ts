/** Apps and their tasks as the API shows them. Reads a leading engine, changes nothing. */
import type { Json, JsonObject } from "../../../value/json.js";
import { compact, objectOf } from "../definition/fields.js";
import { type RunSpec, readinessChecksOf, servicePortsOf } from "../definition/run-spec.js";
import type { Engine } from "../engine/engine.js";
import { addresses } from "../engine/updates.js";
import type { Instance, InstanceTask } from "../instance/instance.js";
import { taskStatistics } from "./task-statistics.js";

export type AppEmbed = "tasks" | "counts" | "deployments" | "readiness" | "lastTaskFailure" | "taskStats";

/** Fields in the order in which Marathon writes them. */
const ORDER = [
  "id",
  "acceptedResourceRoles",
  "args",
  "backoffFactor",
  "backoffSeconds",
  "cmd",
  "constraints",
  "container",
  "cpus",
  "dependencies",
  "disk",
  "env",
  "executor",
  "executorResources",
  "fetch",
  "healthChecks",
  "check",
  "instances",
  "labels",
  "maxLaunchDelaySeconds",
  "mem",
  "gpus",
  "networks",
  "portDefinitions",
  "readinessChecks",
  "residency",
  "requirePorts",
  "resourceLimits",
  "secrets",
  "taskKillGracePeriodSeconds",
  "tty",
  "upgradeStrategy",
  "user",
  "version",
  "versionInfo",
  "killSelection",
  "unreachableStrategy",
  "role",
];

export function appShown(spec: RunSpec): JsonObject {
  const { version, lastScalingAt, lastConfigChangeAt } = spec;
  return ordered({ ...spec.definition, version, versionInfo: { lastScalingAt, lastConfigChangeAt } });
}

/** As the answer to a POST has it: before ports are given out, without versionInfo. */
export function createdApp(definition: JsonObject, version: string, deploymentId: string): JsonObject {
  return {
    ...ordered({ ...definition, version }),
    tasksStaged: 0,
    tasksRunning: 0,
    tasksHealthy: 0,
    tasksUnhealthy: 0,
    deployments: [{ id: deploymentId }],
  };
}

export function ordered(app: JsonObject): JsonObject {
  const fields: [string, Json][] = [];
  for (const name of ORDER) {
    const value = app[name];
    if (value !== undefined) fields.push([name, value]);
  }
  return Object.fromEntries(fields);
}

export function appInfo(engine: Engine, spec: RunSpec, embed: ReadonlySet<AppEmbed>): JsonObject {
  const instances = engine.tracker.of(spec.id);
  const failure = engine.failures.get(spec.id);
  return compact({
    ...appShown(spec),
    ...(embed.has("counts") ? counts(engine, instances) : {}),
    deployments:
      embed.has("deployments") || embed.has("tasks")
        ? engine.deployments.touching(spec.id).map((id) => ({ id }))
        : undefined,
    readinessCheckResults: embed.has("readiness") ? readiness(engine, spec) : undefined,
    tasks: embed.has("tasks") ? tasksOf(engine, instances) : undefined,
    lastTaskFailure: embed.has("lastTaskFailure") ? failure : undefined,
    tasksStats: embed.has("taskStats") ? taskStatistics(engine, spec, instances) : undefined,
  });
}

export function counts(engine: Engine, instances: readonly Instance[]): Record<string, number> {
  const health = instances.map((instance) => engine.health.isHealthy(instance));
  const of = (...conditions: readonly string[]) =>
    instances.filter(({ condition }) => conditions.includes(condition)).length;
  return {
    tasksStaged: of("Provisioned", "Staging", "Starting"),
    tasksRunning: of("Running"),
    tasksHealthy: health.filter((healthy) => healthy === true).length,
    tasksUnhealthy: health.filter((healthy) => healthy === false).length,
  };
}

export function tasksOf(engine: Engine, instances: readonly Instance[]): JsonObject[] {
  return instances.flatMap((instance) => {
    const task = taskShown(engine, instance);
    return task === null ? [] : [task];
  });
}

/** Null while it has never been launched, or waits to be again. */
export function taskShown(
  engine: Engine,
  instance: Instance,
  servicePorts: readonly number[] = [],
): JsonObject | null {
  const task = instance.tasks[0];
  if (task === undefined || instance.agent === null || instance.condition === "Scheduled") return null;
  return compact({
    appId: instance.specId,
    healthCheckResults: engine.health.shown(instance),
    host: instance.agent.host,
    id: task.id,
    ipAddresses: addresses(task.ipAddresses),
    ports: [...task.hostPorts],
    servicePorts: [...servicePorts],
    slaveId: instance.agent.id,
    state: stateOf(instance, task),
    stagedAt: task.stagedAt,
    startedAt: task.startedAt ?? undefined,
    version: instance.specVersion,
    localVolumes: localVolumes(engine, instance),
    region: instance.agent.region ?? undefined,
    zone: instance.agent.zone ?? undefined,
    role: instance.role,
  });
}

/** All tasks of apps, with their service ports: GET /v2/tasks. */
export function allTasks(engine: Engine): JsonObject[] {
  return engine.tracker.all.flatMap((instance) => {
    if (instance.kind !== "app") return [];
    const spec = engine.groups.specAt(instance.specId, instance.specVersion);
    const task = taskShown(engine, instance, spec === null ? [] : servicePortsOf(spec));
    return task === null ? [] : [task];
  });
}

function stateOf({ condition }: Instance, { state }: InstanceTask): string {
  return condition === "UnreachableInactive" || condition === "Unreachable" ? "TASK_UNREACHABLE" : state;
}

function localVolumes(engine: Engine, instance: Instance): JsonObject[] {
  const spec = engine.groups.specAt(instance.specId, instance.specVersion);
  const volumes = objectOf(spec?.definition["container"])?.["volumes"];
  if (!Array.isArray(volumes)) return [];
  return (volumes as readonly JsonObject[]).flatMap((volume) => {
    if (volume["persistent"] === undefined) return [];
    const path = String(volume["containerPath"]);
    return [{ runSpecId: instance.specId, containerPath: path, persistenceId: `${instance.id}#${path}` }];
  });
}

function readiness(engine: Engine, spec: RunSpec): JsonObject[] {
  if (readinessChecksOf(spec).length === 0) return [];
  const running = engine.deployments
    .list()
    .flatMap(({ currentActions }) => currentActions as readonly JsonObject[]);
  return running
    .filter(({ app }) => app === spec.id)
    .flatMap(({ readinessCheckResults }) => readinessCheckResults as readonly JsonObject[]);
}
