/** The plan of a migration: six stages with what must hold before, what is done, what must hold after, and the way back. Data. */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Action } from "./action.js";
import type { MeasureName } from "./observation.js";
import type { SideName, StageNumber } from "./spec.js";

/** How a measured value is judged. */
export type Comparison =
  | { readonly kind: "at-most"; readonly limit: number }
  | { readonly kind: "at-least"; readonly limit: number }
  | { readonly kind: "equals"; readonly value: number | string | boolean };

export interface Criterion {
  /** `1.lag`: unique within a plan. */
  readonly id: string;
  /** For people. */
  readonly text: string;
  readonly measure: MeasureName;
  readonly side: SideName | null;
  readonly comparison: Comparison;
  readonly unit: string;
  /** Seconds it must hold without a break; 0: once is enough. */
  readonly holdSeconds: number;
}

/** One state of the masters on the way, as the operator reads it. */
export interface QuorumState {
  /** Names of the members of the log, those that vote. */
  readonly members: readonly string[];
  readonly quorum: number;
  /** How many more may fail before writes stop. */
  readonly tolerance: number;
}

export interface StagePlan {
  readonly number: StageNumber;
  readonly title: string;
  readonly needsApproval: boolean;
  readonly prerequisites: readonly Criterion[];
  readonly actions: readonly Action[];
  /** What must hold while it runs, else the stage stops. */
  readonly watch: readonly Criterion[];
  readonly criteria: readonly Criterion[];
  readonly timeoutSeconds: number;
  /** Undoes the stage when all of it was done. A stage that was cut off is undone from what its record says. */
  readonly wayBack: readonly Action[];
  /** The masters before, between and after its actions, where they change. */
  readonly quorum: readonly QuorumState[];
  /** What it will cost: apps with a moment of downtime, tasks that die. */
  readonly costs: readonly string[];
  /** What cannot be checked, and why. */
  readonly unchecked: readonly string[];
}

export interface MigrationPlan {
  readonly formatVersion: 1;
  readonly migration: string;
  /** Over everything but this field; what an approval refers to. */
  readonly digest: string;
  readonly stages: readonly StagePlan[];
  /** Errors refuse the migration: what is unsafe, and the smallest change that would make it safe. */
  readonly diagnostics: readonly Diagnostic[];
}
