/** An instance: one copy of an app or a pod, that lives on through launches on different agents. Plain data and its JSON. */

import { safeId } from "../definition/path-id.js";
import type { RunSpec } from "../definition/run-spec.js";

export const CONDITIONS = [
  "Scheduled",
  "Provisioned",
  "Staging",
  "Starting",
  "Running",
  "Killing",
  "Killed",
  "Finished",
  "Failed",
  "Error",
  "Dropped",
  "Gone",
  "Unknown",
  "Unreachable",
  "UnreachableInactive",
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Running: launched again whenever it ends. Decommissioned: forgotten once it has ended. */
export type Goal = "Running" | "Decommissioned";

export interface InstanceTask {
  readonly id: string;
  /** Of a pod; null for an app's only task. */
  readonly container: string | null;
  /** `TASK_…` */
  readonly state: string;
  readonly condition: Condition;
  readonly stagedAt: string;
  readonly startedAt: string | null;
  /** In the order of the ports asked for. */
  readonly hostPorts: readonly number[];
  readonly ipAddresses: readonly string[];
  /** By Mesos' own check. */
  readonly healthy: boolean | null;
}

export interface AgentInfo {
  readonly id: string;
  readonly host: string;
  readonly region: string | null;
  readonly zone: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Instance {
  /** `shop_web.instance-<uuid>` */
  readonly id: string;
  readonly specId: string;
  readonly kind: "app" | "pod";
  /** Of the spec it was launched with, or is to be. */
  readonly specVersion: string;
  readonly role: string;
  readonly goal: Goal;
  readonly condition: Condition;
  /** ISO, when the condition began. */
  readonly since: string;
  /** ISO, since when it runs; null while it does not. */
  readonly activeSince: string | null;
  /** Of the newest launch, from 1; 0 = never launched. */
  readonly incarnation: number;
  readonly tasks: readonly InstanceTask[];
  /** Where it runs, or where its volumes are. */
  readonly agent: AgentInfo | null;
}

export function newInstance(spec: RunSpec, uuid: string, now: string): Instance {
  return {
    id: `${safeId(spec.id)}.instance-${uuid}`,
    specId: spec.id,
    kind: spec.kind,
    specVersion: spec.version,
    role: String(spec.definition["role"] ?? "*"),
    goal: "Running",
    condition: "Scheduled",
    since: now,
    activeSince: null,
    incarnation: 0,
    tasks: [],
    agent: null,
  };
}

const TERMINAL: readonly Condition[] = [
  "Killed",
  "Finished",
  "Failed",
  "Error",
  "Dropped",
  "Gone",
  "Unknown",
];

export function isTerminal(condition: Condition): boolean {
  return TERMINAL.includes(condition);
}

/** Whether Mesos may have a task of it. */
export function hasTask(instance: Instance): boolean {
  return instance.condition !== "Scheduled" && !isTerminal(instance.condition);
}

/** Counts towards the wanted number: to run, and not given up for lost. */
export function isWanted(instance: Instance): boolean {
  return instance.goal === "Running" && instance.condition !== "UnreachableInactive";
}

/** `shop_web.instance-<uuid>._app.1`; null when the text is no task id of this form. */
export function instanceIdOf(taskId: string): string | null {
  const found = /^(.+\.(?:instance|marathon)-[0-9a-f-]{36})(?:\..+)?$/.exec(taskId);
  return found?.[1] ?? null;
}

export function taskIdOf(instance: Instance, container: string | null, incarnation: number): string {
  return `${instance.id}.${container ?? "_app"}.${incarnation}`;
}

/** Whether it runs the newest configuration of its spec. */
export function isCurrent(instance: Instance, spec: RunSpec): boolean {
  return instance.specVersion >= spec.lastConfigChangeAt;
}
