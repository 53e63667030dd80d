/** What the record of a migration says of the archive of A, and until when it counts. Pure. */
import type { MigrationRecord } from "../model/record.js";

export interface KnownArchive {
  readonly path: string;
  /** From then on it opens no more. */
  readonly expiresMs: number;
}

/** The newest one that was written; null when there is none. */
export function archiveOf({ past, stages }: MigrationRecord): KnownArchive | null {
  const written = [...past, ...stages]
    .flatMap(({ actions }) => actions)
    .filter(({ action, status }) => action.step.kind === "archive" && status === "done")
    .toSorted((one, other) => one.begunMs - other.begunMs);
  const { archive, expiresMs } = written.at(-1)?.facts ?? {};
  return typeof archive === "string" && typeof expiresMs === "number" ? { path: archive, expiresMs } : null;
}
