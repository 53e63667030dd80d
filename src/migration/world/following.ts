/**
 * Stands between the engine and the steps, so that what looks knows what the migration itself is doing: which stage has begun, what the
 * baseline was, when leadership or registrations move because a step moves them. It changes nothing about the steps.
 */
import { syncOrigin } from "../coordination/orientation.js";
import { factsOf } from "../engine/position.js";
import type { Action, ActionStep } from "../model/action.js";
import type { ActionContext, ActionOutcome, ActionRunner, Facts, Probe } from "../model/ports.js";
import type { MigrationRecord } from "../model/record.js";
import type { SideName } from "../model/spec.js";
import type { ObserverMemory } from "../observe/memory.js";
import type { Baseline, Judging } from "../observe/workload-probe.js";

/** Steps by which the leader changes, or agents register anew. */
const MOVES: ReadonlySet<ActionStep["kind"]> = new Set([
  "hand-over",
  "restart-master",
  "stop-master",
  "start-agents",
  "remove-agents",
  "repoint-agents",
]);

export class Following implements ActionRunner {
  private baseline: Baseline | null = null;
  private sinceMs: number;
  private stage = 0;
  /** Whether the two sides are synchronised, so that both take part in everything. */
  private synchronised = false;

  constructor(
    private readonly runner: ActionRunner,
    private readonly memory: ObserverMemory,
    private readonly now: () => number,
  ) {
    this.sinceMs = now();
  }

  get judging(): Judging {
    return { baseline: this.baseline, sinceMs: this.sinceMs };
  }

  /** Those that take part: A before they are synchronised, B once A is on its way out. */
  get sides(): readonly SideName[] {
    if (this.synchronised) return ["a", "b"];
    return this.stage === 6 ? ["b"] : ["a"];
  }

  async run(action: Action, context: ActionContext): Promise<ActionOutcome> {
    this.learn(context.facts.values());
    if (action.stage !== this.stage) this.enter(action.stage, this.now());
    const ended = MOVES.has(action.step.kind) ? this.memory.expectMoves() : () => {};
    try {
      const outcome = await this.runner.run(action, context);
      this.learn([outcome.facts]);
      this.see(action.step);
      return outcome;
    } finally {
      ended();
    }
  }

  probe(action: Action, context: ActionContext): Promise<Probe> {
    return this.runner.probe(action, context);
  }

  /** What was done so far, for who only looks. */
  know(record: MigrationRecord): void {
    this.learn(factsOf(record).values());
    // In the order of time: a way back from stage 6 to before stage 1 starts the synchronisation again and then stops it.
    this.synchronised = syncOrigin(record) !== null;
    this.stage = record.stage;
  }

  async sustain(record: MigrationRecord): Promise<void> {
    this.know(record);
    this.memory.forget();
    this.enter(record.stage, this.now());
    await this.runner.sustain(record);
  }

  close(): Promise<void> {
    return this.runner.close();
  }

  private see({ kind }: ActionStep): void {
    if (kind === "start-sync") this.synchronised = true;
    if (kind === "stop-sync") this.synchronised = false;
  }

  private enter(stage: number, atMs: number): void {
    this.stage = stage;
    this.sinceMs = atMs;
  }

  /** The newest baseline among them. */
  private learn(all: Iterable<Facts>): void {
    for (const facts of all) {
      if (facts["baseline"] !== true) continue;
      this.baseline = { frameworks: texts(facts["frameworks"]), unhealthy: texts(facts["unhealthy"]) };
    }
  }
}

function texts(value: Facts[string] | undefined): readonly string[] {
  return typeof value === "object" ? value : [];
}
