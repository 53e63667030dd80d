/**
 * What the planner of the masters' path is asked, and what it answers. Plain data: names, quorums, sides. It must never hold how a
 * master is reached.
 */
import type { ActionStep } from "../model/action.js";
import type { SideName } from "../model/spec.js";

/** Where a replica of the registry's log stands. `zookeeper` is the one its master elects on. */
export type ReplicaState =
  /** Runs, and its replica answers coordinators. */
  | { readonly kind: "voting"; readonly zookeeper: SideName; readonly quorum: number }
  /** Runs with a log that does not vote yet: started a moment ago, or stuck. */
  | { readonly kind: "empty"; readonly zookeeper: SideName; readonly quorum: number }
  /** Does not answer, or is stopped for a moment; its log is kept, so it votes as soon as it comes back, by itself too. */
  | { readonly kind: "down"; readonly zookeeper: SideName; readonly quorum: number }
  /** Never started, or stopped for good: when it comes, it comes empty. */
  | { readonly kind: "absent" };

export interface MasterNow {
  readonly name: string;
  readonly state: ReplicaState;
  readonly leading: boolean;
  /** Whether it can be started and restarted. Giving it up is always possible. */
  readonly available: boolean;
}

export interface QuorumGoal {
  /** Whose ZooKeeper the masters are on in the end. */
  readonly side: SideName;
  /** All that vote in the end; every other one is stopped for good. */
  readonly masters: readonly string[];
  readonly quorum: number;
}

export interface QuorumQuestion {
  readonly masters: readonly MasterNow[];
  readonly goal: QuorumGoal;
  /**
   * A pause is a moment in which whoever leads cannot write the registry because the one master that is being restarted or started is
   * needed for the quorum. Nothing is lost, tasks run on, but that master must be back before Mesos gives up (20 s for a write, 60 s
   * for a new leader). Raising the quorum from 2 to 3, lowering it, or restarting one of two is impossible without. `where-unavoidable`
   * takes as few as there can be.
   */
  readonly pauses: "never" | "where-unavoidable";
}

export type MasterStep = Extract<
  ActionStep,
  { readonly kind: "start-master" | "restart-master" | "stop-master" | "hand-over" }
>;

export interface LogMember {
  readonly name: string;
  readonly state: "voting" | "empty" | "down";
  readonly zookeeper: SideName;
  readonly quorum: number;
}

/** The log at one moment. */
export interface LogState {
  /** All that hold a part of the log or will: also the empty ones, and those that are down and may come back with it. */
  readonly members: readonly LogMember[];
  /** Who leads; several after a hand-over: one of them does, ZooKeeper decides. None: nobody can for the moment. */
  readonly leaders: readonly string[];
  /** Votes whoever leads needs for a write. */
  readonly quorum: number;
  /** How many more may fail before writes stop; -1 in a pause. */
  readonly tolerance: number;
}

export interface PathStep {
  readonly step: MasterStep;
  /** Who is started, restarted or stopped; of a hand-over the old leader. */
  readonly server: string;
  /** While it goes on: the restarted one down, the started one empty, the old leader gone. */
  readonly during: LogState;
  readonly after: LogState;
  /** Writes wait for it to end. */
  readonly pauses: boolean;
}

export interface QuorumPath {
  readonly kind: "path";
  readonly before: LogState;
  readonly steps: readonly PathStep[];
  /** The lowest at any moment of any step, -1 when it pauses; without steps that of now. */
  readonly tolerance: number;
  readonly pauses: number;
}

export type RefusalReason =
  | "no-single-leader"
  | "unknown-master"
  | "goal-quorum"
  | "not-available"
  | "members-now"
  | "votes-now"
  | "empty-now"
  | "leader-stays"
  | "members"
  | "stale"
  | "votes"
  | "several";

export interface QuorumRefusal {
  readonly kind: "none";
  readonly reason: RefusalReason;
  /** What excludes it, in whole sentences. */
  readonly text: string;
  /** The smallest change that would make it possible, in the imperative. */
  readonly change: string;
  /** States of the log that were examined until it was certain; 0 when one look was enough. */
  readonly examined: number;
}
