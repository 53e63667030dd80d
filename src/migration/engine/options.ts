/** What an engine is given: the world behind ports, and how patient it is. Data. */
import type { AuditSink } from "../audit/event.js";
import type {
  ActionRunner,
  EvaluateCriteria,
  MigrationStore,
  Observer,
  PlanWayBack,
} from "../model/ports.js";
import type { MigrationRecord } from "../model/record.js";
import type { Clock } from "./clock.js";
import type { EngineEvent } from "./events.js";

export interface EngineOptions {
  readonly store: MigrationStore;
  readonly id: string;
  /** `ann@ops1, process 4242` */
  readonly who: string;
  /** A person says that whoever holds it is gone. */
  readonly force: boolean;
  readonly runner: ActionRunner;
  readonly observer: Observer;
  readonly evaluate: EvaluateCriteria;
  readonly planWayBack: PlanWayBack;
  readonly audit: AuditSink;
  readonly clock: Clock;
  /** End in good order: after the action that runs, or in the middle of one that can be stopped. */
  readonly stop: AbortSignal;
  /** End whatever runs: it is asked about when the migration is taken up again. */
  readonly abort: AbortSignal;
  /** End as soon as a person has to do something, instead of waiting for it. */
  readonly endWhenWaiting: boolean;
  readonly onEvent: (event: EngineEvent) => void;
  /**
   * Called whenever the platform has come to the end of a stage, forwards or backwards, and when the migration is taken up there: what was
   * deployed, moved and torn down is recorded elsewhere, too. Safe to repeat; a failure is told and stops nothing.
   */
  readonly atEndOfStage?: (record: MigrationRecord) => Promise<void>;
  readonly pace?: Partial<Pace>;
}

/** Milliseconds. */
export interface Pace {
  /** Between two looks at requests. */
  readonly lookEveryMs: number;
  /** So long what can be stopped may run on after a pause was asked for. */
  readonly patienceMs: number;
  readonly letGoMs: number;
  /** So long a stale engine may take to notice that it is one. */
  readonly lingerMs: number;
  /** Between two notes of how far an action is. */
  readonly progressMs: number;
}

export const PACE: Pace = {
  lookEveryMs: 300,
  patienceMs: 5_000,
  letGoMs: 20_000,
  lingerMs: 5_000,
  progressMs: 2_000,
};
