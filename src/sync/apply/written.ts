/**
 * Which znodes of a target ferry wrote to last, as long as the other direction has not passed those writes for good: kept in the
 * checkpoint, written in the same multi. With it, whoever must compare whole states can tell what ferry brought from what
 * clients wrote. Pure.
 */
import type { TargetOp } from "../translate/target-op.js";
import { recordName } from "./compile.js";
import type { Offset } from "./offsets.js";

export interface Written {
  /** Number of the multi (the checkpoint's version after it), and the versions it left, by a short hash of the path. */
  readonly multis: readonly (readonly [number, Readonly<Record<string, number>>])[];
  /** Newest multi that was left out because there were too many; null: it is complete. */
  readonly lost: number | null;
}

export const NOTHING_WRITTEN: Written = { multis: [], lost: null };

/** Znodes remembered: each takes some twenty bytes in every checkpoint. */
const KEPT = 2_000;
const HASH_LENGTH = 12;
/** No version a znode can have: it was deleted, or its version is not known. */
const NONE = -1;

/**
 * @param multi number of the multi that does `ops`
 * @param seen multis up to this one have been passed by the other direction
 */
export function noted(
  before: Written,
  multi: number,
  ops: readonly TargetOp[],
  seen: number,
  offsetOf: (path: string) => Offset,
): Written {
  const versions: Record<string, number> = {};
  for (const op of ops) {
    const version = versionAfter(op, offsetOf);
    if (version !== null) versions[hashOf(op.path)] = version;
  }
  const multis = before.multis.filter(([at]) => at > seen);
  if (Object.keys(versions).length > 0) multis.push([multi, versions]);
  const lost = before.lost !== null && before.lost > seen ? before.lost : null;
  return within(multis, lost);
}

function within(multis: Written["multis"], lost: number | null): Written {
  let kept = 0;
  for (let at = multis.length - 1; at >= 0; at--) {
    kept += Object.keys(multis[at]?.[1] ?? {}).length;
    if (kept > KEPT) return { multis: multis.slice(at + 1), lost: multis[at]?.[0] ?? lost };
  }
  return { multis, lost };
}

/** Whether the last write that is remembered of it left it with that version. */
export function wrote(written: Written, path: string, version: number): boolean {
  const hash = hashOf(path);
  const last = written.multis.findLast(([, versions]) => versions[hash] !== undefined);
  return last?.[1][hash] === version;
}

function hashOf(path: string): string {
  return recordName(path).slice(0, HASH_LENGTH);
}

/** Null: it writes to no znode that clients see. */
function versionAfter(op: TargetOp, offsetOf: (path: string) => Offset): number | null {
  switch (op.kind) {
    case "create":
      return 0;
    case "delete":
      return NONE;
    case "setData":
      if (op.expect === undefined) return op.version + offsetOf(op.path).version;
      return op.expect < 0 ? NONE : op.expect + op.times;
    default:
      return null;
  }
}
