/**
 * What Marathon answers, as far as ferry acts on it: typed at the edge, everything else left as it came. Facts section 1.
 */

import { Shape } from "../http/shape.js";
import type { Json, JsonObject } from "../value/json.js";

/** Of a write: the deployment that carries it out. It runs on after the answer. */
export interface Started {
  readonly deploymentId: string;
  /** ISO time; the version the changed specs will have. Null where the answer has none (pods). */
  readonly version: string | null;
}

export interface TaskFailure {
  readonly taskId: string;
  readonly state: string;
  readonly message: string;
  readonly host: string;
  readonly timestamp: string;
  /** Of the app at that time. */
  readonly version: string;
}

export interface Task {
  readonly id: string;
  readonly appId: string;
  readonly host: string;
  readonly agentId: string | null;
  /** `TASK_RUNNING`, … */
  readonly state: string;
  /** Of the app's definition that it runs. */
  readonly version: string | null;
  /** Null without results of health checks. */
  readonly healthy: boolean | null;
}

export interface App {
  readonly id: string;
  readonly version: string;
  /** ISO time; tasks of this time or later run the present definition. Null in 201 answers. */
  readonly lastConfigChangeAt: string | null;
  readonly instances: number;
  readonly staged: number;
  readonly running: number;
  readonly healthy: number;
  readonly unhealthy: number;
  readonly hasHealthChecks: boolean;
  /** Ids of the deployments that it is part of. */
  readonly deployments: readonly string[];
  readonly tasks: readonly Task[];
  readonly lastTaskFailure: TaskFailure | null;
  /** The whole answer. */
  readonly definition: JsonObject;
}

export interface DeploymentAction {
  /** `RestartApplication`, `ScalePod`, … */
  readonly action: string;
  /** Id of the app or pod. */
  readonly target: string;
  /** Tasks that are not ready yet, with the status of their last answer; null without one. */
  readonly notReady: readonly { readonly taskId: string; readonly status: number | null }[];
}

export interface Deployment {
  readonly id: string;
  readonly version: string;
  /** Apps and pods. */
  readonly affected: readonly string[];
  readonly current: readonly DeploymentAction[];
  /** From 1; 0 before the first. */
  readonly step: number;
  readonly steps: number;
}

/** Steps of a dry run. */
export type PlannedStep = readonly { readonly action: string; readonly target: string }[];

/** Why offers were refused, in the order in which Marathon looks. */
export interface Refusals {
  readonly reason: string;
  readonly declined: number;
  readonly processed: number;
}

export interface QueueItem {
  /** Of the app or pod. */
  readonly id: string;
  readonly role: string | null;
  /** Instances that wait. */
  readonly count: number;
  /** ISO time. */
  readonly since: string | null;
  /** True: offers are awaited. False: it is held back after failures. */
  readonly overdue: boolean;
  readonly timeLeftSeconds: number;
  readonly offers: number;
  /** Of the last offer of each agent. */
  readonly lastOffers: readonly Refusals[];
}

export interface Info {
  readonly version: string;
  readonly elected: boolean;
  readonly leader: string | null;
  readonly frameworkId: string | null;
  /** `--mesos_role`. */
  readonly mesosRole: string | null;
  /** `--master` and `--zk`, without credentials; null when not told. */
  readonly master: string | null;
  readonly zookeeper: string | null;
}

export interface PodInstance {
  readonly id: string;
  readonly status: string;
  readonly message: string | null;
  /** Of the definition that it runs. */
  readonly version: string | null;
  /** Null before it has a place. */
  readonly agentId: string | null;
}

export interface PodStatus {
  readonly id: string;
  /** STABLE, DEGRADED or TERMINAL. */
  readonly status: string;
  readonly message: string | null;
  readonly instances: readonly PodInstance[];
}

export function startedOf(answer: Shape): Started {
  return { deploymentId: answer.text("deploymentId"), version: answer.optionalText("version") };
}

export function appOf(answer: Shape): App {
  const versions = answer.optionalObject("versionInfo");
  const failure = answer.optionalObject("lastTaskFailure");
  return {
    id: answer.text("id"),
    version: answer.text("version"),
    lastConfigChangeAt: versions?.text("lastConfigChangeAt") ?? null,
    instances: answer.number("instances"),
    staged: answer.numberOr("tasksStaged", 0),
    running: answer.numberOr("tasksRunning", 0),
    healthy: answer.numberOr("tasksHealthy", 0),
    unhealthy: answer.numberOr("tasksUnhealthy", 0),
    hasHealthChecks: answer.optionalObjects("healthChecks").length > 0,
    deployments: answer.optionalObjects("deployments").map((entry) => entry.text("id")),
    tasks: answer.optionalObjects("tasks").map(taskOf),
    lastTaskFailure: failure === null ? null : failureOf(failure),
    definition: answer.value,
  };
}

