/**
 * A whole state of the source brought onto the target: every znode of the snapshot compared with what is there, then what
 * was committed while the snapshot was sent, then what the target has too much, then the counters. Only then does the
 * checkpoint move, so that an interrupted copy simply begins again and finds most of it done.
 */
import { nodeOwner } from "../../zookeeper/learner/node-owner.js";
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import { parentPath } from "../../zookeeper/path.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import type { OffsetStore } from "../apply/offset-store.js";
import { persistently } from "../apply/outcomes.js";
import { Problem } from "../apply/problem.js";
import type { SourceIndex } from "../direction/source-index.js";
import type { SyncSpec } from "../spec.js";
import type { Shadows } from "../translate/shadows.js";
import { type TargetOp, type Work, workBytes } from "../translate/target-op.js";
import { type TranslateContext, translate } from "../translate/translate.js";
import { compareNode } from "./compare-node.js";
import { type CounterWish, planCounters } from "./counters.js";
import { FuzzyWindow } from "./fuzzy-window.js";
import { type MergeRules, mergeNode, wasDeleted } from "./merge-node.js";
import type { TargetEntry, TargetTree } from "./target-tree.js";
import { UnknownAcls } from "./unknown-acls.js";

export interface CopyContext {
  readonly spec: Pick<SyncSpec, "containers" | "ephemerals" | "limits">;
  readonly toTarget: (path: string) => string | null;
  readonly toSource: (path: string) => string | null;
  readonly index: SourceIndex;
  readonly shadows: Shadows;
  readonly skipped: Shadows;
  readonly offsets: OffsetStore;
  readonly target: TargetTree;
  readonly client: () => Promise<ZooKeeperClient>;
  submit(work: Work): void;
  /** Resolves when everything submitted is on the target. */
  idle(): Promise<void>;
  /** Of the znodes the target has, how many may be deleted without asking: 0 … 1. */
  readonly deletableShare: number;
  /** Both sides count; null: the source alone does. */
  readonly merge: MergeRules | null;
  /** Znodes of the source of which, and of what is below them, nothing is known. */
  readonly unreadable: ReadonlySet<string>;
  /** A transaction of our own, made while mirroring the other way. Asked once for each. */
  readonly isOwn: (transaction: Transaction) => boolean;
  /** performance.now() */
  readonly now: () => number;
  /** The copy is given up. */
  readonly signal: AbortSignal;
}

/** Znodes of the source's snapshot, also those that take no part. */
export interface CopyProgress {
  readonly done: number;
  readonly total: number | null;
  readonly perSecond: number;
}

export interface CopySummary {
  readonly nodes: number;
  readonly changed: number;
  readonly deleted: number;
  /** Counters that are ahead on the target and cannot be lowered. */
  readonly countersAhead: number;
  /** False: what ferry had brought and what clients had written could not be told apart everywhere. */
  readonly isExact: boolean;
}

/** Deletions below this number are never suspicious. */
const FEW = 100;

export class Copier {
  /** Znodes of the snapshot so far, and those of them that are ours. */
  private seen = 0;
  private begunAt: number | null = null;
  nodes = 0;
  private changed = 0;
  private deleted = 0;
  private readonly counters: string[] = [];
  /** As recorded on the target before the copy, by path. */
  private readonly recorded: ReadonlyMap<string, bigint>;
  private readonly window: FuzzyWindow;
  private readonly acls = new UnknownAcls({
    node: (node) => this.bring(node),
    transaction: (transaction, own) => this.follow(transaction, own),
  });
  private hasBegun = false;

  constructor(private readonly context: CopyContext) {
    this.window = new FuzzyWindow(context.index, (path) => context.toTarget(path) !== null);
    this.recorded = new Map(context.shadows.all());
    context.shadows.clear();
    context.skipped.clear();
    context.index.reset();
  }

  /** The snapshot has begun to come. */
  get begun(): boolean {
    return this.hasBegun;
  }

