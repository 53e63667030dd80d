/** A live app in the shape of the spec it is compared with. Pure. */
import type { App } from "../../../src/marathon/answers.js";
import { normaliseApp } from "../../../src/marathon/normalise/app.js";
import { appAsWanted } from "../../../src/marathon/normalise/assigned.js";
import { canonicalJson, type Json, type JsonObject } from "../../../src/value/json.js";
import { knownFields } from "../known-fields.js";

export interface Comparing {
  /** Definition that it will be compared with, canonical. */
  readonly wanted: JsonObject;
  readonly scaledElsewhere: boolean;
}

/** The live definition, with what was left open in `wanted` left open here too. */
export function liveApp(definition: JsonObject, { wanted, scaledElsewhere }: Comparing): JsonObject {
  const live = appAsWanted(normaliseApp(knownFields("MarathonApp", definition)), wanted);
  const { instances } = wanted;
  return scaledElsewhere && instances !== undefined ? { ...live, instances } : live;
}

/**
 * Marathon forgets these when its leader changes, without a restart of anything: what was applied is believed where live says
 * nothing. The names of those that it forgot come along.
 */
export function withForgotten(
  live: JsonObject,
  applied: JsonObject | undefined,
): { readonly live: JsonObject; readonly forgotten: readonly string[] } {
  const value = applied?.["executorResources"];
  if (value === undefined || live["executorResources"] !== undefined) return { live, forgotten: [] };
  return { live: { ...live, executorResources: value }, forgotten: ["executorResources"] };
}

/** Equal but for what may drift by itself, and for the number of instances where that is somebody else's. */
export function sameApp(one: JsonObject, other: JsonObject, scaledElsewhere: boolean): boolean {
  const fixed = (app: JsonObject): Json => {
    const { executorResources: _volatile, instances, ...rest } = app;
    return scaledElsewhere ? rest : { ...rest, instances: instances ?? null };
  };
  return canonicalJson(fixed(one)) === canonicalJson(fixed(other));
}

/** What Marathon restarts everything for: anything but the number of instances. */
export function isReconfigured(before: JsonObject, after: JsonObject): boolean {
  return !sameApp(before, after, true);
}

/** Observed facts of an app. */
export function appAttributes(app: App, servicePorts: readonly number[]): JsonObject {
  const { lastTaskFailure: failure } = app;
  return {
    version: app.version,
    instances: app.instances,
    tasks: { staged: app.staged, running: app.running, healthy: app.healthy, unhealthy: app.unhealthy },
    servicePorts: [...servicePorts],
    deployments: [...app.deployments],
    lastFailure:
      failure === null
        ? null
        : { state: failure.state, host: failure.host, message: failure.message, at: failure.timestamp },
  };
}
