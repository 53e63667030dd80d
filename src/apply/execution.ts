/**
 * What carrying out a plan needs, tells while it goes on, and gives back. Only data and types.
 */
import type { KindHandler, Progress, ReadResult, SecretResolver } from "../../providers/provider.js";
import type { Lock, StateBackend } from "../../state/backend.js";
import type { GitStamp, State } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Action, Plan } from "../plan/plan.js";

export interface ExecutionRequest {
  readonly plan: Plan;
  /** By address; secrets with fingerprints. */
  readonly desired: ReadonlyMap<string, DesiredResource>;
  /** What the backend holds, or an empty state of serial 0. */
  readonly state: State;
  /** By address: the reading that the plan was made from. */
  readonly live: ReadonlyMap<string, ReadResult>;
  readonly handler: (kind: string) => KindHandler | undefined;
  readonly backend: StateBackend;
  readonly lock: Lock;
  readonly world: {
    readonly projectRoot: string;
    readonly secrets: SecretResolver;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  };
  /** Actions under way at once, at least 1. */
  readonly parallelism: number;
  /** Aborted: start nothing more, finish and record what is under way. */
  readonly stop: AbortSignal;
  /** Aborted: end what is under way now, and still record. */
  readonly abort: AbortSignal;
  /** Milliseconds that an action may take to end after `abort` before it is left alone. */
  readonly abortGraceMs: number;
  readonly ferryVersion: string;
  readonly git: GitStamp | null;
  readonly listener: (event: ExecutionEvent) => void;
}

export type ActionStatus =
  | "done"
  | "failed"
  /** Ended by the second interrupt or a lost lock; its intent is recorded. */
  | "interrupted"
  /** Something it waits for failed. */
  | "skipped"
  /** Not begun: stopped before. */
  | "not-started"
  /** Done, but the state could not be written afterwards: only its intent is recorded. */
  | "unrecorded";

export interface ActionResult {
  readonly address: string;
  readonly action: Action;
  readonly status: ActionStatus;
  /** One sentence for everything but "done". */
  readonly reason: string | null;
  readonly durationMs: number;
  readonly diagnostics: readonly Diagnostic[];
}

export type ExecutionEvent =
  | { readonly kind: "started"; readonly address: string; readonly action: Action }
  | { readonly kind: "progress"; readonly address: string; readonly progress: Progress }
  | { readonly kind: "ended"; readonly result: ActionResult };

export interface Execution {
  /** One for each change of the plan that is not a no-op, in the plan's order. */
  readonly results: readonly ActionResult[];
  /** What concerns the whole: lost lock, state not writable. */
  readonly diagnostics: readonly Diagnostic[];
  /** As last written. */
  readonly state: State;
  readonly outcome: "complete" | "failed" | "interrupted";
}
