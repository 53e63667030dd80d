/**
 * What a master knows: agents, frameworks, tasks and offers as records that point at each other by object, so that nothing is
 * ever searched for. Data only; who changes them is master/.
 */
import type { JsonObject } from "../../../value/json.js";
import type { Attribute } from "./attribute.js";
import type { Resources } from "./resource.js";
import type { TaskState, TaskStatus } from "./status.js";
import type { Wire, WireObject } from "./wire.js";

/** Where messages to an agent go; M is the message type of link/. */
export interface Outlet<M> {
  send(message: M): void;
  close(): void;
}

export interface MachineId {
  readonly hostname: string;
  readonly ip: string;
}

export interface Unavailability {
  readonly start: bigint;
  readonly duration?: bigint;
}

export interface DrainConfig {
  /** Seconds. */
  readonly maxGrace?: number;
  readonly markGone: boolean;
}

export interface AgentInfo {
  readonly hostname: string;
  readonly port: number;
  readonly resources: Resources;
  readonly attributes: readonly Attribute[];
  readonly domain?: object;
}

export interface Agent {
  readonly id: string;
  info: AgentInfo;
  ip: string;
  /** `slave(1)@ip:port`. */
  pid: string;
  version: string;
  capabilities: readonly string[];
  /** Seconds since 1970. */
  registeredTime: number;
  reregisteredTime: number | null;
  connected: boolean;
  deactivated: boolean;
  drain: { state: "DRAINING" | "DRAINED"; config: DrainConfig } | null;
  drainStarted: number | null;
  /** With the reservations and volumes made since it started. */
  total: Resources;
  /** By tasks, executors and offers, without their allocation. */
  allocated: Resources;
  /** What is left of the total, computed when it is asked for; null = not since the last change. */
  free: Resources | null;
  readonly tasks: Map<string, Task>;
  readonly executors: Map<string, Executor>;
  readonly offers: Set<Offer>;
  /** Frameworks by id whose inverse offer here is outstanding. */
  readonly inverseOffers: Map<string, InverseOffer>;
  unavailability: Unavailability | null;
  /** Terminal states of tasks that were here, for the summary. */
  readonly counts: Map<TaskState, number>;
}

export interface Executor {
  readonly id: string;
  readonly framework: Framework;
  readonly agent: Agent;
  /** ExecutorInfo as it came. */
  readonly info: JsonObject;
  readonly resources: Resources;
}

export interface Task {
  readonly id: string;
  readonly name: string;
  readonly framework: Framework;
  readonly agentId: string;
  /** Null once the agent is unreachable or gone. */
  agent: Agent | null;
  /** Of a custom executor only. */
  readonly executorId: string | null;
  state: TaskState;
  readonly resources: Resources;
  /** By role of the framework. */
  readonly role: string;
  statuses: TaskStatus[];
  /** State and uuid of the last update that the agent sent. */
  updateState: TaskState | null;
  updateUuid: string | null;
  /** Resources were given back: terminal, or removed. */
  released: boolean;
  /** labels, discovery, container, health_check, kill_policy, user: as they came. */
  readonly details: JsonObject;
}

export interface Offer {
  readonly id: string;
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  readonly resources: Resources;
  readonly timeout: (() => void) | null;
}

export interface InverseOffer {
  readonly id: string;
  readonly framework: Framework;
  readonly agent: Agent;
  readonly unavailability: Unavailability;
}

export interface Framework {
  readonly id: string;
  /** FrameworkInfo as it came. */
  info: JsonObject;
  name: string;
  user: string;
  principal: string | null;
  roles: readonly string[];
  capabilities: ReadonlySet<string>;
  checkpoint: boolean;
  /** Seconds. */
  failoverTimeout: number;
  active: boolean;
  connected: boolean;
  /** Known from agents only. */
  recovered: boolean;
  registeredTime: number;
  reregisteredTime: number;
  unregisteredTime: number;
  readonly suppressed: Set<string>;
  stream: FrameworkStream | null;
  cancelFailover: (() => void) | null;
  readonly tasks: Map<string, Task>;
  readonly unreachableTasks: Map<string, Task>;
  readonly completedTasks: Map<string, Task>;
  readonly executors: Map<string, Executor>;
  readonly offers: Set<Offer>;
  readonly inverseOffers: Set<InverseOffer>;
  /** Offered or used, thousandths by role and resource: for shares and quotas. */
  readonly allocated: Map<string, Map<string, number>>;
  /** Of the per-framework metrics, by the rest of the name. */
  readonly counters: Map<string, number>;
}

export interface FrameworkStream {
  /** Mesos-Stream-Id. */
  readonly id: string;
  send(event: WireObject): void;
  close(): void;
}

export interface QuotaConfig {
  readonly role: string;
  /** Thousandths. */
  readonly guarantees: ReadonlyMap<string, number>;
  readonly limits: ReadonlyMap<string, number>;
}

export type MachineMode = "DRAINING" | "DOWN";

export interface Machine {
  readonly id: MachineId;
  readonly mode: MachineMode;
  readonly unavailability: Unavailability | null;
}

/** As the schedule was given. */
export interface Window {
  readonly machines: readonly MachineId[];
  readonly unavailability: Unavailability;
}

/** Answers to inverse offers, by machine key and framework. */
export interface InverseOfferStatus {
  readonly status: "ACCEPT" | "DECLINE";
  readonly frameworkId: string;
  readonly timestamp: number;
}

/** An agent that the registry knows and that did not come back since the fail-over. */
export interface RecoveredAgent {
  readonly id: string;
  readonly info: AgentInfo;
  readonly deactivated: boolean;
  readonly drain: Agent["drain"];
}

/** An agent that was given up; it may come back. */
export interface UnreachableAgent {
  /** Seconds since 1970. */
  readonly at: number;
  readonly deactivated: boolean;
  readonly drain: Agent["drain"];
}

export type EventWire = { readonly type: string; readonly [key: string]: Wire | undefined };
