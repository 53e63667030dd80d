/**
 * One migration as every part of it takes it: references resolved, defaults filled in, nothing secret in clear. Plain data,
 * made from the document by src/migration/declared/, or from the file format of `zk-migrate --config`.
 */
import type { JsonObject } from "../../value/json.js";

/** `a` is the source, `b` the target. Which one leads changes in stage 3. */
export type SideName = "a" | "b";

/** `replace`: new servers on B, those of A torn down. `repoint`: the same servers restarted onto the other ZooKeeper. */
export type Mode = "replace" | "repoint";

export type StageNumber = 1 | 2 | 3 | 4 | 5 | 6;
export const STAGES: readonly StageNumber[] = [1, 2, 3, 4, 5, 6];

/** One server (master, agent, Marathon, ZooKeeper) of the platform, deployed by ferry or only named. */
export interface ServerRef {
  /**
   * Stable within a migration: `MesosMasters/a#1` for a deployed one, `a-master 10.0.2.10:5050` for one that is only named. What actions
   * and records call it.
   */
  readonly name: string;
  /** Where it answers, `host:port`. */
  readonly address: string;
  /** Null: nobody but a person can start or stop it. */
  readonly deployed: { readonly resource: string; readonly server: string } | null;
}

export interface ZooKeeperSide {
  /** Address of the declared ensemble; null when it is only named. */
  readonly resource: string | null;
  readonly connectString: string;
  readonly servers: readonly ServerRef[];
  /** References to secrets (`digest`, `env:NAME`) as in the Sync document. */
  readonly auth: readonly { readonly scheme: string; readonly credential: string }[];
}

/** Basic authentication at an API, for servers that are only named: deployed ones have theirs in their spec. `secret` is a reference. */
export interface ApiCredential {
  readonly principal: string;
  readonly secret: string;
}

/** In mode `repoint` the target's is the source's own. */
export interface MastersSide {
  readonly resource: string | null;
  /** Normalised spec of the declared resource, for starting single servers; null when only named. */
  readonly spec: JsonObject | null;
  readonly servers: readonly ServerRef[];
  readonly quorum: number;
  readonly credential?: ApiCredential;
}

export interface AgentsSide {
  readonly resource: string | null;
  readonly spec: JsonObject | null;
  readonly servers: readonly ServerRef[];
  readonly credential?: ApiCredential;
}

export interface PlatformSide {
  readonly zookeeper: ZooKeeperSide;
  readonly masters: MastersSide;
  readonly agents: AgentsSide;
}

export type FrameworkKind = "marathon" | "batch" | "other";

/** A scheduler that must end up on B's ZooKeeper. */
export interface FrameworkRef {
  /** Of the resource, or as the user calls it. */
  readonly name: string;
  readonly kind: FrameworkKind;
  readonly resource: string | null;
  readonly spec: JsonObject | null;
  readonly servers: readonly ServerRef[];
  /** Base URLs of its own API; empty when it has none that ferry speaks. */
  readonly urls: readonly string[];
  /** Its own state in ZooKeeper (`/marathon`), or null. */
  readonly zookeeperPath: string | null;
  /** Subtrees below it that must not be copied (`/marathon/leader-curator`). */
  readonly electionPaths: readonly string[];
  readonly credential?: ApiCredential;
}

export interface GateLimits {
  /** Milliseconds of synchronisation lag (p99). */
  readonly lagMs: number;
  /** Seconds a criterion must hold without a break. */
  readonly holdSeconds: number;
  /** Seconds a stage may take before it counts as failed. */
  readonly stageTimeoutSeconds: number;
  /** Seconds after which an observation is too old to decide on. */
  readonly observationSeconds: number;
  /** Share (0..1) of B's capacity that must stay free after everything moved. */
  readonly headroom: number;
  /** Milliseconds of clock skew between the sides. */
  readonly clockSkewMs: number;
  /** Registered agents that may be missing against the baseline, share 0..1. */
  readonly agentsMissing: number;
}

export interface DrainOptions {
  /** Marathon apps restarted at the same time. */
  readonly concurrency: number;
  /** Share (0..1) of extra instances while an app moves. */
  readonly overCapacity: number;
  /** Failed tasks of ours that pause the drain. */
  readonly pauseAfterFailures: number;
  /** Seconds a task gets to end when DRAIN_AGENT is what moves it. */
  readonly maxGraceSeconds: number;
  /** Seconds to wait for runs of batch frameworks to end by themselves. */
  readonly runsEndSeconds: number;
  /**
   * Apps that may lose their only instance or their volume for a while, and frameworks without checkpointing that may lose the tasks of an
   * agent; all others of that sort are refused.
   */
  readonly acceptDowntimeOf: readonly string[];
}

/** Who is told. URLs are references to secrets, because whoever has them can post. */
export interface AlertTargets {
  readonly slackWebhook: string | null;
  readonly webhook: string | null;
  readonly email: readonly string[];
}

export interface MigrationSpec {
  readonly name: string;
  readonly source: PlatformSide;
  readonly target: PlatformSide;
  readonly modes: { readonly masters: Mode; readonly agents: Mode };
  /** Where masters elect: `/mesos`. The same on both sides. */
  readonly mesosPath: string;
  readonly frameworks: readonly FrameworkRef[];
  /** Further subtrees to carry over. */
  readonly extraPaths: readonly string[];
  readonly conflictStrategy: "last-write-wins" | "source-wins" | "manual";
  /** Sequence numbers between the sides' counters. */
  readonly sequenceGap: number;
  /** Stages that begin only after somebody approved. */
  readonly approvals: readonly StageNumber[];
  readonly limits: GateLimits;
  /** Seconds between two observations. */
  readonly observeEverySeconds: number;
  readonly drain: DrainOptions;
  /** Hours after the end in which the archive of A allows a way back. */
  readonly rollbackRetentionHours: number;
  /** A secret reference to the archive's key (32 bytes, base64 or hex), or null: no archive and no way back after stage 6. */
  readonly archiveKey: string | null;
  /** Whether a broken gate rolls the stage back by itself, or stops and waits for a person. */
  readonly onBrokenGate: "roll-back" | "pause";
  /** Absent: nobody is told. */
  readonly alerts?: AlertTargets;
}
