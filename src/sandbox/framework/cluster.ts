/**
 * What a framework sees of a Mesos cluster: offers and status updates come, launches and kills go. The same for a real or
 * simulated master and for the one in memory that tests use. Types only.
 */
import type { JsonObject } from "../../value/json.js";

export interface OfferResource {
  readonly name: string;
  /** `*`, or the role that it is reserved for. */
  readonly role: string;
  readonly scalar?: number;
  /** Both ends included. */
  readonly ranges?: readonly { readonly begin: number; readonly end: number }[];
  readonly set?: readonly string[];
}

export interface OfferAttribute {
  readonly name: string;
  readonly text?: string;
  readonly scalar?: number;
  readonly ranges?: readonly { readonly begin: number; readonly end: number }[];
  readonly set?: readonly string[];
}

export interface Offer {
  readonly id: string;
  readonly agentId: string;
  readonly hostname: string;
  /** Of the agent. */
  readonly ip: string | null;
  /** Which of our roles it is for. */
  readonly role: string;
  readonly resources: readonly OfferResource[];
  readonly attributes: readonly OfferAttribute[];
  /** Milliseconds since 1970; a window without an end has no duration. */
  readonly unavailability: { readonly startMs: number; readonly durationMs: number | null } | null;
  readonly region: string | null;
  readonly zone: string | null;
}

/** The operations of an ACCEPT that Marathon uses; the infos are Mesos' own messages. */
export type LaunchOperation =
  | { readonly kind: "tasks"; readonly tasks: readonly JsonObject[] }
  | { readonly kind: "group"; readonly executor: JsonObject; readonly tasks: readonly JsonObject[] };

export interface TaskStatus {
  readonly taskId: string;
  /** `TASK_RUNNING` and so on. */
  readonly state: string;
  readonly agentId: string | null;
  readonly message: string;
  /** `REASON_…`, or null. */
  readonly reason: string | null;
  /** Of Mesos' own health check; null when there is none, or it has not spoken. */
  readonly healthy: boolean | null;
  readonly ipAddresses: readonly string[];
  /** To be acknowledged with; null = nothing is asked. */
  readonly uuid: string | null;
}

export interface MasterAddress {
  readonly hostname: string;
  readonly port: number;
}

export interface ClusterListener {
  /** The framework is known to a master now. */
  registered(frameworkId: string, master: MasterAddress): void;
  offers(offers: readonly Offer[]): void;
  rescinded(offerId: string): void;
  status(status: TaskStatus): void;
  /** The master is gone, or silent for too long. Marathon then gives up its leadership. */
  disconnected(): void;
  /** Mesos refuses the framework for good. */
  refused(message: string): void;
}

export interface Cluster {
  /** Registers, under the id when there is one already. Resolves when it is under way. */
  start(frameworkId: string | null, listener: ClusterListener): Promise<void>;
  /** The master's user interface, for /v2/info; null before the first registration. */
  readonly masterUrl: string | null;
  accept(offerId: string, operations: readonly LaunchOperation[], refuseSeconds: number): void;
  decline(offerIds: readonly string[], refuseSeconds: number): void;
  revive(): void;
  suppress(): void;
  kill(taskId: string, agentId: string | null): void;
  acknowledge(status: TaskStatus): void;
  /** An empty list asks for all tasks. */
  reconcile(tasks: readonly { readonly taskId: string; readonly agentId: string | null }[]): void;
  /** Offers are wanted for these roles too, from now on. */
  want(roles: readonly string[]): void;
  /** Leaves the master without taking the framework away. Never rejects. */
  stop(): Promise<void>;
}
