/** What the record says of what is open and how far back it can go; for the engine and for those who look on. Pure. */
import type { ActionRecord, MigrationRecord } from "../model/record.js";
import { archiveOf } from "./archives.js";
import { stageUnderWay } from "./position.js";

/**
 * An action that was begun, may or may not have happened, and may not be done twice: it has to be asked about before
 * anything else is done. One that was repeatable is none.
 */
export function unresolvedAction(record: MigrationRecord): ActionRecord | null {
  const open = record.stages
    .flatMap(({ actions }) => actions)
    .find(({ status, action }) => !action.repeatable && (status === "intended" || status === "failed"));
  return open ?? null;
}

/** The latest stage whose end it can go back to; null when nothing was begun. */
export function newestTarget(record: MigrationRecord): number | null {
  if (record.wayBack !== null) return record.wayBack.to;
  if (record.stage === 0) return null;
  return stageUnderWay(record) === null ? Math.min(record.stage, 5) : record.stage - 1;
}

/** When it was done whole, in milliseconds; null before. */
export function doneAtMs(record: MigrationRecord): number | null {
  if (record.status !== "done" && record.status !== "archived") return null;
  return record.stages.at(-1)?.endedMs ?? null;
}

/** Whether it is done, and the time for a way back is over: the archive has expired, or would have. */
export function isExpired(record: MigrationRecord, nowMs: number): boolean {
  const done = doneAtMs(record);
  if (done === null) return false;
  const retained = done + record.spec.rollbackRetentionHours * 3_600_000;
  return nowMs >= Math.min(retained, archiveOf(record)?.expiresMs ?? retained);
}