export function taskOf(task: Shape): Task {
  const results = task.optionalObjects("healthCheckResults");
  return {
    id: task.text("id"),
    appId: task.text("appId"),
    host: task.text("host"),
    agentId: task.optionalText("slaveId"),
    state: task.text("state"),
    version: task.optionalText("version"),
    healthy: results.length === 0 ? null : results.every((result) => result.flag("alive")),
  };
}

function failureOf(failure: Shape): TaskFailure {
  return {
    taskId: failure.text("taskId"),
    state: failure.text("state"),
    message: failure.optionalText("message") ?? "",
    host: failure.optionalText("host") ?? "",
    timestamp: failure.text("timestamp"),
    version: failure.text("version"),
  };
}

/** App or pod. */
function targetOf(action: Shape): string {
  return action.optionalText("app") ?? action.text("pod");
}

export function deploymentOf(answer: Shape): Deployment {
  return {
    id: answer.text("id"),
    version: answer.text("version"),
    affected: [...answer.texts("affectedApps"), ...answer.texts("affectedPods")],
    current: answer.optionalObjects("currentActions").map((action) => ({
      action: action.text("action"),
      target: targetOf(action),
      notReady: action
        .optionalObjects("readinessCheckResults")
        .filter((result) => !result.flag("ready"))
        .map((result) => ({
          taskId: result.text("taskId"),
          status: result.optionalObject("lastResponse")?.number("status") ?? null,
        })),
    })),
    step: answer.numberOr("currentStep", 0),
    steps: answer.numberOr("totalSteps", answer.optionalObjects("steps").length),
  };
}

export function plannedStepsOf(answer: Shape): PlannedStep[] {
  return answer
    .objects("steps")
    .map((step) =>
      step
        .optionalObjects("actions")
        .map((action) => ({ action: action.text("action"), target: targetOf(action) })),
    );
}

export function queueItemOf(item: Shape): QueueItem {
  const delay = item.optionalObject("delay");
  const summary = item.optionalObject("processedOffersSummary");
  const spec = item.optionalObject("app") ?? item.object("pod");
  return {
    id: spec.text("id"),
    role: item.optionalText("role"),
    count: item.number("count"),
    since: item.optionalText("since"),
    overdue: delay?.flag("overdue") ?? true,
    timeLeftSeconds: delay?.numberOr("timeLeftSeconds", 0) ?? 0,
    offers: summary?.numberOr("processedOffersCount", 0) ?? 0,
    lastOffers: (summary?.optionalObjects("rejectSummaryLastOffers") ?? []).map((entry) => ({
      reason: entry.text("reason"),
      declined: entry.number("declined"),
      processed: entry.number("processed"),
    })),
  };
}

export function infoOf(answer: Shape): Info {
  const config = answer.optionalObject("marathon_config");
  return {
    version: answer.text("version"),
    elected: answer.value["elected"] === true,
    leader: answer.optionalText("leader"),
    frameworkId: answer.optionalText("frameworkId"),
    mesosRole: config?.optionalText("mesos_role") ?? null,
    master: config?.optionalText("master") ?? null,
    zookeeper: answer.optionalObject("zookeeper_config")?.optionalText("zk") ?? null,
  };
}

/** `/v2/pods/x::versions/<version>` of a pod's instance. */
function referredVersion(reference: string | null): string | null {
  return reference === null ? null : (/::versions\/(.+)$/.exec(reference)?.[1] ?? null);
}

export function podStatusOf(answer: Shape): PodStatus {
  return {
    id: answer.text("id"),
    status: answer.text("status"),
    message: answer.optionalText("message"),
    instances: answer.optionalObjects("instances").map((instance) => ({
      id: instance.text("id"),
      status: instance.text("status"),
      message: instance.optionalText("message"),
      version: referredVersion(instance.optionalText("specReference")),
      agentId: instance.optionalText("agentId"),
    })),
  };
}

/** The list of one field, or of the answer itself. */
export function listOf<T>(value: Json, read: (item: Shape) => T, field?: string): T[] {
  const items = field === undefined ? Shape.list(value) : Shape.of(value).objects(field);
  return items.map(read);
}
