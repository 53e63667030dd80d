/** Counters of a master's term by the name that /metrics/snapshot gives them. It only counts. */
import type { Framework } from "../model/records.js";

export class Counters {
  private readonly counts = new Map<string, number>();

  up(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  entries(): Iterable<[string, number]> {
    return this.counts.entries();
  }

  /** `name` is what follows `master/frameworks/NAME/ID/`. */
  upOf(framework: Framework, name: string, by = 1): void {
    framework.counters.set(name, (framework.counters.get(name) ?? 0) + by);
  }
}
