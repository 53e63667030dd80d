/**
 * What simulated masters and agents tell each other, in place of libprocess' messages. Plain JSON; times in seconds since 1970.
 */

import type { JsonObject } from "../../../value/json.js";
import type { Attribute } from "../model/attribute.js";
import type { TaskState, TaskStatus } from "../model/status.js";

/** An agent as it introduces itself. */
export interface AgentReport {
  /** `slave(1)@ip:port`. */
  readonly pid: string;
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
  /** Resource messages, as from the flags. */
  readonly resources: readonly object[];
  readonly attributes: readonly Attribute[];
  readonly domain?: object;
  readonly version: string;
  readonly capabilities: readonly string[];
}

export interface FrameworkReport {
  readonly id: string;
  /** FrameworkInfo. */
  readonly info: JsonObject;
}

export interface TaskReport {
  readonly id: string;
  readonly name: string;
  readonly frameworkId: string;
  readonly executorId?: string;
  readonly state: TaskState;
  readonly resources: readonly object[];
  readonly role: string;
  readonly statuses: readonly TaskStatus[];
  readonly updateState?: TaskState;
  readonly updateUuid?: string;
  readonly details: JsonObject;
}

export interface ExecutorReport {
  readonly id: string;
  readonly frameworkId: string;
  /** ExecutorInfo. */
  readonly info: JsonObject;
}

export type FromAgent =
  | { readonly kind: "register"; readonly agent: AgentReport }
  | {
      readonly kind: "reregister";
      readonly agentId: string;
      readonly agent: AgentReport;
      /** With the reservations and volumes that a master had made. */
      readonly total: readonly object[];
      readonly frameworks: readonly FrameworkReport[];
      readonly tasks: readonly TaskReport[];
      readonly executors: readonly ExecutorReport[];
    }
  | {
      readonly kind: "update";
      readonly agentId: string;
      readonly frameworkId: string;
      readonly status: TaskStatus;
      /** Of the task, which may be further on than this update. */
      readonly latest: TaskState;
    }
  | { readonly kind: "pong"; readonly agentId: string }
  | {
      readonly kind: "executor-exited";
      readonly agentId: string;
      readonly frameworkId: string;
      readonly executorId: string;
      readonly status: number;
    }
  | { readonly kind: "unregister"; readonly agentId: string };

export type ToAgent =
  | {
      readonly kind: "registered" | "reregistered";
      readonly agentId: string;
      readonly masterHostname: string;
      /** Milliseconds without a ping after which the agent looks for its master again. */
      readonly pingTimeoutMs: number;
    }
  | {
      readonly kind: "run";
      readonly framework: FrameworkReport;
      /** TaskInfo messages: one, or those of a group. */
      readonly tasks: readonly JsonObject[];
      readonly role: string;
      /** ExecutorInfo; null = a command task. */
      readonly executor: JsonObject | null;
    }
  | {
      readonly kind: "kill";
      readonly frameworkId: string;
      readonly taskId: string;
      readonly graceMs: number | null;
    }
  | {
      readonly kind: "acknowledge";
      readonly frameworkId: string;
      readonly taskId: string;
      readonly uuid: string;
    }
  | { readonly kind: "shutdown-framework"; readonly frameworkId: string }
  | { readonly kind: "shutdown-executor"; readonly frameworkId: string; readonly executorId: string }
  | { readonly kind: "update-framework"; readonly framework: FrameworkReport }
  | { readonly kind: "drain"; readonly maxGraceSeconds: number | null; readonly markGone: boolean }
  | { readonly kind: "drain-over" }
  | { readonly kind: "resources"; readonly total: readonly object[] }
  | { readonly kind: "ping"; readonly connected: boolean }
  /** It kills its tasks and exits 0. */
  | { readonly kind: "shutdown"; readonly message: string };

/** On a connection of many agents each message says whose it is. */
export interface Envelope<M> {
  readonly pid: string;
  readonly message: M;
}

export const LINK_PATH = "/sandbox/agents";
export const LINK_PROTOCOL = "ferry-sandbox-agent";
