/**
 * Frameworks, tasks and executors as the operator API tells them, one form for answers, states and events of all versions. Pure.
 * What can be known only by asking agents is not here.
 */
import type { Shape } from "../http/shape.js";
import type { Json } from "../value/json.js";
import { partOf, type Quantities, quantitiesOf, timeMs } from "./answers.js";
import { type Resource, resourcesOf } from "./resources.js";

export interface Framework {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly active: boolean;
  readonly connected: boolean;
  /** Known from its agents only: it has not come back to this leader since a fail-over. */
  readonly recovered: boolean;
  /** It is over: torn down, or away for longer than its failover timeout. */
  readonly completed: boolean;
  /** Whether its tasks outlive a restart of their agent. */
  readonly checkpoint: boolean;
  readonly failoverTimeoutSeconds: number;
  readonly roles: readonly string[];
  /** `PARTITION_AWARE`, … */
  readonly capabilities: readonly string[];
  readonly principal: string | null;
  readonly hostname: string | null;
  readonly webuiUrl: string | null;
  /** Milliseconds since the epoch; null when not told. The same for the two that follow. */
  readonly registeredMs: number | null;
  readonly reregisteredMs: number | null;
  readonly unregisteredMs: number | null;
}

/** What the master thinks of a task, whatever its state says. */
export type TaskPlace =
  /** On a registered agent. */
  | "current"
  /** Waits for its authorization; no agent knows it. */
  | "pending"
  /** Its agent is unreachable; the process most likely lives. */
  | "unreachable"
  /** Ended, and kept for a while to be looked at. */
  | "completed"
  /** Before 1.2: of a framework that has not come back. */
  | "orphan";

export interface TaskStatus {
  /** `TASK_RUNNING`, and what other versions may add. */
  readonly state: string;
  /** `REASON_AGENT_DRAINING`, … */
  readonly reason: string | null;
  readonly message: string | null;
  /** `SOURCE_MASTER`, `SOURCE_AGENT`, `SOURCE_EXECUTOR`. */
  readonly source: string | null;
  /** Milliseconds since the epoch. */
  readonly atMs: number | null;
  /** Null: nobody checks. */
  readonly healthy: boolean | null;
}

export interface Task {
  readonly id: string;
  readonly name: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly place: TaskPlace;
  readonly state: string;
  /** The newest; null before the first. */
  readonly status: TaskStatus | null;
  /** When it was first seen to run, milliseconds since the epoch; null when it never was, or not any more known. */
  readonly runningSinceMs: number | null;
  readonly container: "none" | "mesos" | "docker";
  /** Null: Mesos' command executor, one for the task alone. */
  readonly executorId: string | null;
  readonly resources: Quantities;
  /** That its resources are allocated to. */
  readonly role: string | null;
  readonly labels: readonly Label[];
}

export interface Label {
  readonly key: string;
  readonly value: string;
}

export interface Executor {
  readonly id: string;
  readonly name: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly kind: "default" | "custom";
  readonly resources: readonly Resource[];
}

/** Where a list of tasks stands in answers and states → what it says about its tasks. */
export const TASK_LISTS = {
  tasks: "current",
  pending_tasks: "pending",
  unreachable_tasks: "unreachable",
  completed_tasks: "completed",
  orphan_tasks: "orphan",
  // Of an agent that is asked itself.
  launched_tasks: "current",
  queued_tasks: "pending",
  terminated_tasks: "completed",
} as const satisfies Readonly<Record<string, TaskPlace>>;

/** Completed ones too. */
export function frameworksOf(value: Json): Framework[] {
  const part = partOf(value, "get_frameworks");
  return [
    ...part.optionalObjects("frameworks").map((shape) => frameworkOf(shape, false)),
    ...part.optionalObjects("completed_frameworks").map((shape) => frameworkOf(shape, true)),
  ];
}

