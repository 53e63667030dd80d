/**
 * What the engine needs of the world, and what the world's side promises: the engine decides when, an ActionRunner does, an Observer
 * looks, a MigrationStore remembers. Tests put faults behind these.
 */
import type { Action } from "./action.js";
import type { Observation } from "./observation.js";
import type { MigrationPlan } from "./plan.js";
import type { ActionRecord, MigrationRecord, Request } from "./record.js";
import type { MigrationSpec } from "./spec.js";

export type Facts = ActionRecord["facts"];

export interface ActionContext {
  /** Aborts on timeout, pause beyond patience, lost ownership. What was begun is left in a state that `probe` can tell. */
  readonly signal: AbortSignal;
  /** Facts of all finished actions, by action id; and what this one has noted in an earlier attempt. */
  readonly facts: ReadonlyMap<string, Facts>;
  /** Adds facts to the record of this action; durable when it resolves. For what the next attempt must know after a crash. */
  readonly note: (facts: Facts) => Promise<void>;
  readonly report: (message: string) => void;
}

export interface ActionOutcome {
  /** In words, for the record and the report. */
  readonly text: string;
  readonly facts: Facts;
}

/** Whether an action that was begun when the process died has happened. */
export type Probe =
  | { readonly kind: "done"; readonly outcome: ActionOutcome }
  | { readonly kind: "not-done" }
  /** Nobody can tell: a person must. */
  | { readonly kind: "unclear"; readonly reason: string };

export interface ActionRunner {
  /** Resolves when it is done and proved. Rejects with DiagnosticError: what was tried, what is untouched, what to do. */
  run(action: Action, context: ActionContext): Promise<ActionOutcome>;
  probe(action: Action, context: ActionContext): Promise<Probe>;
  /**
   * Keeps alive what has to run on between the actions (synchronisation engines), given what was done so far. Called when the engine takes
   * a migration up, also after a crash. Safe to repeat.
   */
  sustain(record: MigrationRecord): Promise<void>;
  /** Lets go of connections and engines. Nothing on the platform changes. */
  close(): Promise<void>;
}

export interface Observer {
  /** Never rejects but for the signal: what cannot be measured is a measurement of kind `unknown`. */
  observe(signal: AbortSignal): Promise<Observation>;
  close(): Promise<void>;
}

/** Plans a way back from where a migration stands; pure. */
export type PlanWayBack = (spec: MigrationSpec, record: MigrationRecord, to: number) => readonly Action[];

export interface Claim {
  /** Record as it is, with the new epoch in it. */
  readonly record: MigrationRecord;
  /** Compare-and-set: rejects with DiagnosticError (`migration-taken-over`) once somebody else has claimed it. */
  write(record: MigrationRecord): Promise<MigrationRecord>;
  /** Requests and approvals that others wrote meanwhile. */
  refresh(): Promise<MigrationRecord>;
  release(): Promise<void>;
}

/** Where migrations are remembered; one lock for each. Every write is whole or not at all, and durable when it resolves. */
export interface MigrationStore {
  readonly location: string;
  list(): Promise<readonly MigrationRecord[]>;
  /** By id or by name; null when there is none. */
  read(idOrName: string): Promise<MigrationRecord | null>;
  /** Refuses when one of this name is not ended yet. */
  create(plan: MigrationPlan, createdMs: number): Promise<MigrationRecord>;
  /** Becomes the one who carries it out; rejects with DiagnosticError (`migration-locked`) while another one does. */
  claim(id: string, who: string): Promise<Claim>;
  /** From any process: approvals and requests are merged into the record, also while an engine works on it. */
  request(
    id: string,
    request:
      | Request
      | {
          readonly kind: "approve";
          readonly stage: number;
          readonly who: string;
          readonly atMs: number;
          readonly planDigest: string;
        }
      | { readonly kind: "resume"; readonly who: string; readonly atMs: number },
  ): Promise<MigrationRecord>;
  close(): Promise<void>;
}
