/**
 * What a plan is computed from. Only data: everything that needs a server, a file or a clock was read before.
 */
import type { KindHandler, ReadResult } from "../../providers/provider.js";
import type { GitStamp, State } from "../../state/model.js";
import type { Desired } from "../config/desired.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { PlanMode } from "./plan.js";

export interface PlanInput {
  /** Secrets with fingerprints. */
  readonly desired: Desired;
  /** Null when nothing was ever recorded. */
  readonly recorded: State | null;
  /** By address; a missing entry was not read: what the state says of it is believed. */
  readonly live: ReadonlyMap<string, ReadResult>;
  /** By kind. */
  readonly handlers: ReadonlyMap<string, KindHandler>;
  readonly mode: PlanMode;
  /** --target and --exclude as given: addresses, or modules for all that is in them. */
  readonly selection: { readonly targets: readonly string[]; readonly excludes: readonly string[] };
  readonly git: GitStamp | null;
  /** StateBackend.location. */
  readonly stateLocation: string;
  readonly ferryVersion: string;
  /** What was found before planning; part of the plan. */
  readonly diagnostics: readonly Diagnostic[];
}
