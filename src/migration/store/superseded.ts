/** What becomes of a migration of which nothing was done when another one of its name is made. Pure. */
import type { MigrationRecord } from "../model/record.js";

export function superseded(record: MigrationRecord, nowMs: number): MigrationRecord {
  return {
    ...record,
    status: "archived",
    reason: "Nothing of it was on the platform, and another migration of this name took its place.",
    request: null,
    revision: record.revision + 1,
    updatedMs: nowMs,
  };
}
