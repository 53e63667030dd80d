/** Where a migration stands, as the provider needs to know it. Who looks it up is given from outside; nothing here looks. */
import type { JsonObject } from "../../src/value/json.js";

export interface MigrationProgress {
  /** Of the run, for --migration-id. */
  readonly id: string;
  /** As its record says, e.g. `running`. */
  readonly status: string;
  readonly stage: number;
  /** Something of it is on the platform. */
  readonly active: boolean;
  /** The ZooKeepers of A and B, by address or connect string: which run of that name it is. */
  readonly between: readonly string[];
}

/** By the name of the Migration; null when it was never started. Rejects with DiagnosticError. */
export type ReadProgress = (name: string, signal: AbortSignal) => Promise<MigrationProgress | null>;

/** Nobody has ever started one. */
export const NO_PROGRESS: ReadProgress = () => Promise.resolve(null);

export function attributesOf(progress: MigrationProgress | null): JsonObject {
  if (progress === null) return { id: null, status: null, stage: 0, active: false, between: [] };
  const { id, status, stage, active, between } = progress;
  return { id, status, stage, active, between };
}

/** Nothing more happens by itself. */
export function hasEnded(attributes: JsonObject): boolean {
  return attributes["status"] === "done" || attributes["status"] === "archived";
}

/** Something of it is on the platform, and it goes on or waits. */
export function isUnderWay(attributes: JsonObject): boolean {
  return attributes["active"] === true && !hasEnded(attributes);
}
