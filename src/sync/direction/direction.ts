/**
 * One direction, from the feed of its source to the checkpoint on its target: chooses between going on and copying anew,
 * keeps the index of the source, stops when something is not as it must be. It lives as long as its engine is active.
 */
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import { checkpointZxid } from "../apply/checkpoint.js";
import { persistently } from "../apply/outcomes.js";
import { Pipeline } from "../apply/pipeline.js";
import { Problem } from "../apply/problem.js";
import { controlAcl } from "../control/control-acl.js";
import type { DirectionState } from "../control/records.js";
import { Copier } from "../copy/copier.js";
import { readTarget } from "../copy/target-tree.js";
import type { FeedFailure, FeedListener } from "../feed/feed.js";
import { targetOf } from "../spec.js";
import { type TargetOp, type Work, workBytes } from "../translate/target-op.js";
import { translate } from "../translate/translate.js";
import { IndexFollower } from "./index-follower.js";
import { DirectionMeter } from "./meter.js";
import type { DirectionOptions, MergeTurn } from "./options.js";
import { Overflow } from "./overflow.js";
import { loadShadows } from "./shadow-records.js";
import { SourceHold } from "./source-hold.js";

/** Where the feed stands. */
type Phase =
  /** Nothing has come yet: a DIFF goes on from the checkpoint, a snapshot makes a copy necessary. */
  | { readonly kind: "waiting" }
  | { readonly kind: "copying"; readonly copier: Copier }
  /** The copy is being finished; what comes meanwhile waits. */
  | { readonly kind: "finishing" }
  | { readonly kind: "following" };

/** Milliseconds after which skipped transactions move the checkpoint too. */
const IDLE_CHECKPOINT_MS = 1_000;
/** Where both sides count, the other direction remembers its writes so long. */
const PAIR_CHECKPOINT_MS = 250;

export class Direction implements FeedListener {
  readonly meter = new DirectionMeter();
  private readonly pipeline: Pipeline;
  private readonly abort = new AbortController();
  private phase: Phase = { kind: "waiting" };
  private problem: Problem | null = null;
  private current = false;
  /** Newest transaction that was followed, and the newest that was received: what lies between them is in the overflow. */
  private position: bigint | null;
  private received: bigint | null;
  private readonly overflow: Overflow;
  private readonly source: IndexFollower;
  /** Newest transaction with nothing for the target in it, not in the checkpoint yet. */
  private skipped: bigint | null = null;
  private readonly timer: NodeJS.Timeout;
  private readonly hold: SourceHold;
  /** Znodes that a snapshot is going to have, when it is known. */
  private expected: number | null = null;
  private started = false;
  private preparing = false;
  /** Nothing is followed: the other direction copies. */
  private frozen = false;
  private turn: MergeTurn | null = null;
  /** Rises with each copy: what belongs to an earlier one is void. */
  private copies = 0;

  constructor(private readonly options: DirectionOptions) {
    const { paths, name, offsets, checkpoint, epoch, engine, spec, repairer, target } = options;
    this.position = checkpointZxid(checkpoint);
    this.received = this.position;
    this.meter.appliedZxid = this.position;
    this.source = new IndexFollower(options.index, options.secondFeed);
    this.pipeline = new Pipeline({
      client: target,
      context: {
        paths,
        direction: name,
        offsets: offsets.offsets,
        recordAcl: controlAcl(spec[targetOf(name)]),
        isHeld: options.isHeld,
      },
      epoch,
      checkpoint,
      source: name === "a-to-b" ? spec.a.connectString : spec.b.connectString,
      engine,
      limits: spec.limits,
      repairer,
      seenMultis: options.seenMultis,
      listener: {
        onApplied: (work) => this.applied(work),
        onRepaired: () => this.meter.repaired(),
        onStopped: (problem) => this.stopWith(problem),
      },
    });
    this.hold = new SourceHold(options.feed, () => this.pipeline.waitingBytes);
    this.overflow = new Overflow({
      spool: options.spool,
      limitBytes: spec.limits.spoolMemoryBytes,
      waitingBytes: () => this.pipeline.waitingBytes,
      mayFollow: () => this.phase.kind === "following" && this.problem === null && !this.frozen,
      follow: (transaction, own) => this.follow(transaction, own),
      onFault: (error) => this.stopWith(error instanceof Problem ? error : Problem.unexpected(error)),
      leave: (reason) => this.leave(reason),
      takeUp: () => this.takeUp(),
    });
    this.timer = setInterval(
      () => this.tick(),
      options.beginCopy === null ? IDLE_CHECKPOINT_MS : PAIR_CHECKPOINT_MS,
    );
  }

