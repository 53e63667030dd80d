/**
 * Which tasks may start now: a state machine over tasks that wait for each other. It computes only: it starts nothing,
 * awaits nothing and knows nothing of resources.
 */

export interface ScheduledTask {
  readonly id: string;
  /** Ids that must be done first; ids of no task of this schedule count as done. */
  readonly waitsFor: readonly string[];
}

export type TaskOutcome = "done" | "failed";

interface Entry {
  readonly id: string;
  readonly position: number;
  readonly dependants: string[];
  missing: number;
  state: "waiting" | "ready" | "running" | "ended";
}

export class Schedule {
  private readonly entries = new Map<string, Entry>();
  /** Positions ascending, so that ties are broken by the given order. */
  private readonly ready: Entry[] = [];
  private runningCount = 0;

  /** `tasks` in the order that decides between several that may start; `parallelism` at least 1. */
  constructor(
    tasks: readonly ScheduledTask[],
    private readonly parallelism: number,
  ) {
    tasks.forEach((task, position) => {
      this.entries.set(task.id, { id: task.id, position, dependants: [], missing: 0, state: "waiting" });
    });
    for (const task of tasks) this.connect(task);
    for (const entry of this.entries.values()) if (entry.missing === 0) this.makeReady(entry);
  }

  get running(): number {
    return this.runningCount;
  }

  /** Tasks that may start now, at most as many as there are free places; from here on they count as running. */
  take(): string[] {
    const taken = this.ready.splice(0, Math.max(0, this.parallelism - this.runningCount));
    for (const entry of taken) entry.state = "running";
    this.runningCount += taken.length;
    return taken.map((entry) => entry.id);
  }

  /**
   * Ends a running task. After "failed" everything that waits for it, directly or not, can never start: those ids are
   * returned, in the given order.
   */
  finish(id: string, outcome: TaskOutcome): string[] {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.state !== "running") throw new Error(`task ${id} is not running`);
    entry.state = "ended";
    this.runningCount -= 1;
    if (outcome === "failed") return this.dropDependants(entry);
    for (const name of entry.dependants) this.satisfyOne(name);
    return [];
  }

  /** Tasks that have not started and were not dropped, in the given order. */
  unstarted(): string[] {
    return [...this.entries.values()]
      .filter((entry) => entry.state === "waiting" || entry.state === "ready")
      .map((entry) => entry.id);
  }

  private connect(task: ScheduledTask): void {
    const entry = this.entries.get(task.id);
    if (entry === undefined) return;
    for (const name of new Set(task.waitsFor)) {
      const before = this.entries.get(name);
      if (before === undefined || before === entry) continue;
      before.dependants.push(task.id);
      entry.missing += 1;
    }
  }

  private satisfyOne(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined || entry.state !== "waiting") return;
    entry.missing -= 1;
    if (entry.missing === 0) this.makeReady(entry);
  }

  private makeReady(entry: Entry): void {
    entry.state = "ready";
    let low = 0;
    let high = this.ready.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ready[middle]?.position ?? 0) < entry.position) low = middle + 1;
      else high = middle;
    }
    this.ready.splice(low, 0, entry);
  }

  private dropDependants(failed: Entry): string[] {
    const dropped: Entry[] = [];
    const queue = [...failed.dependants];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const entry = this.entries.get(name);
      if (entry === undefined || entry.state !== "waiting") continue;
      entry.state = "ended";
      dropped.push(entry);
      queue.push(...entry.dependants);
    }
    return dropped.sort((a, b) => a.position - b.position).map((entry) => entry.id);
  }
}
