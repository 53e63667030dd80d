/**
 * A plan is plain data: what will be done, why, in which order, and what it was computed from. It prints nothing and
 * calls no server. Documented for users in docs/plan-format.md; formatVersion rises when a reader would break.
 */
import type { GitStamp } from "../../state/model.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Json, JsonObject } from "../value/json.js";

export const PLAN_FORMAT_VERSION = 1;

export type Action = "create" | "update" | "replace" | "delete" | "no-op" | "forget";

export interface FieldChange {
  /** See value/path.ts; list items with a key are named by it: `servers[id=3].clientPort`. */
  readonly path: string;
  readonly kind: "added" | "removed" | "changed";
  /**
   * Absent when there was none; null is a value. Null when sensitive, but a secret stays a reference (SecretValue).
   * Sensitive parts further in are SensitiveMark objects (value/expression.ts), unknown ones UnknownValue objects.
   */
  readonly before?: Json;
  readonly after?: Json;
  /** The new value is known only after applying. */
  readonly unknown: boolean;
  readonly sensitive: boolean;
  /** This field is why the resource is replaced. */
  readonly forcesReplacement: boolean;
  /** A long text, best shown as a unified diff. */
  readonly text?: true;
}

export type ReasonCode =
  | "not-in-state" // declared, not recorded, not there: create
  | "gone" // recorded, no longer there: create again
  | "differs" // live differs from the configuration
  | "forces-replacement"
  | "interrupted" // an earlier apply was cut off in the middle of this resource
  | "not-declared" // recorded, no longer in the configuration: delete
  | "destroy-requested"
  | "already-gone" // recorded, not declared, not there: only the record goes
  | "moved"
  | "excluded"
  | "blocked" // something it needs cannot be read or may not be destroyed: nothing is planned for it
  | "deferred" // cannot be read before something else in this plan is done: plan again afterwards
  | "held" // another resource decides about it for the time being, or about what it needs
  | "in-step";

export interface PlannedChange {
  readonly address: string;
  readonly kind: string;
  readonly provider: string;
  readonly action: Action;
  readonly reason: { readonly code: ReasonCode; readonly text: string };
  /** For replace. */
  readonly replaceOrder?: "destroy-first" | "create-first";
  /**
   * Live values before (null: none), desired ones after (null: deleted), as far as they are compared. Sensitive values are
   * SensitiveMark objects.
   */
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly fields: readonly FieldChange[];
  readonly unknownPaths: readonly string[];
  readonly sensitivePaths: readonly string[];
  readonly forcedBy: readonly string[];
  /** Addresses of changes in this plan that must be finished first; sorted. */
  readonly waitsFor: readonly string[];
  readonly movedFrom?: string;
  /** What the provider will do, in order, in words; shown to reviewers. */
  readonly steps: readonly string[];
  /** Hash over the comparable live value (or "absent") that this change was planned on. */
  readonly liveFingerprint: string;
}

export interface DriftEntry {
  readonly address: string;
  readonly kind: string;
  readonly status: "changed" | "gone" | "unreadable";
  readonly fields: readonly FieldChange[];
  readonly message: string;
}

export interface Stage {
  readonly name: string;
  readonly addresses: readonly string[];
}

export type PlanMode = "apply" | "destroy" | "refresh-only";

export interface Plan {
  readonly formatVersion: typeof PLAN_FORMAT_VERSION;
  readonly ferryVersion: string;
  readonly mode: PlanMode;
  readonly configuration: { readonly fingerprint: string; readonly environment: string | null };
  readonly state: { readonly location: string; readonly lineage: string | null; readonly serial: number };
  readonly git: GitStamp | null;
  /** --target and --exclude as given. */
  readonly selection: { readonly targets: readonly string[]; readonly excludes: readonly string[] };
  /** In an order that can be carried out one after another; no-op changes included. */
  readonly changes: readonly PlannedChange[];
  readonly drift: readonly DriftEntry[];
  /** Stages cut the changes into steps with gates; one stage when nothing declares any. */
  readonly stages: readonly Stage[];
  readonly diagnostics: readonly Diagnostic[];
}
