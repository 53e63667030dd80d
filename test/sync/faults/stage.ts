/**
 * The ensembles for run after run. They are kept as long as they are young and nothing has gone wrong on them: starting one
 * takes longer than many a run.
 */
import type { Side } from "../../../src/sync/spec.js";
import type { Plan } from "./plan.js";
import { type RunResult, runSeed } from "./seed-run.js";
import { openStation, type Station } from "./station.js";

/** Runs on the same ensembles: their logs are kept, and their trees grow. */
const MOST_RUNS = 25;

export class Stage {
  private readonly open = new Map<string, Promise<Station>>();
  private runs = 0;

  /** Never rejects. */
  async run(plan: Plan): Promise<RunResult> {
    if (this.runs >= MOST_RUNS) await this.close();
    this.runs++;
    try {
      const [a, b] = await Promise.all([this.station("a", plan.servers), this.station("b", 1)]);
      const result = await runSeed(plan, { a, b });
      if (result.faults.length > 0) await this.close();
      return result;
    } catch (error) {
      await this.close();
      return { faults: [String(error)], notes: [], log: "", changes: 0, merged: 0, known: 0 };
    }
  }

  async close(): Promise<void> {
    const stations = [...this.open.values()];
    this.open.clear();
    this.runs = 0;
    for (const opening of stations) await opening.then((station) => station.close()).catch(() => {});
  }

  /** Only the target's disk is filled up. */
  private station(side: Side, size: 1 | 3): Promise<Station> {
    const key = `${side}${size}`;
    const found = this.open.get(key) ?? openStation(side, size, side === "b");
    this.open.set(key, found);
    return found;
  }
}
