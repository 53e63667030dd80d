/** What goes wrong with a snapshot file: which file, where in it, what to do. Never holds data of a znode. */

export interface SnapshotFileFault {
  /** Path of the file on this machine. */
  readonly file: string;
  /** What was tried: `reading`, `writing`. */
  readonly tried: string;
  /** What is wrong. */
  readonly reason: string;
  /** Byte of the file (of its content, where it is compressed) at which it was seen; null when it is about none. */
  readonly offset?: number | null;
  /** What is untouched, and what to do now. */
  readonly remedy: string;
}

export class SnapshotFileError extends Error {
  readonly file: string;
  readonly offset: number | null;

  constructor(fault: SnapshotFileFault, cause?: unknown) {
    const where = fault.offset === undefined || fault.offset === null ? "" : ` at byte ${fault.offset}`;
    super(
      `${fault.tried} ${fault.file}${where}: ${fault.reason}. ${fault.remedy}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = "SnapshotFileError";
    this.file = fault.file;
    this.offset = fault.offset ?? null;
  }
}
