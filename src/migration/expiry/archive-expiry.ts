/** Which migrations' time for a way back is over, and which archives have no use any more. Pure. */
import { archiveOf } from "../engine/archives.js";
import { isExpired } from "../engine/standing.js";
import type { MigrationRecord } from "../model/record.js";
import { isRolledBackWhole } from "../model/standing.js";

export interface Expired {
  readonly id: string;
  readonly name: string;
  /** Of the archive that goes; null when none was made. */
  readonly path: string | null;
  /** It is done, and counts as archived from now on. One that was rolled back whole only loses its archive. */
  readonly closes: boolean;
}

export function archiveExpiry(records: readonly MigrationRecord[], nowMs: number): readonly Expired[] {
  return records.flatMap((record): readonly Expired[] => {
    const { id, name, status } = record;
    const archive = archiveOf(record);
    if (status === "done" && isExpired(record, nowMs))
      return [{ id, name, path: archive?.path ?? null, closes: true }];
    const isUseless = isRolledBackWhole(record) && archive !== null && nowMs >= archive.expiresMs;
    return isUseless ? [{ id, name, path: archive.path, closes: false }] : [];
  });
}
