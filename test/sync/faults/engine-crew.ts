/** The engines of one run, one process each: which of them is active, and what all of them said. Ends only its own. */
import type { SyncSpec } from "../../../src/sync/spec.js";
import { waitFor } from "../../harness/wait.js";
import { EngineProcess } from "../engine-process.js";

const ACTIVE_MS = 60_000;

export class EngineCrew {
  private readonly all: EngineProcess[] = [];
  private readonly dead = new Set<EngineProcess>();

  constructor(private readonly spec: SyncSpec) {}

  start(): EngineProcess {
    const engine = new EngineProcess(this.spec);
    this.all.push(engine);
    return engine;
  }

  /** All that was said, each engine's lines behind its number. */
  get log(): string {
    const lines = this.all.flatMap(({ log }, at) =>
      log
        .trimEnd()
        .split("\n")
        .map((line) => `engine ${at + 1}: ${line}`),
    );
    return lines.join("\n");
  }

  /** Why a direction does not go on, unless an engine only made way for another. */
  get stoppedFor(): string | null {
    const stops = this.log.split("\n").filter((line) => line.includes(" has stopped: "));
    return stops.find((line) => !line.includes("another engine has taken over")) ?? null;
  }

  /** Whole states compared in a direction, as far as engines could tell of it. */
  copies(direction: string): number {
    return this.log
      .split("\n")
      .filter((line) => line.includes(`${direction}: `) && line.includes(" znodes compared")).length;
  }

  /** The living one that became active last, else the one started last. */
  private get active(): EngineProcess | undefined {
    const living = this.all.filter((engine) => !this.dead.has(engine));
    return living.toSorted((one, other) => epochOf(one) - epochOf(other)).at(-1);
  }

  /** Of the engine that became active last, also when it has been killed meanwhile. */
  private get epoch(): number {
    return Math.max(-1, ...this.all.map(epochOf));
  }

  async killActive(): Promise<void> {
    const engine = this.active;
    if (engine !== undefined) await this.end(engine);
    this.start();
  }

  /** Freezes the active one until another is active, and lets it go on: it must change nothing any more. */
  async pauseActive(): Promise<void> {
    const engine = this.active;
    engine?.signal("SIGSTOP");
    const before = this.epoch;
    try {
      this.start(); // one that stands by already may be quicker
      await waitFor("another engine is active", ACTIVE_MS, () => this.epoch > before);
    } finally {
      engine?.signal("SIGCONT");
    }
  }

  private async end(engine: EngineProcess): Promise<void> {
    this.dead.add(engine);
    await engine.kill("SIGKILL");
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((engine) => this.end(engine)));
  }
}

/** Of the last time it became active; -1: never. */
function epochOf({ log }: EngineProcess): number {
  const epochs = [...log.matchAll(/active, epoch (\d+)/g)].map(([, epoch]) => Number(epoch));
  return Math.max(-1, ...epochs);
}
