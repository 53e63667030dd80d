/** Splits work so that an ACL change stands by itself: servers take it in no multi. Pure. */
import { type TargetOp, type Work, workBytes } from "../translate/target-op.js";

/** ACL changes by themselves; the last piece carries the zxid, so that the checkpoint never runs ahead. */
export function separateAcls(work: Work): Work[] {
  if (work.ops.length < 2 || !work.ops.some(({ kind }) => kind === "setAcl")) return [work];
  const groups: TargetOp[][] = [];
  for (const op of work.ops) {
    const last = groups.at(-1);
    if (last === undefined || op.kind === "setAcl" || last[0]?.kind === "setAcl") groups.push([op]);
    else last.push(op);
  }
  return groups.map((ops, at) => ({
    ...work,
    ops,
    zxid: at === groups.length - 1 ? work.zxid : null,
    bytes: workBytes(ops),
  }));
}
