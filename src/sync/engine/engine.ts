/**
 * One engine of a synchronisation: stands by until it may be active, then runs the directions, says how it is doing, and
 * does what people ask of it. Any number may run; the owner znodes decide which one writes. It never ends the process.
 */
import { randomUUID } from "node:crypto";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { prepareControl, readCheckpoint, takeOwnership } from "../apply/checkpoint.js";
import { isPassing } from "../apply/outcomes.js";
import { Problem } from "../apply/problem.js";
import { ConflictLog } from "../conflict/conflict-log.js";
import { createOpenParents } from "../control/control-acl.js";
import { type ControlPaths, controlPaths } from "../control/layout.js";
import type { DirectionStatus, OwnerRecord, SyncStatus } from "../control/records.js";
import type { Direction } from "../direction/direction.js";
import type { SourceIndex } from "../direction/source-index.js";
import type { Feed } from "../feed/feed.js";
import type { Guard } from "../guard/guard.js";
import { Pair, registerSession } from "../pair/pair.js";
import { type PathMap, pathMap } from "../paths/path-map.js";
import { SideSession } from "../side/side.js";
import {
  type Direction as DirectionName,
  directionsOf,
  type Side,
  type SyncSpec,
  targetOf,
} from "../spec.js";
import type { TransactionSpool } from "../spool/transaction-spool.js";
import { AlertBook } from "../status/alerts.js";
import { ClockOffsets } from "../status/clock-skew.js";
import { isPaused, publish } from "./announce.js";
import { openDirection } from "./open-direction.js";
import { beat, HEARTBEAT_MS, newOwner, waitForOwnership } from "./ownership.js";
import { directionStatus, idleStatus } from "./status.js";

export interface EngineDependencies {
  readonly feed: (
    side: Side,
    spec: SyncSpec,
    client: () => Promise<ZooKeeperClient>,
  ) => { readonly feed: Feed; readonly reason: string };
  readonly index: () => SourceIndex;
  readonly spool: (spec: SyncSpec) => TransactionSpool;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** One line for people and logs. */
  readonly log: (text: string) => void;
  /** A copy may delete more than half of what the target has. */
  readonly acceptDeletions: boolean;
  /** Forgets the checkpoint: begins with a whole copy. */
  readonly fromSnapshot: boolean;
}

export type EngineRole = "standby" | "active" | "stopped";

const TICK_MS = 500;
/** Share of the target that a copy may delete without being told to. */
const DELETABLE_SHARE = 0.5;

interface Running {
  readonly epoch: number;
  readonly directions: readonly RunningDirection[];
  readonly pair: Pair | null;
}

interface RunningDirection {
  readonly name: DirectionName;
  readonly runner: Direction;
  readonly feedReason: string;
  readonly guard: Guard | null;
}

export class SyncEngine {
  role: EngineRole = "standby";
  private readonly paths: ControlPaths;
  private readonly map: PathMap;
  private readonly owner: OwnerRecord;
  private readonly sides: Readonly<Record<Side, SideSession>>;
  private readonly conflicts: ConflictLog;
  private readonly abort = new AbortController();
  private running: Running | null = null;
  private paused = false;
  /** How the directions were when this engine was active last. */
  private last: readonly DirectionStatus[] | null = null;
  /** Ends the present time of being active. */
  private stepDown: ((problem: Problem | null) => void) | null = null;
  private readonly finished: Promise<void>;
  private mustCopy: boolean;
  private readonly clocks = new ClockOffsets();
  private readonly alerts = new AlertBook();
  /** Alerts that the log has told of. */
  private raised: ReadonlySet<string> = new Set();
  private readonly listeners = new Set<(status: SyncStatus) => void>();

  constructor(
    private readonly spec: SyncSpec,
    private readonly dependencies: EngineDependencies,
  ) {
    this.paths = controlPaths(spec.name);
    this.map = pathMap(spec.paths);
    this.owner = newOwner(randomUUID(), dependencies.now());
    const register = (client: ZooKeeperClient) => registerSession(client, this.paths);
    const isWritten = { a: spec.bidirectional, b: true };
    const session = (side: Side) => new SideSession(spec[side], isWritten[side] ? register : undefined);
    this.sides = { a: session("a"), b: session("b") };
    this.conflicts = new ConflictLog(this.sides.b.client, this.paths, dependencies.now);
    this.mustCopy = dependencies.fromSnapshot;
    this.finished = this.run();
  }

