/**
 * What the znodes of a synchronisation hold: JSON, each with a format number. zxids and session ids are hexadecimal texts
 * (`0x1a00000003`): they do not fit a number. Times are milliseconds since the epoch.
 */
import type { Written } from "../apply/written.js";
import type { FeedKind } from "../feed/feed.js";
import type { ConflictStrategy, Direction, Side } from "../spec.js";

export interface OwnerRecord {
  readonly format: 1;
  /** Random, new with each start of an engine. */
  readonly engine: string;
  readonly host: string;
  readonly pid: number;
  readonly sinceMs: number;
}

export interface CheckpointRecord {
  readonly format: 1;
  /** Everything the source committed up to here is on the target. */
  readonly zxid: string;
  /** Tells that the source is still the same ensemble; see identity.ts. */
  readonly source: string;
  readonly engine: string;
  /** Leader's clock of the newest transaction in it, 0 when unknown. */
  readonly timeMs: number;
  /** How many transactions with operations have been applied since the beginning. */
  readonly transactions: number;
  /** Znodes of the target that this multi wrote to only for the count: what they hold is still the target's own. */
  readonly lost?: readonly string[];
  /** Where both sides count: what these multis wrote, see written.ts. */
  readonly written?: Written;
  /** This multi was a piece of a copy: it says nothing about when something was written. */
  readonly copy?: true;
}

export type DirectionState =
  /** Looks for its servers. */
  | "connecting"
  /** Reads a whole state and brings the target level with it. */
  | "copying"
  /** Applies what it had missed. */
  | "catching-up"
  | "live"
  | "paused"
  /** Another engine is active; this one keeps itself ready. */
  | "standby"
  /** Has stopped and needs a person: see `problem`. */
  | "stopped";

export interface DirectionStatus {
  readonly direction: Direction;
  readonly state: DirectionState;
  readonly problem: { readonly code: string; readonly text: string; readonly remedy: string } | null;
  readonly feed: {
    readonly kind: FeedKind;
    readonly server: string | null;
    readonly exact: boolean;
    readonly losses: readonly string[];
  } | null;
  /** Why this kind of feed. */
  readonly feedReason: string;
  readonly sourceZxid: string;
  readonly appliedZxid: string;
  /** Milliseconds from arrival to acknowledgement over the last ten seconds; null when nothing came. */
  readonly lagMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** Milliseconds the oldest transaction not yet applied has waited; 0 when none. */
  readonly waitingMs: number;
  /** Transactions received and not yet applied. */
  readonly backlog: number;
  /** Bytes of the backlog that wait in a file; absent in what older engines wrote. */
  readonly spooledBytes?: number;
  /** Znode operations a second over the last ten seconds. */
  readonly rate: number;
  readonly totals: {
    readonly transactions: number;
    readonly operations: number;
    /** Received, with nothing for the target in them. */
    readonly skipped: number;
    readonly repaired: number;
    readonly conflicts: number;
  };
  readonly progress: {
    readonly done: number;
    readonly total: number | null;
    readonly perSecond: number;
  } | null;
  readonly digest: "not-sent" | "unchecked" | "equal" | "different";
  readonly held: number;
  /** In one direction: what is known of others' writes to the target; null when it is not watched. */
  readonly guard?: GuardStatus | null;
  /** When whole states were compared last while both sides counted; null when that was not needed. */
  readonly mergedMs?: number | null;
}

export interface GuardStatus {
  /** host:port of the target it learns from, or null. */
  readonly server: string | null;
  /** Writes of others to the synchronised subtrees, and how many znodes were made right again. */
  readonly foreign: number;
  readonly restored: number;
  /** Znodes that are still to be looked at. */
  readonly waiting: number;
  /** Znodes that differ and are left as they are, and one of them. */
  readonly differing: number;
  readonly example: string | null;
  /** Why not everything is known; null: every write is accounted for. */
  readonly gap: string | null;
}

export interface SyncStatus {
  readonly format: 1;
  readonly name: string;
  readonly engine: OwnerRecord;
  readonly epoch: number;
  readonly writtenMs: number;
  readonly directions: readonly DirectionStatus[];
  /** Milliseconds side b's leader's clock is ahead of side a's, and how exact that is; null while unknown. */
  readonly clockSkew: { readonly ms: number; readonly plusMinusMs: number } | null;
  readonly alerts: readonly Alert[];
}

/** What each means and what to do about it: docs/sync-runbook.md. */
export type AlertCode =
  | "lag"
  | "conflicts"
  | "held"
  | "stopped"
  | "digest"
  | "source-lost"
  | "target-lost"
  | "differs"
  | "merged"
  | "clocks";

export interface Alert {
  readonly code: AlertCode;
  readonly text: string;
  /** Since when it holds. */
  readonly sinceMs: number;
}

export interface SyncControl {
  readonly format: 1;
  readonly paused: boolean;
  /** Who asked, for people. */
  readonly by: string;
  readonly atMs: number;
}

export interface ConflictRecord {
  readonly format: 1;
  readonly id: string;
  readonly direction: Direction;
  /** As on the side written. */
  readonly path: string;
  readonly atMs: number;
  readonly kind: "changed-on-both" | "deleted-and-changed" | "created-on-both" | "children-on-target";
  readonly strategy: ConflictStrategy;
  /** What was done: null while it is held for a person. */
  readonly resolution: null | { readonly winner: "a" | "b"; readonly by: string; readonly atMs: number };
  /** Side a's and side b's version of the matter. */
  readonly a: ConflictSide | null;
  readonly b: ConflictSide | null;
}

export interface ConflictSide {
  readonly zxid: string;
  /** Session that wrote it, when the feed tells. */
  readonly session: string | null;
  readonly timeMs: number;
  readonly version: number;
  /** SHA-256 of the data, hexadecimal; null for no data. The content itself is not kept. */
  readonly dataSha256: string | null;
  readonly deleted: boolean;
}

/**
 * A parent under which both sides make sequential znodes: its counter on one side is kept `gap` above the other's, so that
 * no number is given twice, and every name of the lower side sorts before those of the upper one.
 */
export interface FenceRecord {
  readonly format: 1;
  /** Of side a. */
  readonly path: string;
  /** Where the leader is: newcomers there sort first. */
  readonly lower: Side;
  readonly gap: number;
  /** The lower side's next number when the gap was last widened. */
  readonly since: number;
}

export interface ShadowRecord {
  readonly format: 1;
  /** On the side where the shadow is. */
  readonly path: string;
  /** Owner on the other side. */
  readonly session: string;
}
