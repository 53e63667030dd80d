/**
 * One znode of the source against the target's when both sides count. Mostly the other direction stands still meanwhile: then
 * the source knows all that the target had, and is right about whatever the target's clients have not touched since. Where both
 * directions must compare whole states, checkpoints say up to where the sides were the same, and the strategy decides about
 * what was changed on both. Pure.
 */
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { SnapshotNode } from "../../zookeeper/learner/transaction.js";
import { winner } from "../pair/decide.js";
import type { ConflictStrategy, Side } from "../spec.js";
import type { TargetOp } from "../translate/target-op.js";
import { type CompareOptions, created, type NodeOutcome, shadowOps, withOps } from "./compare-node.js";
import { aclKey, dataKey, type TargetEntry } from "./target-tree.js";

/** What a copy may rely on. */
export type MergeBase =
  /** The other direction has brought over what the target had, and stands still. */
  | {
      readonly kind: "level";
      /** Whether clients of the target have written to it since. Path of the target. */
      readonly touched: (path: string) => boolean;
    }
  /** Both sides went on by themselves since the checkpoints. */
  | {
      readonly kind: "apart";
      /** Everything the source had up to here is on the target; null: nothing is known. */
      readonly source: bigint | null;
      /** Everything the target had up to here is on the source. */
      readonly target: bigint | null;
      /** Whether the last write of the znode was ours: it says what the other side had. Path of the source. */
      readonly isOwnSource: (path: string, node: Stamps) => boolean;
      /** The same for the target. */
      readonly isOwnTarget: (path: string, node: Stamps) => boolean;
      /** Whether all writes of ours after the checkpoints are known. */
      readonly isExact: boolean;
    };

export type Stamps = Pick<TargetEntry, "version" | "mzxid">;

export interface MergeRules {
  readonly sourceSide: Side;
  readonly strategy: ConflictStrategy;
  readonly base: MergeBase;
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
  const { base } = rules;
  if (base.kind === "level" && base.touched(path)) {
    rules.unsettled(path); // the other direction carries it over when it goes on
    return NOTHING;
  }
  const shadow = shadowOps(path, session, options.shadowOf);
  if (target === null) {
    if (base.kind === "apart" && isGone(source, path, session, base, rules)) return NOTHING;
    return withOps(created(source, path, options), shadow);
  }
  if (target.owner !== 0n) return NOTHING; // a living session's own: never touched
  if (dataKey(source.data) === target.data && aclKey(source.acl) === target.acl) {
    if (source.version < target.version) rules.unsettled(path);
    return withOps(raised(source, path, target, options), shadow);
  }
  // A shadow that stands for an older znode of that name: versions cannot be lowered, but nothing is below it.
  const isOlder = source.version <= target.version && !target.hasChildren;
  if (session !== null && isOlder) return withOps(remade(source, path, target, options), shadow);
  if (base.kind === "apart") {
    const byCount = aclByCount(source, path, target, rules);
    if (byCount !== null) return withOps(byCount, shadow);
    if (session === null && !comesIn(source, path, target, base, rules)) return withOps(NOTHING, shadow);
  }
  // What was made anew on the source has begun to count anew.
  const isAnew = isOlder && dataKey(source.data) !== target.data && source.version <= options.levelVersions;
  if (isAnew) return withOps(remade(source, path, target, options), shadow);
  if (source.version <= target.version) rules.unsettled(path);
  return withOps(overwritten(source, path, target, options), shadow);
}

/** The target has deleted it since both sides had it. */
function isGone(
  source: SnapshotNode,
  path: string,
  session: bigint | null,
  base: Extract<MergeBase, { kind: "apart" }>,
  rules: MergeRules,
): boolean {
  const wasOnBoth = wasDeleted(source, base.source) || base.isOwnSource(source.path, source);
  if (wasOnBoth && base.target !== null && session === null) return true;
  // It may be our own copy of one that the target has just deleted.
  if (base.source !== null) rules.unsettled(path);
  return false;
}

/** A change of the ACL leaves no zxid behind, but it is counted; and both counts come from the same changes. */
function aclByCount(
  source: SnapshotNode,
  path: string,
  target: TargetEntry,
  rules: MergeRules,
): NodeOutcome | null {
  if (dataKey(source.data) !== target.data || source.aversion === target.aversion) return null;
  rules.unsettled(path);
  return source.aversion > target.aversion ? { ...NOTHING, ops: aclOps(source, path, target) } : NOTHING;
}

/** Neither made nor changed after the base: what is missing on the other side was deleted there. */
export function wasDeleted(node: Pick<TargetEntry, "czxid" | "mzxid">, base: bigint | null): boolean {
  return base !== null && node.czxid <= base && node.mzxid <= base;
}

function comesIn(
  source: SnapshotNode,
  path: string,
  target: TargetEntry,
  base: Extract<MergeBase, { kind: "apart" }>,
  rules: MergeRules,
): boolean {
  const { sourceSide, strategy } = rules;
  const sourceChanged =
    base.source === null || (source.mzxid > base.source && !base.isOwnSource(source.path, source));
  const targetChanged =
    base.target === null || (target.mzxid > base.target && !base.isOwnTarget(path, target));
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

function remade(
  source: SnapshotNode,
  path: string,
  target: TargetEntry,
  options: CompareOptions,
): NodeOutcome {
  const removal: TargetOp = { kind: "delete", path, version: null, expect: target.version };
  const anew = created(source, path, options);
  return { ...anew, ops: [removal, ...anew.ops] };
}

/** The source is right: what differs is written, and the version raised to the source's where that is possible. */
function overwritten(
  source: SnapshotNode,
  path: string,
  target: TargetEntry,
  { levelVersions }: CompareOptions,
): NodeOutcome {
  const behind = source.version - target.version;
  const times =
    behind >= 1 && behind <= levelVersions ? behind : Number(dataKey(source.data) !== target.data);
  return { ...NOTHING, ops: [...dataOps(source, path, target, times), ...aclOps(source, path, target)] };
}

function dataOps(
  { data, version }: SnapshotNode,
  path: string,
  target: TargetEntry,
  times: number,
): TargetOp[] {
  return times === 0 ? [] : [{ kind: "setData", path, data, version, times, expect: target.version }];
}

function aclOps({ acl, aversion }: SnapshotNode, path: string, target: TargetEntry): TargetOp[] {
  if (aclKey(acl) === target.acl) return [];
  return [{ kind: "setAcl", path, acl, version: aversion, expect: target.aversion }];
}
