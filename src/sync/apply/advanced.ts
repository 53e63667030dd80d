/** The checkpoint after more work is on the target. Pure. */
import type { CheckpointRecord } from "../control/records.js";
import { hex } from "../feed/zxid.js";
import type { Work } from "../translate/target-op.js";

/** @param works of one multi; a piece of a copy has no zxid and leaves the position where it is */
export function advanced(before: CheckpointRecord, works: readonly Work[]): CheckpointRecord {
  let { zxid, timeMs, transactions } = before;
  const lost = works.flatMap(({ ops }) =>
    ops.flatMap((op) => (op.kind === "setData" && op.lost ? [op.path] : [])),
  );
  for (const work of works) {
    if (work.zxid === null) continue;
    zxid = hex(work.zxid);
    if (work.timeMs > 0) timeMs = work.timeMs;
    if (work.ops.length > 0) transactions++;
  }
  const { lost: _, copy: __, ...rest } = before;
  const marks = {
    ...(lost.length === 0 ? {} : { lost }),
    ...(works.every((work) => work.zxid === null) ? { copy: true as const } : {}),
  };
  return { ...rest, zxid, timeMs, transactions, ...marks };
}
