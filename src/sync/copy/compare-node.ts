/**
 * One znode of the source against what the target has at its place → operations, and the offset that remains when the
 * versions cannot be made level. Pure.
 */
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { SnapshotNode } from "../../zookeeper/learner/transaction.js";
import type { Offset } from "../apply/offsets.js";
import { Problem } from "../apply/problem.js";
import type { SyncSpec } from "../spec.js";
import type { TargetMode, TargetOp } from "../translate/target-op.js";
import { aclKey, dataKey, type TargetEntry } from "./target-tree.js";

export interface CompareOptions {
  readonly containers: SyncSpec["containers"];
  readonly levelVersions: number;
  /** Session of which the target's znode is recorded as a shadow, or null. */
  readonly shadowOf: bigint | null;
}

export interface NodeOutcome {
  readonly ops: readonly TargetOp[];
  readonly offset: Offset;
}

/** ACL changes that are made again one by one to have the same aversion; beyond it the difference is recorded. */
const LEVEL_ACLS = 50;
const LEVEL: Offset = { version: 0, aversion: 0 };

/** @param path of the target */
export function compareNode(
  source: SnapshotNode,
  path: string,
  target: TargetEntry | null,
  options: CompareOptions,
): NodeOutcome {
  const owner = nodeOwner(source.owner);
  const shadow = shadowOps(path, owner.kind === "ephemeral" ? owner.session : null, options.shadowOf);
  if (target === null) return withOps(created(source, path, options), shadow);
  if (target.owner !== 0n) throw Problem.liveEphemeral(path, target.owner);
  const outcome = brought(source, path, target, options);
  return withOps(outcome, shadow);
}

export function withOps(outcome: NodeOutcome, more: readonly TargetOp[]): NodeOutcome {
  return more.length === 0 ? outcome : { ...outcome, ops: [...outcome.ops, ...more] };
}

export function shadowOps(path: string, wanted: bigint | null, recorded: bigint | null): TargetOp[] {
  if (wanted === recorded) return [];
  const drop: TargetOp[] = recorded === null ? [] : [{ kind: "shadow-drop", path }];
  return wanted === null ? drop : [...drop, { kind: "shadow-add", path, session: wanted }];
}

function modeOf(
  source: SnapshotNode,
  containers: SyncSpec["containers"],
): { mode: TargetMode; ttlMs: number } {
  const owner = nodeOwner(source.owner);
  if (containers === "keep" && owner.kind === "container") return { mode: "container", ttlMs: 0 };
  if (containers === "keep" && owner.kind === "ttl") {
    return { mode: "persistent-ttl", ttlMs: Number(owner.ttlMs) };
  }
  return { mode: "persistent", ttlMs: 0 };
}

export function created(source: SnapshotNode, path: string, options: CompareOptions): NodeOutcome {
  const { data, acl, version, aversion } = source;
  const canLevel = version <= options.levelVersions;
  const canLevelAcl = aversion <= LEVEL_ACLS;
  const ops: TargetOp[] = [{ kind: "create", path, data, acl, ...modeOf(source, options.containers) }];
  if (canLevel && version > 0) ops.push({ kind: "setData", path, data, version, times: version });
  for (let at = 1; canLevelAcl && at <= aversion; at++) ops.push({ kind: "setAcl", path, acl, version: at });
  return {
    ops,
    offset: { version: canLevel ? 0 : -version, aversion: canLevelAcl ? 0 : -aversion },
  };
}

/** A znode that is there already. */
function brought(
  source: SnapshotNode,
  path: string,
  target: TargetEntry,
  options: CompareOptions,
): NodeOutcome {
  const sameData = dataKey(source.data) === target.data;
  const sameAcl = aclKey(source.acl) === target.acl;
  const behind = source.version - target.version;
  const isLevel = behind === 0 && source.aversion === target.aversion;
  if (sameData && sameAcl && isLevel) return { ops: [], offset: LEVEL };
  const canStay = behind > 0 ? behind <= options.levelVersions : sameData && behind === 0;
  const aclFits = sameAcl ? source.aversion === target.aversion : source.aversion === target.aversion + 1;
  // Without children nothing is lost by making it anew, and everything becomes level.
  const canRemake = source.version <= options.levelVersions && source.aversion <= LEVEL_ACLS;
  if (!target.hasChildren && !(canStay && aclFits) && canRemake) {
    const fresh = created(source, path, options);
    return { ...fresh, ops: [{ kind: "delete", path, version: null }, ...fresh.ops] };
  }
  return adjusted(source, path, target, { sameData, sameAcl, canLevel: behind > 0 && canStay });
}

function adjusted(
  source: SnapshotNode,
  path: string,
  target: TargetEntry,
  { sameData, sameAcl, canLevel }: { sameData: boolean; sameAcl: boolean; canLevel: boolean },
): NodeOutcome {
  const { data, acl, version, aversion } = source;
  const ops: TargetOp[] = [];
  let after = target.version;
  if (canLevel) {
    ops.push({ kind: "setData", path, data, version, times: version - target.version });
    after = version;
  } else if (!sameData) {
    ops.push({ kind: "setData", path, data, version, times: 1 });
    after = target.version + 1;
  }
  if (!sameAcl) ops.push({ kind: "setAcl", path, acl, version: aversion });
  const afterAcl = target.aversion + Number(!sameAcl);
  return { ops, offset: { version: after - version, aversion: afterAcl - aversion } };
}