  /** A feed that misses things cannot go on from anywhere, nor one that has never begun: states are compared. */
  get mustCopy(): boolean {
    return this.position === null || !this.options.feed.quality.exact;
  }

  start(): void {
    this.started = true;
    if (this.mustCopy) this.copyAnew();
    else this.options.feed.start(this.position, this);
  }

  /** Resolves when nothing more will be sent. What is under way may still arrive; the checkpoint tells. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.abort.abort(Problem.stopped());
    this.pipeline.stop();
    this.turn?.end();
    await Promise.all([this.options.feed.stop(), this.source.drop()]);
    this.overflow.close();
  }

  get state(): DirectionState {
    if (this.problem !== null) return "stopped";
    if (this.phase.kind === "copying" || this.phase.kind === "finishing" || this.preparing) return "copying";
    if (!this.current) return this.phase.kind === "waiting" ? "connecting" : "catching-up";
    return this.backlog > this.options.spec.limits.batchOperations ? "catching-up" : "live";
  }

  get facts() {
    const { feed } = this.options;
    return {
      problem: this.problem,
      feed,
      position: this.position,
      // During a copy the position runs ahead of what the target has.
      applied: this.backlog === 0 && this.phase.kind === "following" ? this.position : this.meter.appliedZxid,
      // It works, or is about to: others may wait for it.
      isFollowing: this.started && this.problem === null && this.state !== "copying",
      backlog: this.backlog,
      spooledBytes: this.overflow.bytes,
      waitingMs: this.pipeline.oldest === null ? 0 : performance.now() - this.pipeline.oldest,
      digest: this.source.digest,
      progress: this.phase.kind === "copying" ? this.phase.copier.progress(this.expected) : null,
    };
  }

  /** Multis on the target since the beginning. */
  get multis(): number {
    return this.pipeline.multis;
  }

  /** Whether the last write of a znode of the target was ours, as far back as that is remembered. */
  wrote(path: string, version: number): boolean {
    return this.pipeline.wrote(path, version);
  }

  /** Nothing waits or is under way. */
  get isIdle(): boolean {
    return this.backlog === 0;
  }

  private get backlog(): number {
    return this.pipeline.backlog + this.overflow.length;
  }

  /** Work that is not the feed's: brings something level. Done in order with everything else. */
  bring(ops: readonly TargetOp[], marks: Pick<Work, "evenHeld" | "tentative"> = {}): void {
    const arrived = performance.now();
    this.pipeline.submit({ ops, zxid: null, timeMs: 0, arrived, bytes: workBytes(ops), ...marks });
  }

