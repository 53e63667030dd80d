/** Engines on a model platform in virtual time: started, killed at any point, taken over, asked for things by people. */
import type { AuditEvent } from "../../../src/migration/audit/event.js";
import { type EngineEnd, runMigration } from "../../../src/migration/engine/engine.js";
import type { EngineEvent } from "../../../src/migration/engine/events.js";
import { newRecord } from "../../../src/migration/model/new-record.js";
import type { MigrationPlan } from "../../../src/migration/model/plan.js";
import type { Input } from "../../../src/migration/model/ports.js";
import type { MigrationRecord } from "../../../src/migration/model/record.js";
import type { MigrationSpec, StageNumber } from "../../../src/migration/model/spec.js";
import { Memory, MemoryStore } from "./memory-store.js";
import { evaluate, observerOf, Platform, planWayBack, runnerOn } from "./model-platform.js";
import { VirtualTime } from "./virtual-clock.js";

export class EngineProcess {
  isDead = false;
  end: EngineEnd | { readonly kind: "error"; readonly error: unknown } | null = null;
  readonly stop = new AbortController();
  readonly abort = new AbortController();
}

export interface RehearsalOptions {
  /** Called at every point a process can die at; true kills it there. */
  readonly dies?: (point: string, count: number) => boolean;
  /** Milliseconds before and after the effect of a step. */
  readonly stepMs?: number;
  readonly endWhenWaiting?: boolean;
  readonly atEndOfStage?: (record: MigrationRecord) => Promise<void>;
}

export class Rehearsal {
  readonly time = new VirtualTime();
  readonly memory = new Memory();
  readonly platform: Platform;
  readonly audit: AuditEvent[] = [];
  readonly events: EngineEvent[] = [];
  readonly processes: EngineProcess[] = [];
  private readonly owners = new Map<object, EngineProcess>();
  /** Points that engines came by. */
  points = 0;

  constructor(
    readonly spec: MigrationSpec,
    readonly plan: MigrationPlan,
    private readonly options: RehearsalOptions = {},
  ) {
    this.platform = new Platform(plan);
    this.memory.record = newRecord("shop-1", spec, plan, this.time.nowMs);
  }

  get record(): MigrationRecord {
    const { record } = this.memory;
    if (record === null) throw new Error("there is a record from the beginning");
    return record;
  }

  start(force = false): EngineProcess {
    const { time, memory, platform, options } = this;
    const process = new EngineProcess();
    this.processes.push(process);
    const gate = async (point: string): Promise<void> => {
      this.points += 1;
      if (!process.isDead && options.dies?.(point, this.points) === true) process.isDead = true;
      if (process.isDead) await new Promise(() => undefined);
      await Promise.resolve();
    };
    const clock = time.clockOf(process);
    const store = new MemoryStore(memory, gate, (holder) => this.owners.get(holder)?.isDead === true);
    this.owners.set(store, process);
    const running = runMigration({
      store,
      id: "shop-1",
      who: `engine ${this.processes.length}`,
      force,
      runner: runnerOn(platform, clock, gate, options.stepMs ?? 100),
      observer: observerOf(platform, clock, gate),
      evaluate,
      planWayBack,
      audit: {
        append: async (events) => {
          await gate("before telling the audit log");
          this.audit.push(...events);
        },
      },
      clock,
      stop: process.stop.signal,
      abort: process.abort.signal,
      endWhenWaiting: options.endWhenWaiting ?? false,
      onEvent: (event) => this.events.push(event),
      ...(options.atEndOfStage === undefined ? {} : { atEndOfStage: options.atEndOfStage }),
    });
    running.then(
      (end) => {
        process.end = end;
      },
      (error: unknown) => {
        process.end = { kind: "error", error };
      },
    );
    return process;
  }

  /** The newest process that is neither dead nor ended. */
  get living(): EngineProcess | null {
    return this.processes.findLast(({ isDead, end }) => !isDead && end === null) ?? null;
  }

  ask(input: Input): void {
    this.memory.put(input);
  }

  approve(stage: StageNumber, planDigest = this.plan.digest): void {
    this.ask({ kind: "approve", stage, who: "ann", atMs: this.time.nowMs, planDigest });
  }

  rollBack(to: 0 | StageNumber): void {
    this.ask({ kind: "roll-back", to, reason: "", who: "ann", atMs: this.time.nowMs });
  }

  pause(): void {
    this.ask({ kind: "pause", who: "ann", atMs: this.time.nowMs });
  }

  resume(): void {
    this.ask({ kind: "resume", who: "ann", atMs: this.time.nowMs });
  }

  async until(what: string, condition: (record: MigrationRecord) => boolean): Promise<MigrationRecord> {
    try {
      await this.time.until(() => condition(this.record), 8_000);
    } catch (error) {
      const { status, reason, stage } = this.record;
      throw new Error(`${what}: ${(error as Error).message}; it is ${status} in stage ${stage}: ${reason}`);
    }
    return this.record;
  }
}