  /** Called about twice a second while active. */
  onStatus(listener: (status: SyncStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  status(): SyncStatus {
    const standby = this.role === "standby" ? "standby" : "stopped";
    const directions: readonly DirectionStatus[] =
      this.runningStatus() ??
      (this.role === "stopped" ? this.last : null) ??
      directionsOf(this.spec).map((name) => idleStatus(name, this.paused ? "paused" : standby));
    return this.statusOf(directions, this.running?.epoch ?? 0);
  }

  private statusOf(directions: readonly DirectionStatus[], epoch: number): SyncStatus {
    const { spec, owner, sides, conflicts } = this;
    const writtenMs = this.dependencies.now();
    const clockSkew = this.clocks.skew(performance.now());
    const connected = { a: sides.a.isConnected, b: sides.b.isConnected };
    const { perMinute: conflictsPerMinute } = conflicts;
    const input = { spec, directions, conflictsPerMinute, clockSkew, connected };
    const alerts = this.alerts.alerts(input, writtenMs);
    return { format: 1, name: spec.name, engine: owner, epoch, writtenMs, directions, clockSkew, alerts };
  }

  private runningStatus(): DirectionStatus[] | null {
    const { running, paused } = this;
    if (running === null) return null;
    const held = running.pair?.held ?? 0;
    return running.directions.map(({ runner, feedReason, name, guard }) => ({
      ...directionStatus(name, runner, feedReason, paused, held, performance.now()),
      guard: guard?.status ?? null,
    }));
  }

  /** Resolves when everything received so far is on the targets. */
  async idle(): Promise<void> {
    await Promise.all(this.running?.directions.map(({ runner }) => runner.idle()) ?? []);
  }

  /** Ends it in good order: what is under way is finished, and another engine may take over at once. Never rejects. */
  async stop(): Promise<void> {
    this.abort.abort(Problem.stopped());
    this.stepDown?.(null);
    await this.finished;
  }

  /** Rejects only when it can never become active: credentials refused, no rights. */
  get done(): Promise<void> {
    return this.finished;
  }

  private async run(): Promise<void> {
    try {
      while (!this.abort.signal.aborted) await this.turn();
    } catch (error) {
      if (!this.abort.signal.aborted) throw error;
    } finally {
      this.role = "stopped";
      await Promise.all([this.sides.a.close(), this.sides.b.close()]);
    }
  }

  /** Once standing by and being active. A lost connection or quorum ends a turn, never the engine. */
  private async turn(): Promise<void> {
    this.role = "standby";
    try {
      await this.prepare();
      const epoch = await waitForOwnership(this.sides.b.client, this.paths, this.owner, this.abort.signal);
      const problem = await this.active(epoch);
      if (problem !== null) this.dependencies.log(`stepped down: ${problem.message}`);
    } catch (error) {
      if (this.abort.signal.aborted || !isPassing(error)) throw error;
      this.dependencies.log(`tries again: ${error instanceof Error ? error.message : String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  /** Control znodes and the parents of the subtrees' roots. */
  private async prepare(): Promise<void> {
    for (const direction of directionsOf(this.spec)) {
      const side = targetOf(direction);
      const client = await this.sides[side].client();
      await prepareControl(client, this.paths, [direction]);
      for (const rule of this.map.rules) if (rule[side] !== "/") await createOpenParents(client, rule[side]);
    }
  }

  /** Resolves when it is not the active one any more; null after a stop. */
  private async active(epoch: number): Promise<Problem | null> {
    const ended = new Promise<Problem | null>((resolve) => {
      this.stepDown = resolve;
    });
    this.role = "active";
    this.dependencies.log(`active, epoch ${epoch}`);
    const timers = [
      setInterval(() => void this.beat(), HEARTBEAT_MS),
      setInterval(() => void this.tick(), TICK_MS),
    ];
    let problem: Problem | null;
    try {
      if (this.abort.signal.aborted) return null;
      await this.open(epoch);
      problem = await ended;
    } finally {
      for (const timer of timers) clearInterval(timer);
      await this.close();
    }
    // Not when another one has taken over: the heartbeat is its own now.
    if (problem?.code !== "fenced") await this.release();
    return problem;
  }

  private async open(epochB: number): Promise<void> {
    const directions: RunningDirection[] = [];
    const pair = this.spec.bidirectional ? this.newPair() : null;
    await pair?.load();
    for (const name of directionsOf(this.spec)) {
      const side = targetOf(name);
      const client = await this.sides[side].client();
      // Ownership before the checkpoint: nobody else can move it from here on.
      const epoch = side === "b" ? epochB : await takeOwnership(client, this.paths, this.owner);
      const read = await readCheckpoint(client, this.paths, name);
      const checkpoint = this.mustCopy ? { ...read, record: { ...read.record, zxid: "" } } : read;
      const opened = await openDirection({
        name,
        spec: this.spec,
        paths: this.paths,
        map: this.map,
        epoch,
        engine: this.owner.engine,
        checkpoint,
        sides: this.sides,
        conflicts: this.conflicts,
        pair,
        dependencies: this.dependencies,
        deletableShare: this.dependencies.acceptDeletions ? 1 : DELETABLE_SHARE,
        onStopped: (problem) => this.directionStopped(name, problem),
      });
      directions.push({ name, ...opened });
    }
    this.mustCopy = false;
    const running = { epoch: epochB, directions, pair };
    this.running = running;
    this.paused = await isPaused(await this.sides.b.client(), this.paths);
    if (!this.paused) void this.begin(running);
  }

  /**
   * Two copies one after the other: at once they would take each other's pieces for somebody's writes. Directions that go on
   * from a checkpoint begin together: each needs the other's feed to judge a conflict.
   */
  private async begin(running: Running): Promise<void> {
    const mustCopy = running.directions.some(({ runner }) => runner.mustCopy);
    for (const { runner, guard } of running.directions) {
      if (this.running !== running) return;
      runner.start();
      guard?.start();
      if (mustCopy) await runner.begun();
    }
  }

  private newPair(): Pair {
    const { spec, paths, map, sides, conflicts } = this;
    const { now, log } = this.dependencies;
    return new Pair({ spec, paths, map, sides, conflicts, now, log });
  }

  private directionStopped(name: DirectionName, problem: Problem): void {
    this.dependencies.log(`${name} has stopped: ${problem.message}. ${problem.remedy}`);
    if (problem.code === "fenced") this.stepDown?.(problem);
  }

  private async close(): Promise<void> {
    const { running } = this;
    running?.pair?.stop();
    this.last =
      this.runningStatus()?.map((status) =>
        status.problem === null ? { ...status, state: "stopped" as const } : status,
      ) ?? null;
    await Promise.all(
      running?.directions.map(({ runner, guard }) => Promise.all([runner.stop(), guard?.stop()])) ?? [],
    );
    this.running = null;
    this.stepDown = null;
  }

  private async release(): Promise<void> {
    const client = await this.sides.b.client().catch(() => null);
    if (client?.state !== "connected") return;
    await beat(client, this.paths, this.owner.engine, true).catch(() => {});
  }

  /** Side b has the heartbeat that others watch; on side a it only measures the clock there. */
  private async beat(): Promise<void> {
    const sides = this.spec.bidirectional ? (["a", "b"] as const) : (["b"] as const);
    await Promise.all(sides.map((side) => this.beatOn(side).catch(() => {})));
  }

  private async beatOn(side: Side): Promise<void> {
    if (!this.sides[side].isConnected) return;
    const client = await this.sides[side].client();
    const sent = performance.now();
    const stamp = await beat(client, this.paths, this.owner.engine);
    if (stamp !== null) this.clocks.note(side, sent, stamp, performance.now());
  }

  private async tick(): Promise<void> {
    const { running } = this;
    if (running === null) return;
    const status = this.status();
    this.logAlerts(status);
    for (const listener of this.listeners) listener(status);
    const client = await this.sides.b.client().catch(() => null);
    if (client?.state !== "connected" || this.running !== running) return;
    await publish(client, this.paths, status).catch(() => {});
    const paused = await isPaused(client, this.paths).catch(() => this.paused);
    if (paused !== this.paused && this.running === running) this.obey(paused);
  }

  private logAlerts({ alerts }: SyncStatus): void {
    const codes = new Map<string, string>(alerts.map(({ code, text }) => [code, text]));
    for (const [code, text] of codes) {
      if (!this.raised.has(code)) this.dependencies.log(`alert ${code}: ${text}`);
    }
    for (const code of this.raised) if (!codes.has(code)) this.dependencies.log(`alert ${code} is over`);
    this.raised = new Set(codes.keys());
  }

  /** Pausing and resuming begin anew from the checkpoint, as after a restart. */
  private obey(paused: boolean): void {
    this.paused = paused;
    this.dependencies.log(paused ? "paused by request" : "resumed by request");
    this.stepDown?.(new Problem("stopped", paused ? "it was paused" : "it was resumed", ""));
  }
}