  /** @param zxid of the snapshot: everything up to it is in it */
  begin(zxid: bigint): void {
    this.hasBegun = true;
    this.window.begin(zxid);
  }

  /** @param total as a server counted them at another moment; null when nobody knows */
  progress(total: number | null): CopyProgress {
    const { seen: done, begunAt } = this;
    const ms = begunAt === null ? 0 : this.context.now() - begunAt;
    const perSecond = ms < 1 ? 0 : Math.round((done * 1_000) / ms);
    return { done, total: total === null ? null : Math.max(done, total), perSecond };
  }

  node(node: SnapshotNode): void {
    this.seen++;
    this.begunAt ??= this.context.now();
    this.acls.node(node);
  }

  /** Committed while the snapshot was sent: whatever of it is in the snapshot already is left out. */
  transaction(transaction: Transaction): void {
    // Asked in the order of their coming.
    this.acls.transaction(transaction, this.context.isOwn(transaction));
  }

  private bring(node: SnapshotNode): void {
    const { toTarget, target, spec, shadows, skipped, offsets, merge } = this.context;
    this.window.node(node);
    const path = toTarget(node.path);
    if (path === null || merge?.isShadow(node.path) === true) return;
    this.nodes++;
    const owner = ephemeralOwner(node);
    if (owner !== null && spec.ephemerals === "skip") {
      skipped.add(path, owner);
      return;
    }
    if (owner !== null) shadows.add(path, owner);
    if (node.cversion > 0) this.counters.push(node.path);
    const present = target.get(path) ?? null;
    const options = {
      containers: spec.containers,
      levelVersions: spec.limits.levelVersions,
      shadowOf: this.recorded.get(path) ?? null,
    };
    const { ops, offset } =
      merge === null
        ? compareNode(node, path, present, options)
        : mergeNode(node, path, present, options, merge);
    if (merge === null) offsets.set(path, offset);
    if (ops.length > 0) this.changed++;
    this.submit(ops);
  }

  private follow(transaction: Transaction, own: boolean): void {
    this.window.take(transaction, (news) => {
      if (!own) this.submit(translate(news, this.translation()));
    });
    if (transaction.body.kind !== "changes") return;
    for (const { path } of transaction.body.changes) {
      const parent = path.slice(0, path.lastIndexOf("/")) || "/";
      if (this.context.toTarget(parent) !== null) this.counters.push(parent);
    }
  }

  /** The source's state is exact now and stands still for us: deletes what is too much, raises counters, moves the checkpoint. */
  async finish(zxid: bigint): Promise<CopySummary> {
    const { client, idle, submit, now, signal } = this.context;
    const { missing } = this.acls;
    if (missing !== null) throw Problem.unknownAcl(missing);
    this.deleteSurplus();
    this.dropStaleRecords();
    await idle();
    const wishes = this.counterWishes();
    const { ops, ahead } = await persistently(async () => planCounters(await client(), wishes), signal);
    for (const step of ops) this.submit(step);
    submit({ ops: [], zxid, timeMs: 0, arrived: now(), bytes: 0 });
    await idle();
    const { nodes, changed, deleted } = this;
    const base = this.context.merge?.base;
    const isExact = base === undefined || base.kind === "level" || base.isExact;
    return { nodes, changed, deleted, countersAhead: ahead.length, isExact };
  }

  private translation(): TranslateContext {
    const { toTarget, shadows, skipped, spec } = this.context;
    return { toTarget, shadows, skipped, source: this.window, exact: true, options: spec };
  }

  private submit(ops: readonly TargetOp[]): void {
    if (ops.length === 0) return;
    const { submit, now, merge } = this.context;
    // A znode whose version was far is brought level in pieces that fit a multi.
    for (const piece of pieces(ops, this.context.spec.limits.batchOperations)) {
      const work = { ops: piece, zxid: null, timeMs: 0, arrived: now(), bytes: workBytes(piece) };
      // Where both sides count, whoever writes to the target meanwhile has not been overruled by it.
      submit(merge === null ? work : { ...work, tentative: true });
    }
  }

