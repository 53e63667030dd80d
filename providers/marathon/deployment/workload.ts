/**
 * What a deployment is to bring about, and how far it is: apps, pods, groups, or their absence behind one interface, so that
 * following a deployment does not know which. Reads only.
 */
import type { App, TaskFailure } from "../../../src/marathon/answers.js";
import type { MarathonClient } from "../../../src/marathon/client.js";
import { taskReasons } from "./reasons.js";

export interface WorkloadState {
  /** Everything is as the deployment was to make it. */
  readonly settled: boolean;
  /** It can no longer become so: somebody has changed it since. In words, or null. */
  readonly overtaken: string | null;
  /** `2 of 3 running, 1 healthy`. */
  readonly text: string;
  readonly reasons: readonly string[];
  /** Last failures of tasks of the new definition. */
  readonly failures: readonly TaskFailure[];
}

export interface Workload {
  /** Ids of apps and pods. */
  readonly ids: readonly string[];
  /** `version`: of the definition that the deployment brings; null when it is not known. */
  state(version: string | null, signal: AbortSignal): Promise<WorkloadState>;
}

export interface AppGoal {
  /** Something else may change the number of instances at any time, and with it the version. */
  readonly scaledElsewhere: boolean;
}

/** An app that is to run as stored. */
export function runningApp(client: MarathonClient, id: string, goal: AppGoal): Workload {
  return {
    ids: [id],
    state: async (version, signal) => {
      const app = await client.app(id, signal);
      return app === null ? missing(id) : appState(app, version, goal);
    },
  };
}

function missing(id: string): WorkloadState {
  return { settled: false, overtaken: `${id} is gone`, text: "not there", reasons: [], failures: [] };
}

/** How far an app is. Pure. */
export function appState(app: App, version: string | null, { scaledElsewhere }: AppGoal): WorkloadState {
  const since = version ?? app.lastConfigChangeAt;
  const { lastTaskFailure } = app;
  const failed = lastTaskFailure !== null && since !== null && lastTaskFailure.version >= since;
  const changed = version !== null && !scaledElsewhere && app.version > version;
  return {
    settled: isSettled(app),
    overtaken: changed ? `${app.id} was changed again (version ${app.version})` : null,
    text: countsOf(app),
    reasons: taskReasons(app, since),
    failures: failed ? [lastTaskFailure] : [],
  };
}

/** Facts section 3, "Ended": all run, all are healthy where that is checked, and none is of an older configuration. */
function isSettled(app: App): boolean {
  if (app.deployments.length > 0 || app.running !== app.instances || app.staged > 0) return false;
  if (app.hasHealthChecks && app.healthy < app.instances) return false;
  const { lastConfigChangeAt } = app;
  return app.tasks.every(
    (task) => task.version === null || lastConfigChangeAt === null || task.version >= lastConfigChangeAt,
  );
}

/** `2 of 3 running, 1 healthy`. */
export function countsOf(app: App): string {
  const healthy = app.hasHealthChecks ? `, ${app.healthy} healthy` : "";
  return `${app.running} of ${app.instances} running${healthy}`;
}

/** A pod whose instances are all to be stable. */
export function runningPod(client: MarathonClient, id: string): Workload {
  return {
    ids: [id],
    state: async (_version, signal) => {
      const [status, definition] = await Promise.all([client.podStatus(id, signal), client.pod(id, signal)]);
      if (status === null || definition === null) return missing(id);
      const scaling = definition["scaling"] as { readonly instances?: unknown } | undefined;
      const wanted = typeof scaling?.instances === "number" ? scaling.instances : 1;
      const stable = status.instances.filter((instance) => instance.status === "STABLE").length;
      return {
        settled: stable === wanted && status.instances.length === wanted,
        overtaken: null,
        text: `${stable} of ${wanted} stable`,
        reasons: status.instances
          .filter((instance) => instance.status !== "STABLE")
          .map(
            ({ id: instance, status: state, message }) =>
              `${instance} is ${state}${message === null ? "" : `: ${message}`}`,
          ),
        failures: [],
      };
    },
  };
}

/** Something that is to be gone. `exists` asks for it. */
export function goneWorkload(
  ids: readonly string[],
  exists: (signal: AbortSignal) => Promise<boolean>,
): Workload {
  return {
    ids,
    state: async (_version, signal) => {
      const there = await exists(signal);
      return {
        settled: !there,
        overtaken: null,
        text: there ? "still there" : "gone",
        reasons: [],
        failures: [],
      };
    },
  };
}
