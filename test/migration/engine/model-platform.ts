/**
 * A platform of which only counts what was done to it: each step is there or not. It remembers every effect, and every one that came
 * twice or out of turn.
 */

import type { Clock } from "../../../src/migration/engine/clock.js";
import type { Action } from "../../../src/migration/model/action.js";
import type { Observation } from "../../../src/migration/model/observation.js";
import type { MigrationPlan } from "../../../src/migration/model/plan.js";
import type {
  ActionRunner,
  EvaluateCriteria,
  Observer,
  PlanWayBack,
} from "../../../src/migration/model/ports.js";
import type { MigrationRecord } from "../../../src/migration/model/record.js";
import type { Gate } from "./memory-store.js";

export class Platform {
  readonly applied = new Set<string>();
  readonly effects: string[] = [];
  readonly violations: string[] = [];
  lagMs = 5;
  /** Actions that fail as often as said, before or after their effect. */
  readonly failing = new Map<string, { times: number; readonly afterEffect: boolean }>();
  /** Of these nobody can tell after a crash. */
  readonly unclear = new Set<string>();
  /** What keeping up comes to. */
  sustain: () => Promise<void> = () => Promise.resolve();
  /** Called with each effect. */
  onEffect: (action: Action) => void = () => undefined;

  constructor(private readonly plan: MigrationPlan) {}

  effect(action: Action): void {
    const undone = undoneBy(action);
    const id = undone ?? action.id;
    const isThere = this.applied.has(id);
    if (!action.repeatable && isThere === (undone === null)) this.violations.push(`${action.text} twice`);
    if (undone === null) this.checkOrder(action);
    if (undone === null) this.applied.add(id);
    else this.applied.delete(id);
    this.effects.push(action.text);
    this.onEffect(action);
  }

  has(action: Action): boolean {
    const undone = undoneBy(action);
    return undone === null ? this.applied.has(action.id) : !this.applied.has(undone);
  }

  private checkOrder(action: Action): void {
    const all = this.plan.stages.flatMap(({ actions }) => actions.map(({ id }) => id));
    const missing = all.slice(0, all.indexOf(action.id)).filter((id) => !this.applied.has(id));
    if (missing.length > 0) this.violations.push(`${action.id} before ${missing.join(", ")}`);
  }
}

/** Id of the action that a way back undoes. */
export function undoneBy({ text }: Action): string | null {
  return text.startsWith("undo ") ? text.slice(5) : null;
}

export function runnerOn(platform: Platform, clock: Clock, gate: Gate, stepMs: number): ActionRunner {
  return {
    async run(action, { signal, report }) {
      report(`begins ${action.id}`);
      await gate("before an effect");
      await clock.sleep(stepMs, signal);
      signal.throwIfAborted();
      const failing = platform.failing.get(action.id);
      const fails = failing !== undefined && failing.times > 0;
      if (fails) failing.times -= 1;
      if (fails && !failing.afterEffect) throw new Error("it did not work");
      platform.effect(action);
      await gate("after an effect");
      await clock.sleep(stepMs, signal);
      if (fails) throw new Error("it did not answer");
      return { text: `did ${action.id}`, facts: { of: action.id } };
    },
    async probe(action) {
      await gate("before a probe");
      if (platform.unclear.has(action.id)) return { kind: "unclear", reason: "the server does not answer." };
      return platform.has(action)
        ? { kind: "done", outcome: { text: "it had happened", facts: { of: action.id } } }
        : { kind: "not-done" };
    },
    async sustain() {
      await gate("before sustaining");
      await platform.sustain();
    },
    async close() {},
  };
}

export function observerOf(platform: Platform, clock: Clock, gate: Gate): Observer {
  return {
    async observe(): Promise<Observation> {
      await gate("before a look");
      const result = { kind: "known", value: platform.lagMs, names: [] } as const;
      return { measurements: [{ name: "sync-lag-ms", side: null, atMs: clock.now(), result }] };
    },
    async close() {},
  };
}

/** Enough of a gate for these tests: the newest values, all those within the time it must hold, none older than ten seconds. */
export const evaluate: EvaluateCriteria = (criteria, history, nowMs) =>
  criteria.map((criterion) => {
    const seen = history.flatMap(({ measurements }) =>
      measurements.filter(({ name }) => name === criterion.measure),
    );
    const limit = criterion.comparison.kind === "at-most" ? criterion.comparison.limit : 0;
    let sinceMs: number | null = null;
    for (const { result, atMs } of seen) {
      const good = result.kind === "known" && Number(result.value) <= limit;
      sinceMs = good ? (sinceMs ?? atMs) : null;
    }
    const last = seen.at(-1);
    const fresh = last !== undefined && nowMs - last.atMs <= 10_000;
    const met = fresh && sinceMs !== null && last.atMs - sinceMs >= criterion.holdSeconds * 1_000;
    const value = last?.result.kind === "known" ? `${last.result.value} ms` : "not measured yet";
    return { id: criterion.id, met, value, sinceMs, atMs: nowMs };
  });

/** Undoes in reverse what is done, or may be, after the end of stage `to`. */
export const planWayBack: PlanWayBack = (_spec, record, to) => {
  const standing: Action[] = [];
  for (const stage of record.stages) {
    for (const { action, status } of stage.actions) {
      const undone = undoneBy(action);
      if (undone === null && status !== "not-done") standing.push(action);
      if (undone !== null && status === "done") {
        const at = standing.findIndex(({ id }) => id === undone);
        if (at >= 0) standing.splice(at, 1);
      }
    }
  }
  return standing
    .filter(({ stage }) => stage > to)
    .reverse()
    .map((action) => ({ ...action, id: `${action.stage}.b undo ${action.id}`, text: `undo ${action.id}` }));
};

export function allDone(platform: Platform, record: MigrationRecord): boolean {
  return record.plan.stages.every(({ actions }) => actions.every(({ id }) => platform.applied.has(id)));
}
