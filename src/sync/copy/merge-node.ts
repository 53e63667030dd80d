/**
 * One znode of the source against the target's when both sides count: what was changed on one side alone is carried over,
 * what was changed on both is decided by the strategy. "Changed" means after the checkpoints, which say up to where the
 * sides were the same. The other direction decides the same things the same way. Pure.
 */
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { SnapshotNode } from "../../zookeeper/learner/transaction.js";
import { winner } from "../pair/decide.js";
import type { ConflictStrategy, Side } from "../spec.js";
import type { TargetOp } from "../translate/target-op.js";
import { type CompareOptions, created, type NodeOutcome, shadowOps, withOps } from "./compare-node.js";
import { aclKey, dataKey, type TargetEntry } from "./target-tree.js";

export interface MergeRules {
  readonly sourceSide: Side;
  readonly strategy: ConflictStrategy;
  /** Everything the source had up to here is on the target; null: nothing is known. */
  readonly baseSource: bigint | null;
  /** Everything the target had up to here is on the source. */
  readonly baseTarget: bigint | null;
  /** Whether a znode of the source is itself only the shadow of one of the target. */
  readonly isShadow: (pathOfSource: string) => boolean;
  /** Both sides changed it. `won` null: it is held for a person. Path of the target. */
  readonly conflict: (path: string, won: Side | null) => void;
  /** Its counters are kept apart on purpose. */
  readonly isFenced: (pathOfSource: string) => boolean;
  /** Both sides are to be compared again when things are quiet. */
  readonly unsettled: (path: string) => void;
}

const NOTHING: NodeOutcome = { ops: [], offset: { version: 0, aversion: 0 } };

export function mergeNode(
  source: SnapshotNode,
  path: string,
  target: TargetEntry | null,
  options: CompareOptions,
  rules: MergeRules,
): NodeOutcome {
  const owner = nodeOwner(source.owner);
  const session = owner.kind === "ephemeral" ? owner.session : null;
  if (target === null) {
    const isGone = wasDeleted(source, rules.baseSource) && rules.baseTarget !== null;
    if (isGone && session === null) return NOTHING;
    // It may be our own copy of one that the target has just deleted.
    if (rules.baseSource !== null) rules.unsettled(path);
    return withOps(created(source, path, options), shadowOps(path, session, options.shadowOf));
  }
  if (target.owner !== 0n) return NOTHING; // a living session's own: never touched
  const shadow = shadowOps(path, session, options.shadowOf);
  if (dataKey(source.data) === target.data && aclKey(source.acl) === target.acl) {
    return withOps(raised(source, path, target, options), shadow);
  }
  // A shadow that stands for an older znode of that name: versions cannot be lowered, but nothing is below it.
  if (session !== null && source.version <= target.version && !target.hasChildren) {
    const removal: TargetOp = { kind: "delete", path, version: null, expect: target.version };
    const anew = created(source, path, options);
    return withOps({ ...anew, ops: [removal, ...anew.ops] }, shadow);
  }
  const sameContent = dataKey(source.data) === target.data;
  // A change of the ACL leaves no zxid behind, but it is counted; and both counts come from the same changes.
  if (sameContent && source.aversion !== target.aversion) {
    rules.unsettled(path);
    return withOps(source.aversion > target.aversion ? aclOnly(source, path, target) : NOTHING, shadow);
  }
  const incoming = session !== null || comesIn(source, path, target, rules);
  return withOps(incoming ? overwritten(source, path, target) : NOTHING, shadow);
}

/** Neither made nor changed after the base: what is missing on the other side was deleted there. */
export function wasDeleted(node: Pick<TargetEntry, "czxid" | "mzxid">, base: bigint | null): boolean {
  return base !== null && node.czxid <= base && node.mzxid <= base;
}

function comesIn(source: SnapshotNode, path: string, target: TargetEntry, rules: MergeRules): boolean {
  const { sourceSide, baseSource, baseTarget, strategy } = rules;
  const sourceChanged = baseSource === null || source.mzxid > baseSource;
  const targetChanged = baseTarget === null || target.mzxid > baseTarget;
  rules.unsettled(path);
  if (sourceChanged !== targetChanged) return sourceChanged;
  const targetSide: Side = sourceSide === "a" ? "b" : "a";
  const won = winner(
    { side: sourceSide, timeMs: source.mtimeMs },
    { side: targetSide, timeMs: target.mtimeMs },
    strategy,
  );
  if (sourceSide === "a" || won === sourceSide) rules.conflict(path, won);
  return won === sourceSide;
}

/** Same content: the lower version is raised, here if it is the target's. */
function raised(
  source: SnapshotNode,
  path: string,
  target: TargetEntry,
  options: CompareOptions,
): NodeOutcome {
  const { data, version } = source;
  const behind = version - target.version;
  if (behind <= 0 || behind > options.levelVersions) return NOTHING;
  return {
    ...NOTHING,
    ops: [{ kind: "setData", path, data, version, times: behind, expect: target.version }],
  };
}

function aclOnly({ acl, aversion }: SnapshotNode, path: string, target: TargetEntry): NodeOutcome {
  return { ...NOTHING, ops: [{ kind: "setAcl", path, acl, version: aversion, expect: target.aversion }] };
}

function overwritten(source: SnapshotNode, path: string, target: TargetEntry): NodeOutcome {
  const { data, acl, version, aversion } = source;
  const times = Math.max(1, version - target.version);
  const ops: TargetOp[] = [{ kind: "setData", path, data, version, times, expect: target.version }];
  if (aclKey(acl) !== target.acl) {
    ops.push({ kind: "setAcl", path, acl, version: aversion, expect: target.aversion });
  }
  return { ...NOTHING, ops };
}