  private deleteSurplus(): void {
    const { target, toSource, index, deletableShare, offsets, merge } = this.context;
    const surplus = [...target].flatMap(([path, entry]) => {
      const source = toSource(path);
      if (source === null || index.lookup(source) !== null || this.isUnknown(source)) return [];
      return merge === null || this.goes(path, entry, merge) ? [path] : [];
    });
    const allowed = Math.max(FEW, target.size * deletableShare);
    if (surplus.length > allowed) throw tooMany(surplus, target.size);
    // Deepest first: a znode with children cannot be deleted.
    surplus.sort((a, b) => depth(b) - depth(a));
    for (const path of surplus) {
      const entry = target.get(path);
      if (entry !== undefined && entry.owner !== 0n) throw Problem.liveEphemeral(path, entry.owner);
      const drop: TargetOp[] = this.recorded.has(path) ? [{ kind: "shadow-drop", path }] : [];
      const expect = merge === null || entry === undefined ? {} : { expect: entry.version };
      this.submit([{ kind: "delete", path, version: null, ...expect }, ...drop]);
      if (offsets.offsets.has(path)) offsets.set(path, { version: 0, aversion: 0 });
    }
    this.deleted = surplus.length;
  }

  /** What the source does not have was deleted there, or is new on the target. */
  private goes(path: string, entry: TargetEntry, { base, unsettled }: MergeRules): boolean {
    // What becomes of a session's own znode is the other direction's business.
    if (entry.owner !== 0n) return false;
    if (base.kind === "apart") {
      return this.recorded.has(path) || wasDeleted(entry, base.target) || base.isOwnTarget(path, entry);
    }
    if (!base.touched(path)) return true;
    unsettled(path);
    return false;
  }

  /** It may well be there, only nobody lets us see it. */
  private isUnknown(path: string): boolean {
    const { unreadable } = this.context;
    if (unreadable.size === 0) return false;
    for (let at: string | null = path; at !== null; at = parentPath(at)) if (unreadable.has(at)) return true;
    return false;
  }

  /** Records of shadows that are neither on the target nor on the source any more. */
  private dropStaleRecords(): void {
    const { target, shadows } = this.context;
    for (const path of this.recorded.keys()) {
      if (!shadows.has(path) && !target.has(path)) this.submit([{ kind: "shadow-drop", path }]);
    }
  }

  private counterWishes(): CounterWish[] {
    const { index, toTarget } = this.context;
    return [...new Set(this.counters)].flatMap((path) => {
      const cversion = index.lookup(path)?.cversion ?? 0;
      const own = toTarget(path);
      const isApart = this.context.merge?.isFenced(path) === true;
      return own === null || cversion === 0 || isApart ? [] : [{ path: own, cversion }];
    });
  }
}

function depth(path: string): number {
  return path.split("/").length;
}

function ephemeralOwner(node: SnapshotNode): bigint | null {
  const owner = nodeOwner(node.owner);
  return owner.kind === "ephemeral" ? owner.session : null;
}

/** A big `times` in steps, everything else as it is. */
function* pieces(ops: readonly TargetOp[], most: number): Generator<readonly TargetOp[]> {
  let piece: TargetOp[] = [];
  for (const op of ops) {
    if (op.kind !== "setData" || op.times <= most) {
      piece.push(op);
      continue;
    }
    if (piece.length > 0) yield piece;
    piece = [];
    for (let done = 0; done < op.times; done += most) {
      const times = Math.min(most, op.times - done);
      yield [{ ...op, version: op.version - op.times + done + times, times }];
    }
  }
  if (piece.length > 0) yield piece;
}

function tooMany(surplus: readonly string[], size: number): Problem {
  return new Problem(
    "held",
    `the target has ${surplus.length} znodes of ${size} that the source does not have, for example ${surplus[0]}: they would be deleted`,
    "Look whether the source is the right one and whole. If they may go, start with --accept-deletions",
  );
}
