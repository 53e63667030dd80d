/** Counts since this process began, by the names of /metrics. */
export class Counters {
  private readonly counts = new Map<string, number>();

  up(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  get all(): ReadonlyMap<string, number> {
    return this.counts;
  }
}
