/** Failures of the disk in words: which step failed, what is untouched, what to do. Only makes diagnostics. */
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import { errorCode } from "./files.js";

export interface DiskFailure {
  /** `write`, `read`, `lock`, … the state. */
  readonly verb: string;
  readonly location: string;
  readonly folder: string;
  /** e.g. `The stored state (serial 4) is unchanged.` */
  readonly untouched: string;
}

/** DiagnosticErrors pass through; errors of the operating system become one. */
export function diskError(error: unknown, failure: DiskFailure): unknown {
  if (error instanceof DiagnosticError) return error;
  const code = errorCode(error);
  if (code === "") return error;
  const known = CAUSES[code];
  return new DiagnosticError([
    errorDiagnostic(
      known?.code ?? "state-disk",
      `cannot ${failure.verb} the state ${failure.location}: ${known?.cause ?? (error as Error).message}`,
      {
        detail: `Folder ${failure.folder} (${code}). ${failure.untouched}`,
        remedy: known?.remedy ?? "Look at the disk and the folder, then run the command again.",
      },
    ),
  ]);
}

interface Cause {
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
}

const NO_SPACE = "Make room on that disk, then run the command again: what is under way is recorded.";
const NO_RIGHT =
  "Give this user the right to write the folder, or name another one in ferry.yaml, spec.state.backend.";

const CAUSES: Readonly<Record<string, Cause>> = {
  ENOSPC: { code: "state-disk-full", cause: "the disk is full", remedy: NO_SPACE },
  EDQUOT: { code: "state-disk-full", cause: "this user's disk quota is used up", remedy: NO_SPACE },
  EFBIG: { code: "state-disk-full", cause: "the file would be larger than allowed here", remedy: NO_SPACE },
  EACCES: { code: "state-not-permitted", cause: "this user may not", remedy: NO_RIGHT },
  EPERM: { code: "state-not-permitted", cause: "the system does not permit it", remedy: NO_RIGHT },
  EROFS: { code: "state-not-permitted", cause: "the disk is mounted read-only", remedy: NO_RIGHT },
  ENOTDIR: {
    code: "state-not-permitted",
    cause: "a part of its path is a file, not a folder",
    remedy: "Move that file away, or name another folder in ferry.yaml, spec.state.backend.",
  },
  EEXIST: {
    code: "state-not-permitted",
    cause: "something else has the name that is needed",
    remedy: "Look into the folder and move what is not ferry's away.",
  },
  EIO: {
    code: "state-disk",
    cause: "the disk reports an error",
    remedy: "Check the disk before anything else; copy the folder to another one.",
  },
};
