/** Questions about a record that more than the engine asks. Pure. */
import type { MigrationRecord } from "./record.js";

/** Nothing of it is on the platform: it has not begun, or was rolled back to before stage 1. */
export function hasNothingDone(record: MigrationRecord): boolean {
  return record.stage === 0 && record.wayBack === null;
}

/** It was rolled back whole, and goes forward again only when somebody says so. */
export function isRolledBackWhole(record: MigrationRecord): boolean {
  return hasNothingDone(record) && record.status === "paused" && record.past.length > 0;
}

/** Nothing is left to do for an engine, unless somebody asks for something new. */
export function isOver(record: MigrationRecord): boolean {
  return record.status === "done" || record.status === "archived" || isRolledBackWhole(record);
}
