/**
 * What is remembered of a migration, written before and after every action: with it a killed process goes on, and a person can tell
 * what was done. Format 1; plain JSON.
 */
import type { Action } from "./action.js";
import type { Measurement, MeasureName } from "./observation.js";
import type { MigrationPlan } from "./plan.js";
import type { MigrationSpec, SideName, StageNumber } from "./spec.js";

export type MigrationStatus =
  | "pending"
  | "running"
  | "waiting-for-approval"
  | "paused"
  | "rolling-back"
  | "failed"
  | "done"
  | "archived";

export type StageStatus =
  | "pending"
  | "waiting-for-approval"
  | "checking"
  | "acting"
  | "proving"
  | "done"
  | "rolling-back"
  | "rolled-back"
  | "failed";

/**
 * `intended` is written before it begins; only then may anything happen. `failed`: a part of it may have happened. `not-done`: it was
 * begun, and is known to have changed nothing.
 */
export type ActionStatus = "intended" | "done" | "failed" | "not-done";

export interface ActionRecord {
  readonly action: Action;
  readonly status: ActionStatus;
  readonly begunMs: number;
  readonly endedMs: number | null;
  /** In words; of a failure its reason and remedy. */
  readonly outcome: string;
  /** Times it was begun. */
  readonly attempts: number;
  /** What it learned that its way back or the report needs: ids, durations. */
  readonly facts: Readonly<Record<string, number | string | boolean | readonly string[]>>;
}

export interface CriterionRecord {
  readonly id: string;
  readonly met: boolean;
  /** What was measured, as text with its unit; or why it is not known. */
  readonly value: string;
  /** Since when it holds; null when it does not. */
  readonly sinceMs: number | null;
  readonly atMs: number;
}

export interface StageRecord {
  readonly number: StageNumber;
  readonly status: StageStatus;
  readonly begunMs: number | null;
  readonly endedMs: number | null;
  /** In the order they were begun; those of a way back come after those they undo. */
  readonly actions: readonly ActionRecord[];
  readonly criteria: readonly CriterionRecord[];
}

export interface Approval {
  readonly stage: StageNumber;
  readonly who: string;
  readonly atMs: number;
  /** Digest of the plan they saw. */
  readonly planDigest: string;
}

/** What a person asked for and the engine has not yet done. */
export type Request =
  | { readonly kind: "pause"; readonly who: string; readonly atMs: number }
  | { readonly kind: "resume"; readonly who: string; readonly atMs: number }
  | {
      readonly kind: "roll-back";
      readonly to: 0 | StageNumber;
      /** Why, in words; may be empty. */
      readonly reason: string;
      readonly who: string;
      readonly atMs: number;
    }
  /** A person has looked whether the action of which nobody could tell has happened. */
  | {
      readonly kind: "settle";
      readonly action: string;
      readonly happened: boolean;
      readonly who: string;
      readonly atMs: number;
    };

/** A way back that was begun: kept, so that a killed process goes on with this one. */
export interface WayBack {
  readonly to: 0 | StageNumber;
  /** In words: who asked, or which gate broke. */
  readonly reason: string;
  /** Their ids are no ids of the plan's actions. */
  readonly actions: readonly Action[];
  readonly begunMs: number;
  /** What must hold at its end, as measured last; empty while it acts. */
  readonly criteria: readonly CriterionRecord[];
}

/** How a measured number went over the whole migration. */
export interface Figure {
  readonly name: MeasureName;
  readonly side: SideName | null;
  readonly first: number;
  readonly last: number;
  readonly least: number;
  readonly most: number;
  readonly mostAtMs: number;
  readonly samples: number;
}

export interface MigrationRecord {
  readonly format: 1;
  /** `NAME-YYYYMMDD-xxxx`, for --migration-id. */
  readonly id: string;
  readonly name: string;
  readonly status: MigrationStatus;
  /** Why it is paused, failed or rolling back; empty otherwise. */
  readonly reason: string;
  /** As it was when the migration was made; the document may change meanwhile. */
  readonly spec: MigrationSpec;
  readonly plan: MigrationPlan;
  /** Of the present round: what was rolled back whole is in `past`. */
  readonly stages: readonly StageRecord[];
  /** Stages that were rolled back, oldest first, with the actions of their way back. */
  readonly past: readonly StageRecord[];
  /** The stage it is in; 0 before the first. After a way back, the stage whose end it is at. */
  readonly stage: 0 | StageNumber;
  readonly approvals: readonly Approval[];
  /** The oldest one that is open. */
  readonly request: Request | null;
  readonly wayBack: WayBack | null;
  /** The newest observation. */
  readonly measurements: readonly Measurement[];
  readonly figures: readonly Figure[];
  /** Who carries it out; rises with each taking over, and every write is refused to an older one. */
  readonly epoch: number;
  /** Rises with every write. */
  readonly revision: number;
  readonly createdMs: number;
  readonly updatedMs: number;
}
