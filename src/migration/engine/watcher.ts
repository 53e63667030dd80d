/**
 * Looks at the platform all the time while an engine is at work, keeps what was seen for as long as gates need it, and judges what must
 * hold while a stage runs. It stops nothing itself: it says that something is broken.
 */
import { brokenWatches } from "../gates/watch.js";
import type { Observation } from "../model/observation.js";
import type { Criterion } from "../model/plan.js";
import type { EvaluateCriteria, Observer } from "../model/ports.js";
import type { CriterionRecord } from "../model/record.js";
import type { Clock } from "./clock.js";

interface Seen {
  readonly begunMs: number;
  readonly observation: Observation;
}

export interface Watched {
  readonly isKnown: boolean;
  readonly values: readonly CriterionRecord[];
  readonly stop: string;
}

export interface WatcherOptions {
  readonly observer: Observer;
  readonly evaluate: EvaluateCriteria;
  readonly clock: Clock;
  readonly everyMs: number;
  /** Observations are kept so long. */
  readonly keepMs: number;
  /** Older than that is too old; without any observation for so long, everything that is watched counts as broken. */
  readonly observationSeconds: number;
  readonly onObservation: (observation: Observation) => Promise<void>;
}

export class Watcher {
  private history: readonly Seen[] = [];
  private watched: readonly Criterion[] = [];
  private startedMs: number;
  private readonly ended = new AbortController();
  private wake = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;

  constructor(private readonly options: WatcherOptions) {
    this.startedMs = options.clock.now();
  }

  start(): void {
    this.loop = this.run().catch((error: unknown) => {
      this.failure = { error };
    });
  }

  async stop(): Promise<void> {
    this.ended.abort();
    this.wake.abort();
    await this.loop;
  }

  /** Looks at once instead of at the next turn. */
  lookNow(): void {
    this.wake.abort();
  }

  /** Rejects with what ended the looking, if anything did: the record could not be written. */
  check(): void {
    if (this.failure !== null) throw this.failure.error;
  }

  /** By what was begun to be measured from `sinceMs` on: nothing that was seen before says how it is after. */
  judge(criteria: readonly Criterion[], sinceMs: number): readonly CriterionRecord[] {
    const recent = this.history.filter(({ begunMs }) => begunMs >= sinceMs);
    return this.options.evaluate(
      criteria,
      recent.map(({ observation }) => observation),
      this.options.clock.now(),
    );
  }

  /** From now on these must hold; the same ones go on with what is known of them. */
  watch(criteria: readonly Criterion[]): void {
    if (criteria === this.watched) return;
    this.watched = criteria;
    this.startedMs = this.options.clock.now();
    this.lookNow();
  }

  /**
   * What is watched, as it is now; `stop` in words when it was broken for too long. Not known as long as nothing was looked at since these
   * are watched: what was seen before a stop says nothing of after it.
   */
  watchNow(): Watched {
    const now = this.options.clock.now();
    if (this.watched.length === 0) return { isKnown: true, values: [], stop: "" };
    const recent = this.history.filter(({ begunMs }) => begunMs >= this.startedMs);
    const mayWait = now - this.startedMs < this.options.observationSeconds * 1_000;
    if (recent.length === 0 && mayWait) return { isKnown: false, values: [], stop: "" };
    const history = recent.map(({ observation }) => observation);
    const { evaluate, observationSeconds } = this.options;
    const atOnce = this.watched.map((criterion) => ({ ...criterion, holdSeconds: 0 }));
    const broken = brokenWatches(this.watched, history, now, observationSeconds, this.startedMs);
    const over = broken.filter((watch) => watch.over).map(({ text }) => text);
    return { isKnown: true, values: evaluate(atOnce, history, now), stop: over.join("; ") };
  }

  private async run(): Promise<void> {
    const { clock, observer, everyMs, onObservation } = this.options;
    while (!this.ended.signal.aborted) {
      const begunMs = clock.now();
      this.wake = new AbortController();
      const observation = await observer.observe(this.ended.signal).catch((error: unknown) => {
        if (this.ended.signal.aborted) return null;
        throw error;
      });
      if (observation === null || this.ended.signal.aborted) return;
      this.keep({ begunMs, observation });
      await onObservation(observation);
      await clock.sleep(Math.max(0, everyMs - (clock.now() - begunMs)), this.wake.signal);
    }
  }

  private keep(seen: Seen): void {
    const oldest = seen.begunMs - this.options.keepMs;
    this.history = [...this.history.filter(({ begunMs }) => begunMs >= oldest), seen];
  }
}
