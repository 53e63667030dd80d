/**
 * Brings work onto the target: in order, exactly once, several multis under way. Every multi names the owner's epoch and
 * bumps the checkpoint, so that of a broken chain nothing later can be applied. What fails is handed to the repairer; this
 * file decides nothing about content.
 */
import type { MultiOp, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError, type ZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { CheckpointRecord } from "../control/records.js";
import type { SyncLimits } from "../spec.js";
import { operationCount, type TargetOp, type Work } from "../translate/target-op.js";
import { advanced } from "./advanced.js";
import { type Checkpoint, encodeRecord, readCheckpoint } from "./checkpoint.js";
import {
  CHECKPOINT_OPERATION,
  type CompileContext,
  compile,
  FIRST_OPERATION,
  OWNER_OPERATION,
} from "./compile.js";
import { isPassing, isRefusal, raced } from "./outcomes.js";
import { Problem } from "./problem.js";
import { separateAcls } from "./separate-acls.js";
import { WorkQueue } from "./work-queue.js";
import { NOTHING_WRITTEN, noted, wrote } from "./written.js";

/** What to do about an operation the target refused. */
export interface Repairer {
  /**
   * @param at index in `ops` of the one that failed
   * @returns the operations to try instead; an empty list: nothing is left to do. Rejects with Problem to stop.
   */
  repair(
    ops: readonly TargetOp[],
    at: number,
    error: ZooKeeperError,
    work: Work,
  ): Promise<readonly TargetOp[]>;
  /** Whether the target must be looked at before this is tried. */
  mustLook(op: TargetOp): boolean;
  /** The operations after that look. */
  look(work: Work): Promise<readonly TargetOp[]>;
}

export interface PipelineListener {
  onApplied(work: Work): void;
  onRepaired(): void;
  /** It has stopped and will apply nothing more. */
  onStopped(problem: Problem): void;
}

export interface PipelineOptions {
  /** The session to write with; a new one when the last has expired. */
  readonly client: () => Promise<ZooKeeperClient>;
  readonly context: CompileContext;
  readonly epoch: number;
  readonly checkpoint: Checkpoint;
  /** Put into each checkpoint. */
  readonly source: string;
  readonly engine: string;
  readonly limits: SyncLimits;
  readonly repairer: Repairer;
  readonly listener: PipelineListener;
  /** Multis that the other direction has passed for good; null where there is none. */
  readonly seenMultis: (() => number) | null;
}

interface Flight {
  readonly works: readonly Work[];
  /** Version of the checkpoint before it. */
  readonly version: number;
  outcome: "under-way" | "done" | { readonly error: unknown };
}

/** Milliseconds for which nobody can have taken over after a sign that we own the target; see ownership.ts. */
const CERTAIN_MS = 1_000;
/** Attempts at one piece of work before it counts as hopeless. */
const MAX_REPAIRS = 200;

export class Pipeline {
  private readonly queue = new WorkQueue();
  private flights: Flight[] = [];
  /** Done one by one just now: refused, left without an answer, or fit for no multi. */
  private single: readonly Work[] = [];
  private version: number;
  private record: CheckpointRecord;
  private mode: "running" | "recovering" | "stopped" = "running";
  private idleWaiters: (() => void)[] = [];
  private pumping = false;
  /** performance.now() at which the last request was sent that proved that we own the target. */
  private owned = performance.now();

  constructor(private readonly options: PipelineOptions) {
    this.version = options.checkpoint.version;
    this.record = { ...options.checkpoint.record, source: options.source, engine: options.engine };
  }

  /** Pieces of work not yet on the target. */
  get backlog(): number {
    const waiting = this.queue.length + this.single.length;
    return waiting + this.flights.reduce((sum, { works }) => sum + works.length, 0);
  }

  /** Multis done and under way, since the beginning. */
  get multis(): number {
    return this.version;
  }

  /** See written.ts. */
  wrote(path: string, version: number): boolean {
    return wrote(this.record.written ?? NOTHING_WRITTEN, path, version);
  }

  /** Bytes of work that waits. */
  get waitingBytes(): number {
    return this.queue.bytes;
  }

  /** performance.now() at which the oldest work that is not applied arrived, or null. */
  get oldest(): number | null {
    const first = this.single[0] ?? this.flights[0]?.works[0] ?? this.queue.first;
    return first?.arrived ?? null;
  }

  submit(work: Work): void {
    if (this.mode === "stopped") return;
    for (const piece of separateAcls(work)) this.queue.push(piece);
    // Later in this turn, so that what arrives together goes together.
    if (this.pumping) return;
    this.pumping = true;
    setImmediate(() => {
      this.pumping = false;
      this.pump();
    });
  }

  /** Resolves when everything submitted is on the target, or the pipeline has stopped. */
  idle(): Promise<void> {
    if (this.mode === "stopped" || this.backlog === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Nothing more is sent. What is under way may still be applied; the checkpoint tells. */
  stop(): void {
    this.mode = "stopped";
    this.settleIdle();
  }

  private settleIdle(): void {
    for (const waiter of this.idleWaiters.splice(0)) waiter();
  }

  /** With nothing else under way: an ACL change fits in no multi, and a look must see what is. */
  private isAlone(work: Work | undefined): boolean {
    if (work === undefined) return false;
    return work.ops[0]?.kind === "setAcl" || work.ops.some((op) => this.options.repairer.mustLook(op));
  }

  private pump(): void {
    const { limits } = this.options;
    while (this.mode === "running" && this.queue.length > 0 && this.flights.length < limits.inFlight) {
      if (this.isAlone(this.queue.first)) {
        if (this.flights.length === 0) void this.alone();
        return;
      }
      this.send(this.nextBatch());
    }
    if (this.backlog === 0) this.settleIdle();
  }

  private nextBatch(): Work[] {
    const { batchOperations, batchBytes } = this.options.limits;
    const works: Work[] = [];
    let operations = 0;
    let bytes = 0;
    for (let work = this.queue.first; work !== undefined; work = this.queue.first) {
      const count = work.ops.reduce((sum, op) => sum + operationCount(op), 0);
      const full = operations + count > batchOperations || bytes + work.bytes > batchBytes;
      const otherKind = works[0] !== undefined && (works[0].zxid === null) !== (work.zxid === null);
      if (works.length > 0 && (full || otherKind || this.isAlone(work))) break;
      works.push(work);
      this.queue.shift();
      operations += count;
      bytes += work.bytes;
    }
    return works;
  }

  private send(works: readonly Work[]): void {
    const flight: Flight = { works, version: this.version, outcome: "under-way" };
    this.flights.push(flight);
    const record = this.advanced(works);
    this.version++;
    const ops = works.flatMap((work) => this.compileAll(work)).map(({ op }) => op);
    void this.multi(ops, flight.version, record).then(
      () => this.settled(flight, "done"),
      (error: unknown) => this.settled(flight, { error }),
    );
  }

  private async multi(ops: readonly MultiOp[], version: number, record: CheckpointRecord): Promise<void> {
    const { context, epoch, client } = this.options;
    const { paths, direction } = context;
    const sent = performance.now();
    await (await client()).multi([
      { op: "check", path: paths.owner, version: epoch },
      { op: "setData", path: paths.checkpoint(direction), data: encodeRecord(record), version },
      ...ops,
    ]);
    this.owned = Math.max(this.owned, sent);
  }

  /** The record after these works; it is what the next one goes on from. */
  private advanced(works: readonly Work[]): CheckpointRecord {
    const { seenMultis, context } = this.options;
    const record = advanced(this.record, works);
    if (seenMultis === null) this.record = record;
    else {
      const ops = works.flatMap((work) =>
        work.ops.filter(({ path }) => work.evenHeld === true || !context.isHeld(path)),
      );
      const before = this.record.written ?? NOTHING_WRITTEN;
      const offsetOf = (path: string) => context.offsets.of(path);
      this.record = { ...record, written: noted(before, this.version + 1, ops, seenMultis(), offsetOf) };
    }
    return this.record;
  }

  private compileAll({
    ops,
    evenHeld,
  }: Pick<Work, "ops" | "evenHeld">): { readonly op: MultiOp; readonly from: number }[] {
    const { context } = this.options;
    return ops.flatMap((op, from) => {
      if (evenHeld !== true && context.isHeld(op.path)) return [];
      const compiled = compile(op, context).map((multiOp) => ({ op: multiOp, from }));
      if (op.kind === "delete") context.offsets.set(op.path, { version: 0, aversion: 0 });
      return compiled;
    });
  }

  private settled(flight: Flight, outcome: Flight["outcome"]): void {
    flight.outcome = outcome;
    while (this.flights[0]?.outcome === "done") this.applied(this.flights.shift()?.works ?? []);
    const isFailed = this.flights[0] !== undefined && this.flights[0].outcome !== "under-way";
    const isQuiet = this.flights.every(({ outcome: other }) => other !== "under-way");
    if (isFailed && this.mode === "running") this.mode = "recovering";
    if (this.mode === "recovering" && isQuiet) void this.recover();
    else if (this.mode === "running") this.pump();
    if (this.mode === "stopped") this.settleIdle();
  }

  private applied(works: readonly Work[]): void {
    for (const work of works) this.options.listener.onApplied(work);
  }

  private halt(error: unknown): void {
    if (this.mode === "stopped") return;
    const problem = error instanceof Problem ? error : Problem.unexpected(error);
    this.stop();
    this.options.listener.onStopped(problem);
  }

  /** After a failure, with nothing under way: the checkpoint on the target says what was applied. */
  private async recover(): Promise<void> {
    try {
      const failed = this.flights;
      this.flights = [];
      this.single = failed.flatMap(({ works }) => works);
      const cause = failed[0]?.outcome;
      const done = await this.countApplied(failed);
      for (const flight of failed.slice(0, done)) this.applied(flight.works);
      const rest = failed.slice(done).flatMap(({ works }) => works);
      const refused = typeof cause === "object" && isRefusal(cause.error);
      const suspects = done === 0 && refused ? (failed[0]?.works.length ?? 0) : 0;
      for (const work of rest.slice(0, suspects)) await this.one(work);
      this.queue.unshift(rest.slice(suspects));
      this.single = [];
      if (this.mode !== "recovering") return;
      this.mode = "running";
      this.pump();
    } catch (error) {
      this.halt(error);
    }
  }

  /** How many of these multis the target has; sets version and record to what it holds. */
  private async countApplied(flights: readonly Flight[]): Promise<number> {
    const first = flights[0]?.version ?? this.version;
    const { version, record } = await this.readBack();
    const done = version - first;
    if (done < 0 || done > flights.length || (done > 0 && record.engine !== this.options.engine)) {
      throw Problem.checkpointMoved(this.options.context.paths.checkpoint(this.options.context.direction));
    }
    this.version = version;
    this.record = { ...record, source: this.options.source, engine: this.options.engine };
    return done;
  }

  /** The checkpoint as it is now, with the proof that we still own it; waits as long as the target has no quorum. */
  private async readBack(): Promise<Checkpoint> {
    const { context, epoch, client } = this.options;
    for (;;) {
      if (this.mode === "stopped") throw Problem.stopped();
      try {
        const sent = performance.now();
        const checkpoint = await readCheckpoint(await client(), context.paths, context.direction);
        const owner = await (await client()).exists(context.paths.owner);
        if (owner?.version !== epoch) throw Problem.fenced(context.paths.owner);
        this.owned = sent;
        return checkpoint;
      } catch (error) {
        if (!isPassing(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  /** One piece of work by itself, repaired until the target takes it. */
  private async one(work: Work): Promise<void> {
    let ops = (await raced(this.options.repairer.look(work))) ?? work.ops;
    for (let attempt = 0; attempt < MAX_REPAIRS; attempt++) {
      if (this.mode === "stopped") throw Problem.stopped();
      const acl = ops[0];
      const compiled = acl?.kind === "setAcl" ? [] : this.compileAll({ ...work, ops });
      const before = { record: this.record, version: this.version };
      const next = this.advanced([{ ...work, ops }]);
      try {
        if (acl?.kind === "setAcl" && (work.evenHeld === true || !this.options.context.isHeld(acl.path)))
          await this.setAcl(acl);
        await this.multi(
          compiled.map(({ op }) => op),
          before.version,
          next,
        );
        this.version++;
        if (attempt > 0) this.options.listener.onRepaired();
        this.applied([work]);
        return;
      } catch (error) {
        const now = await this.readBack();
        this.version = now.version;
        if (now.version === before.version + 1) {
          this.applied([work]);
          return;
        }
        if (now.version !== before.version) throw Problem.checkpointMoved("the checkpoint");
        this.record = before.record;
        if (!isZooKeeperError(error)) throw error;
        if (isPassing(error)) continue;
        ops = (await raced(this.repaired({ ...work, ops }, compiled, error))) ?? ops;
      }
    }
    throw Problem.hopeless(ops[0]?.path ?? "", MAX_REPAIRS);
  }

  private async repaired(
    work: Work,
    compiled: readonly { readonly from: number }[],
    error: ZooKeeperError,
  ): Promise<readonly TargetOp[]> {
    const { repairer, context } = this.options;
    const { ops } = work;
    if (error.operation === "setAcl" || error.opIndex === undefined)
      return repairer.repair(ops, 0, error, work);
    if (error.opIndex === OWNER_OPERATION) throw Problem.fenced(context.paths.owner);
    // The chain was read anew meanwhile: try again as it is.
    if (error.opIndex === CHECKPOINT_OPERATION && error.code === "BAD_VERSION") return ops;
    const from = compiled[error.opIndex - FIRST_OPERATION]?.from;
    if (from === undefined) throw Problem.unexpected(error);
    return repairer.repair(ops, from, error, work);
  }

  /** No multi fences it: a process that was frozen must find out first whether another one has taken over. */
  private async setAcl(op: Extract<TargetOp, { kind: "setAcl" }>): Promise<void> {
    const { aversion } = this.options.context.offsets.of(op.path);
    if (performance.now() - this.owned > CERTAIN_MS) await this.readBack();
    const expected = op.expect ?? op.version - 1 + aversion;
    await (await this.options.client()).setAcl(op.path, op.acl, expected);
  }

  /** The work at the head of the queue by itself. */
  private async alone(): Promise<void> {
    const work = this.queue.shift();
    if (work === undefined) return;
    this.mode = "recovering"; // nothing else is sent meanwhile
    this.single = [work];
    try {
      await this.one(work);
      this.single = [];
      if (this.mode !== "recovering") return;
      this.mode = "running";
      this.pump();
    } catch (error) {
      this.halt(error);
    }
  }
}
