/** What every part of the master is given: the cluster, the registry, the clock and the ways to tell others. Types only. */
import type { Registry } from "../coordination/coordination.js";
import type { MasterInfo } from "../coordination/master-info.js";
import type { WriteLog } from "../coordination/process-end.js";
import type { ToAgent } from "../link/messages.js";
import type { Cluster } from "../model/cluster.js";
import type { Filters } from "../model/filters.js";
import type { Flags } from "../model/flags.js";
import type { Agent, EventWire, Framework } from "../model/records.js";
import type { Counters } from "./counters.js";

export interface Clock {
  /** Seconds since 1970. */
  now(): number;
  /** Milliseconds; the result cancels it. */
  after(ms: number, call: () => void): () => void;
}

export interface Context {
  readonly self: MasterInfo;
  readonly flags: Flags;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly log: WriteLog;
  readonly registry: Registry;
  readonly cluster: Cluster;
  readonly filters: Filters;
  readonly counters: Counters;
  /** To an agent that is connected; else it is lost, as over a broken TCP link. */
  readonly tell: (agent: Agent, message: ToAgent) => void;
  /** To a framework that is connected, and counted in its metrics. */
  readonly notify: (framework: Framework, event: EventWire) => void;
  /** To all subscribers of the operator API. */
  readonly publish: (event: EventWire) => void;
}

/** Why an operation was refused: an HTTP status and Mesos' words. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

export function refusal(status: number, text: string): Refusal {
  return { status, text };
}
