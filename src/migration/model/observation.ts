/**
 * What was seen of a running platform, each value with the time it was measured. A value that could not be measured is `unknown` with the
 * reason, never left out and never guessed: gates fail on it.
 */
import type { SideName } from "./spec.js";

/** Names of measured values; where a side is given, of that side. */
export type MeasureName =
  /** Voting servers that answer, and whether they have a leader. */
  | "zookeeper-servers-up"
  | "zookeeper-quorum"
  | "zookeeper-sessions"
  | "sync-live"
  | "sync-lag-ms"
  | "sync-conflicts"
  | "znodes-missing"
  | "masters-up"
  | "masters-leading"
  /** Same leader seen in A's znodes, in B's znodes and from every master that answers. */
  | "leaders-agree"
  | "leader-changes"
  | "leader-side"
  | "log-recovered"
  | "log-members"
  | "agents-registered"
  | "agents-flapping"
  | "agents-drained"
  | "agents-offered"
  | "frameworks-connected"
  | "frameworks-missing"
  | "tasks-running"
  | "tasks-failed-by-us"
  | "tasks-left"
  | "tasks-unhealthy"
  | "election-candidates"
  | "clients-left"
  | "capacity-short"
  | "clock-skew-ms"
  | "unreachable-pairs"
  | "disk-short"
  | "versions-supported"
  | "rights-missing"
  | "frameworks-without-checkpoint"
  | "supervisors-missing";

export type MeasuredValue = number | string | boolean;

export interface Measurement {
  readonly name: MeasureName;
  /** Null: of both together. */
  readonly side: SideName | null;
  /** Milliseconds since the epoch, by ferry's clock. */
  readonly atMs: number;
  readonly result:
    | {
        readonly kind: "known";
        readonly value: MeasuredValue;
        /** Names behind the number (tasks, servers), for messages; may be cut. */
        readonly names: readonly string[];
      }
    | { readonly kind: "unknown"; readonly reason: string };
}

/** All that is known now: the newest measurement of each name and side. */
export interface Observation {
  readonly measurements: readonly Measurement[];
}
