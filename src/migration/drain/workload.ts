/** Apps and pods of a Marathon as a drain sees them: where their instances are, and whether all are well. Reads only. */
import type { App, PodStatus } from "../../marathon/answers.js";
import type { MarathonClient } from "../../marathon/client.js";
import { hasPersistentVolumes } from "../../marathon/normalise/container.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { MovableApp } from "./moves.js";

/** One app or pod now. */
export interface WorkloadNow {
  readonly app: MovableApp;
  /** As many run as are wanted, all healthy where that is checked, and no deployment holds it. */
  readonly settled: boolean;
  readonly deploying: boolean;
  /** `3 of 4 running, 2 healthy`. */
  readonly text: string;
  readonly lastFailure: { readonly taskId: string; readonly text: string; readonly atMs: number } | null;
  readonly definition: JsonObject;
}

/** Of all apps and pods, by id. */
export async function workloadsOf(
  client: MarathonClient,
  signal: AbortSignal,
): Promise<Map<string, WorkloadNow>> {
  const apps = await client.apps("", signal);
  const found = new Map<string, WorkloadNow>();
  for (const { id } of apps) {
    const app = await client.app(id, signal);
    if (app !== null) found.set(id, appNow(app));
  }
  for (const status of await client.podStatuses(signal)) {
    const definition = await client.pod(status.id, signal);
    if (definition !== null) found.set(status.id, await podNow(client, status, definition, signal));
  }
  return found;
}

/** Null when it is gone. */
export async function workloadOf(
  client: MarathonClient,
  app: Pick<MovableApp, "id" | "pod">,
  signal: AbortSignal,
): Promise<WorkloadNow | null> {
  if (!app.pod) {
    const found = await client.app(app.id, signal);
    return found === null ? null : appNow(found);
  }
  const [status, definition] = await Promise.all([
    client.podStatus(app.id, signal),
    client.pod(app.id, signal),
  ]);
  return status === null || definition === null ? null : podNow(client, status, definition, signal);
}

export function appNow(app: App): WorkloadNow {
  const { definition, deployments, running, instances, staged, healthy, hasHealthChecks, lastTaskFailure } =
    app;
  const strategy = objectOf(definition["upgradeStrategy"]);
  const labels = objectOf(definition["labels"]);
  const failure = lastTaskFailure;
  const over = numberOr(strategy["maximumOverCapacity"], 1);
  return {
    app: {
      id: app.id,
      pod: false,
      instances,
      minimumHealthCapacity: numberOr(strategy["minimumHealthCapacity"], 1),
      maximumOverCapacity: over,
      singleInstance: labels["MARATHON_SINGLE_INSTANCE_APP"] === "true" || (instances === 1 && over === 0),
      resident: hasPersistentVolumes(definition["container"]),
      dependencies: textsOf(definition["dependencies"]),
      tasks: app.tasks.flatMap(({ id, agentId }) => (agentId === null ? [] : [{ id, agentId }])),
    },
    settled:
      deployments.length === 0 &&
      staged === 0 &&
      running === instances &&
      (!hasHealthChecks || healthy >= instances),
    deploying: deployments.length > 0,
    text: `${running} of ${instances} running${hasHealthChecks ? `, ${healthy} healthy` : ""}`,
    lastFailure:
      failure === null
        ? null
        : {
            taskId: failure.taskId,
            text: `${failure.taskId} ${failure.state} ${failure.message}`.trim(),
            atMs: Date.parse(failure.timestamp),
          },
    definition,
  };
}

async function podNow(
  client: MarathonClient,
  status: PodStatus,
  definition: JsonObject,
  signal: AbortSignal,
): Promise<WorkloadNow> {
  const deployments = await client.deployments(signal);
  const deploying = deployments.some((deployment) => deployment.affected.includes(status.id));
  const instances = numberOr(objectOf(definition["scaling"])["instances"], 1);
  const stable = status.instances.filter((instance) => instance.status === "STABLE").length;
  return {
    app: {
      id: status.id,
      pod: true,
      instances,
      // Marathon does not restart a pod whose definition stays: it moves by growing.
      minimumHealthCapacity: 0,
      maximumOverCapacity: 0,
      singleInstance: false,
      resident: textOf(definition["volumes"]).includes('"persistent"'),
      dependencies: [],
      tasks: status.instances.flatMap(({ id, agentId }) => (agentId === null ? [] : [{ id, agentId }])),
    },
    settled: !deploying && stable === instances && status.instances.length === instances,
    deploying,
    text: `${stable} of ${instances} stable`,
    lastFailure: null,
    definition,
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function textOf(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}