export function frameworkOf(shape: Shape, completed: boolean): Framework {
  const info = shape.object("framework_info");
  const capabilities = info.optionalObjects("capabilities").map((each) => each.optionalText("type") ?? "");
  return {
    id: info.object("id").text("value"),
    name: info.text("name"),
    user: info.optionalText("user") ?? "",
    active: shape.value["active"] === true,
    connected: shape.value["connected"] === true,
    recovered: shape.value["recovered"] === true,
    completed,
    checkpoint: info.value["checkpoint"] === true,
    failoverTimeoutSeconds: info.numberOr("failover_timeout", 0),
    // Those without MULTI_ROLE, and all before 1.2, have one role.
    roles: capabilities.includes("MULTI_ROLE") ? info.texts("roles") : [info.optionalText("role") ?? "*"],
    capabilities,
    principal: info.optionalText("principal"),
    hostname: info.optionalText("hostname"),
    webuiUrl: info.optionalText("webui_url"),
    registeredMs: timeMs(shape, "registered_time"),
    reregisteredMs: timeMs(shape, "reregistered_time"),
    unregisteredMs: timeMs(shape, "unregistered_time"),
  };
}

/** @param same one and the same text for equal ones: of 100,000 tasks, most texts are the same few */
export function taskOf(shape: Shape, place: TaskPlace, same: Same = (text) => text): Task {
  const statuses = shape.optionalObjects("statuses");
  const last = statuses.at(-1);
  const running = statuses.find((each) => each.value["state"] === "TASK_RUNNING");
  const resources = resourcesOf(shape.optionalObjects("resources"));
  return {
    id: shape.object("task_id").text("value"),
    name: shape.text("name"),
    frameworkId: same(shape.object("framework_id").text("value")),
    agentId: same(shape.object("agent_id").text("value")),
    place,
    state: same(shape.text("state")),
    status: last === undefined ? null : taskStatusOf(last, same),
    runningSinceMs: running === undefined ? null : secondsMs(running, "timestamp"),
    container: containerOf(shape.optionalObject("container")),
    executorId: shape.optionalObject("executor_id")?.text("value") ?? null,
    resources: quantitiesOf(resources),
    role: sameOrNull(same, roleOf(shape.optionalObjects("resources"))),
    labels: labelsOf(shape.optionalObject("labels")),
  };
}

type Same = (text: string) => string;

function sameOrNull(same: Same, text: string | null): string | null {
  return text === null ? null : same(text);
}

export function taskStatusOf(shape: Shape, same: Same = (text) => text): TaskStatus {
  return {
    state: same(shape.text("state")),
    reason: sameOrNull(same, shape.optionalText("reason")),
    message: shape.optionalText("message"),
    source: sameOrNull(same, shape.optionalText("source")),
    atMs: secondsMs(shape, "timestamp"),
    healthy: typeof shape.value["healthy"] === "boolean" ? shape.value["healthy"] : null,
  };
}

function secondsMs(shape: Shape, name: string): number | null {
  return shape.value[name] === undefined ? null : Math.round(shape.number(name) * 1000);
}

function containerOf(shape: Shape | null): Task["container"] {
  if (shape === null) return "none";
  return shape.optionalText("type") === "DOCKER" ? "docker" : "mesos";
}

/** Since 1.2 resources say what they are allocated to; before, `role` says it. */
function roleOf(resources: readonly Shape[]): string | null {
  const [first] = resources;
  if (first === undefined) return null;
  return first.optionalObject("allocation_info")?.optionalText("role") ?? first.optionalText("role");
}

function labelsOf(shape: Shape | null): readonly Label[] {
  if (shape === null) return [];
  return shape.optionalObjects("labels").map((label) => ({
    key: label.text("key"),
    value: label.optionalText("value") ?? "",
  }));
}

/** Command executors are not told. */
export function executorsOf(value: Json): Executor[] {
  return partOf(value, "get_executors").optionalObjects("executors").map(executorOf);
}

export function executorOf(shape: Shape): Executor {
  const info = shape.object("executor_info");
  return {
    id: info.object("executor_id").text("value"),
    name: info.optionalText("name") ?? "",
    frameworkId: info.object("framework_id").text("value"),
    agentId: shape.object("agent_id").text("value"),
    kind: info.optionalText("type") === "DEFAULT" ? "default" : "custom",
    resources: resourcesOf(info.optionalObjects("resources")),
  };
}