  /** Resolves when a first copy, if one is needed, is over; also when it has stopped. */
  async begun(): Promise<void> {
    while (this.problem === null && !this.abort.signal.aborted && this.state !== "live") {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Everything received so far is on the target when it resolves. */
  idle(): Promise<void> {
    return this.pipeline.idle();
  }

  /** Follows nothing more; resolves when everything followed so far is on the target. */
  freeze(): Promise<void> {
    this.frozen = true;
    return this.pipeline.idle();
  }

  thaw(): void {
    if (!this.frozen) return;
    this.frozen = false;
    this.overflow.relieved();
  }

  onSnapshotBegin(zxid: bigint): void {
    this.current = false;
    // In the middle of something else: what the target has must be read first, then the snapshot is asked for again.
    if (this.phase.kind === "copying" && !this.phase.copier.begun) this.phase.copier.begin(zxid);
    else this.copyAnew();
  }

  onSnapshotNode(node: SnapshotNode): void {
    if (this.phase.kind !== "copying" || this.problem !== null) return;
    this.guarded(() => {
      if (this.phase.kind === "copying") this.phase.copier.node(node);
    });
    this.hold.check();
  }

  onSnapshotEnd(): void {}

  onTransaction(transaction: Transaction): void {
    // While a copy is prepared, the rest of what led to it may still come: it comes again.
    if (this.problem !== null || this.overflow.isLeft || this.preparing) return;
    this.guarded(() => this.take(transaction));
  }

  onCurrent(zxid: bigint): void {
    if (this.preparing) return;
    this.received = zxid;
    if (this.overflow.length === 0) this.position = zxid;
    if (this.phase.kind === "copying") void this.finishCopy(this.phase.copier, zxid);
    else if (this.phase.kind === "waiting") this.phase = { kind: "following" };
    this.current = true;
    if (this.phase.kind === "following") this.source.build();
  }

  onHead(zxid: bigint): void {
    this.meter.head = zxid;
  }

  onLost(reason: string): void {
    this.current = false;
    this.meter.lost(reason);
  }

  onFailed(failure: FeedFailure): void {
    this.stopWith(new Problem("feed", failure.reason, failure.remedy));
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.stopWith(error instanceof Problem ? error : Problem.unexpected(error));
    }
  }

  private stopWith(problem: Problem): void {
    if (this.problem !== null) return;
    this.problem = problem;
    clearInterval(this.timer);
    this.pipeline.stop();
    this.turn?.end();
    this.overflow.close();
    void this.options.feed.stop();
    void this.source.drop();
    this.options.onStopped(problem);
  }

  private take(transaction: Transaction): void {
    this.meter.head = transaction.zxid;
    if (this.phase.kind === "copying") {
      this.phase.copier.transaction(transaction);
      return;
    }
    if (this.phase.kind === "waiting") this.phase = { kind: "following" };
    this.received = transaction.zxid;
    // Asked on arrival: the other direction judges conflicts by it and must not wait for this one's backlog.
    this.overflow.take(transaction, this.options.isOwn(transaction));
  }

  private follow(transaction: Transaction, own: boolean): void {
    const { toTarget, shadows, skipped, spec, feed } = this.options;
    this.source.before(transaction);
    this.position = transaction.zxid;
    const ops = own
      ? []
      : translate(transaction, {
          toTarget,
          shadows,
          skipped,
          source: this.source.view,
          exact: feed.quality.exact,
          options: spec,
        });
    this.source.after(transaction);
    if (ops.length === 0) {
      this.skipped = transaction.zxid;
      this.meter.skipped();
      return;
    }
    this.skipped = null;
    const { zxid, timeMs } = transaction;
    this.pipeline.submit({ ops, zxid, timeMs, arrived: performance.now(), bytes: workBytes(ops) });
  }

  private async leave(reason: string): Promise<void> {
    this.meter.lost(reason);
    this.current = false;
    await this.options.feed.stop();
  }

  private takeUp(): void {
    if (!this.abort.signal.aborted && this.problem === null) this.options.feed.start(this.received, this);
  }

  private applied(work: Work): void {
    this.meter.applied(work, performance.now());
    this.hold.check();
    this.overflow.relieved();
  }

  /** Now and then: the checkpoint follows also where there is nothing for the target. */
  private tick(): void {
    if (this.skipped === null || this.phase.kind !== "following" || this.pipeline.backlog > 0) return;
    this.pipeline.submit({ ops: [], zxid: this.skipped, timeMs: 0, arrived: performance.now(), bytes: 0 });
    this.skipped = null;
  }

  /** Everything under way first, then the target is read, then the snapshot is asked for. */
  private copyAnew(): void {
    if (this.preparing) return;
    this.preparing = true;
    this.copies++;
    this.phase = { kind: "waiting" };
    this.overflow.clear();
    this.options.onCopying(true);
    void persistently(() => this.prepareCopy(), this.abort.signal).catch((error: unknown) => {
      if (!this.abort.signal.aborted)
        this.stopWith(error instanceof Problem ? error : Problem.unexpected(error));
    });
  }

  private async prepareCopy(): Promise<void> {
    const { feed, target, targetRoots, toSource, paths, name, shadows } = this.options;
    const { signal } = this.abort;
    const base = this.position;
    this.expected = await this.options.sourceNodes();
    await Promise.all([feed.stop(), this.source.drop()]);
    await this.pipeline.idle();
    this.turn?.end();
    this.turn = (await this.options.beginCopy?.(base, signal)) ?? null;
    const client = await target();
    await loadShadows(client, paths, name, shadows);
    const { tree, unreadable } = await readTarget(
      client,
      targetRoots,
      (path) => toSource(path) !== null,
      signal,
    );
    if (unreadable.length > 0) throw Problem.notReadable(unreadable);
    const copier = new Copier({
      ...this.options,
      target: tree,
      client: target,
      submit: (work) => this.pipeline.submit(work),
      idle: () => this.pipeline.idle(),
      merge: (await this.turn?.ready()) ?? null,
      unreadable: feed.unreadable,
      now: () => performance.now(),
      signal,
    });
    if (this.problem !== null || signal.aborted) return;
    this.phase = { kind: "copying", copier };
    this.preparing = false;
    feed.start(null, this);
  }

  private async finishCopy(copier: Copier, zxid: bigint): Promise<void> {
    const copy = this.copies;
    this.phase = { kind: "finishing" };
    try {
      const summary = await copier.finish(zxid);
      if (this.problem !== null || this.abort.signal.aborted || copy !== this.copies) return;
      this.source.complete();
      this.turn?.end();
      this.phase = { kind: "following" };
      this.options.onCopying(false);
      this.options.onCopied(summary);
      this.overflow.relieved();
    } catch (error) {
      this.stopWith(error instanceof Problem ? error : Problem.unexpected(error));
    }
  }
}
