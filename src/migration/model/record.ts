/**
 * What is remembered of a migration, written before and after every action: with it a killed process goes on, and a person can tell
 * what was done. Format 1; plain JSON.
 */
import type { Action } from "./action.js";
import type { MigrationPlan } from "./plan.js";
import type { StageNumber } from "./spec.js";

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

/** `intended` is written before it begins; only then may anything happen. */
export type ActionStatus = "intended" | "done" | "failed";

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
  | { readonly kind: "roll-back"; readonly to: 0 | StageNumber; readonly who: string; readonly atMs: number };

export interface MigrationRecord {
  readonly format: 1;
  /** `NAME-YYYYMMDD-xxxx`, for --migration-id. */
  readonly id: string;
  readonly name: string;
  readonly status: MigrationStatus;
  /** Why it is paused, failed or rolling back; empty otherwise. */
  readonly reason: string;
  readonly plan: MigrationPlan;
  readonly stages: readonly StageRecord[];
  /** The stage it is in; 0 before the first. After a way back, the stage whose end it is at. */
  readonly stage: 0 | StageNumber;
  readonly approvals: readonly Approval[];
  readonly request: Request | null;
  /** Who carries it out; rises with each taking over, and every write is refused to an older one. */
  readonly epoch: number;
  readonly createdMs: number;
  readonly updatedMs: number;
}
