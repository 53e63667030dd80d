/**
 * What the engine needs of the world, and what the world's side promises: the engine decides when, an ActionRunner does, an Observer
 * looks, a MigrationStore remembers. Tests put faults behind these.
 */
import type { Action } from "./action.js";
import type { Observation } from "./observation.js";
import type { Criterion, MigrationPlan } from "./plan.js";
import type { ActionRecord, Approval, CriterionRecord, MigrationRecord, Request } from "./record.js";
import type { MigrationSpec } from "./spec.js";

export type Facts = ActionRecord["facts"];

export interface ActionContext {
  /** Aborts on timeout, pause beyond patience, lost ownership. What was begun is left in a state that `probe` can tell. */
  readonly signal: AbortSignal;
  /** Facts of all finished actions, by action id. */
  readonly facts: ReadonlyMap<string, Facts>;
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

/** Judges criteria over observations, oldest first; pure. What was not measured, or too long ago, is not met. */
export type EvaluateCriteria = (
  criteria: readonly Criterion[],
  history: readonly Observation[],
  nowMs: number,
) => readonly CriterionRecord[];

/** Plans a way back from where a migration stands; pure. */
export type PlanWayBack = (spec: MigrationSpec, record: MigrationRecord, to: number) => readonly Action[];

export interface Claim {
  /** Record as it is, with the new epoch in it. */
  readonly record: MigrationRecord;
  /**
   * The one before may still be at it: it ended without a word, and not on this very host. It notices within seconds that the
   * migration is not its own any more; nothing may be begun before.
   */
  readonly mayLinger: boolean;
  /**
   * Compare-and-set on `revision`, which the caller has raised by one: rejects with DiagnosticError (`migration-taken-over`) once
   * somebody else has claimed it. What the record took in of requests and approvals counts as taken up from then on.
   */
  write(record: MigrationRecord): Promise<MigrationRecord>;
  /** The record with requests and approvals that others wrote meanwhile; rejects like `write` once somebody else has claimed it. */
  refresh(): Promise<MigrationRecord>;
  release(): Promise<void>;
}

/** What a person puts in from any process. */
export type Input = Request | ({ readonly kind: "approve" } & Approval);

/** Where migrations are remembered; one lock for each. Every write is whole or not at all, and durable when it resolves. */
export interface MigrationStore {
  readonly location: string;
  /** Newest first. */
  list(): Promise<readonly MigrationRecord[]>;
  /** By id or by name (then the newest of it); null when there is none. */
  read(idOrName: string): Promise<MigrationRecord | null>;
  /** Refuses (`migration-exists`) when one of this name has something on the platform, or is being carried out. */
  create(spec: MigrationSpec, plan: MigrationPlan, createdMs: number): Promise<MigrationRecord>;
  /**
   * Becomes the one who carries it out; rejects with DiagnosticError (`migration-locked`) while another one does. `force`: a person says
   * that the other one is gone; should it live on, its writes are refused.
   */
  claim(id: string, who: string, options?: { readonly force?: boolean }): Promise<Claim>;
  /** From any process: approvals and requests are merged into the record, also while an engine works on it. */
  request(id: string, input: Input): Promise<MigrationRecord>;
  /** Who carries it out now, in words; null when nobody does. */
  holder(id: string): Promise<string | null>;
  close(): Promise<void>;
}
