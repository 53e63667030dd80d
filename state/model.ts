/**
 * What ferry owns and last saw. Only data: who may write it is in backend.ts, its versions on disk in codec.ts.
 */
import type { Json, JsonObject } from "../src/value/json.js";

export const STATE_FORMAT_VERSION = 1;

/** The commit a plan or a state came from. */
export interface GitStamp {
  /** Full object id, or null when the repository has no commit yet. */
  readonly commit: string | null;
  readonly branch: string | null;
  /** True when tracked files below the project differ from the commit, or untracked configuration exists. */
  readonly dirty: boolean;
}

/** What was about to be done to a resource; present only while it is under way or after a crash in it. */
export interface Intent {
  readonly action: "create" | "update" | "replace" | "delete";
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** The spec that was being applied; null for delete. */
  readonly spec: JsonObject | null;
}

export interface RecordedResource {
  readonly address: string;
  readonly kind: string;
  readonly provider: string;
  /** What finds the thing in the world again (provider's own form); null while creation has not got that far. */
  readonly identity: Json;
  /** Last applied spec, normalised, secrets as fingerprints. */
  readonly spec: JsonObject;
  /** Comparable live values last seen (same shape as spec). */
  readonly live: JsonObject | null;
  /** Observed facts that are not compared (roles, zxid, …). */
  readonly attributes: JsonObject;
  readonly dependsOn: readonly string[];
  readonly sensitivePaths: readonly string[];
  readonly preventDestroy: boolean;
  /** RFC 3339, UTC; of the last successful apply or import. */
  readonly appliedAt: string | null;
  readonly intent?: Intent;
}

export interface State {
  readonly formatVersion: typeof STATE_FORMAT_VERSION;
  /** Random UUID given at the first write; two states with different lineages are never mixed. */
  readonly lineage: string;
  /** Increases by one with each write. 0 = never written. */
  readonly serial: number;
  readonly ferryVersion: string;
  readonly git: GitStamp | null;
  /** By address. */
  readonly resources: Readonly<Record<string, RecordedResource>>;
}
