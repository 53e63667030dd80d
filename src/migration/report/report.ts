/**
 * The report of a migration: what was done when, how long it took, what it cost, from its record alone. Pure. Figures that nobody measured
 * are null, never zero.
 */
import type { Action } from "../model/action.js";
import type { MeasureName } from "../model/observation.js";
import type { Facts } from "../model/ports.js";
import type { ActionRecord, Approval, Figure, MigrationRecord, StageRecord } from "../model/record.js";
import type { StageNumber } from "../model/spec.js";
import { type Moment, timelineOf } from "./timeline.js";

export interface MigrationReport {
  readonly formatVersion: 1;
  readonly id: string;
  readonly migration: string;
  readonly status: MigrationRecord["status"];
  readonly reason: string;
  readonly planDigest: string;
  /** Milliseconds since the epoch; null where it has not come to that. */
  readonly begunMs: number | null;
  readonly endedMs: number | null;
  readonly durationMs: number | null;
  readonly summary: ReportSummary;
  readonly stages: readonly ReportStage[];
  /** Rounds that were rolled back, oldest first. */
  readonly rolledBack: readonly ReportStage[];
  readonly approvals: readonly Approval[];
  readonly failures: readonly ReportFailure[];
  readonly figures: readonly Figure[];
  readonly timeline: readonly Moment[];
  /** Engines that carried it out: more than one after a crash or a stop. */
  readonly engines: number;
}

export interface ReportSummary {
  /** From the stop of the last leader on A until agents and frameworks were back, milliseconds. */
  readonly cutoverMs: number | null;
  readonly longestAwayMs: number | null;
  readonly lagMostMs: number | null;
  readonly leaderChanges: number | null;
  readonly tasksMoved: number | null;
  readonly tasksKept: number | null;
  readonly tasksEnded: number | null;
  readonly tasksFailedByUs: number | null;
}

export interface ReportStage {
  readonly number: StageNumber;
  readonly title: string;
  readonly status: StageRecord["status"];
  readonly begunMs: number | null;
  readonly endedMs: number | null;
  readonly durationMs: number | null;
  readonly actions: readonly ReportAction[];
  readonly criteria: readonly { readonly text: string; readonly value: string; readonly met: boolean }[];
}

export interface ReportAction {
  readonly id: string;
  readonly text: string;
  readonly status: ActionRecord["status"];
  readonly begunMs: number;
  readonly durationMs: number | null;
  readonly attempts: number;
  readonly outcome: string;
}

export interface ReportFailure {
  readonly cause: string;
  readonly count: number;
}

export function reportOf(record: MigrationRecord): MigrationReport {
  const { id, name, status, reason, plan, approvals, figures, epoch } = record;
  const all = [...record.past, ...record.stages];
  const begun = all.flatMap(({ begunMs }) => begunMs ?? []);
  const begunMs = begun.length === 0 ? null : Math.min(...begun);
  const endedMs = hasEnded(record) ? Math.max(...all.flatMap(({ endedMs: ended }) => ended ?? [])) : null;
  return {
    formatVersion: 1,
    id,
    migration: name,
    status,
    reason,
    planDigest: plan.digest,
    begunMs,
    endedMs,
    durationMs: begunMs === null || endedMs === null ? null : endedMs - begunMs,
    summary: summaryOf(record),
    stages: record.stages.map((stage) => reportStage(record, stage)),
    rolledBack: record.past.map((stage) => reportStage(record, stage)),
    approvals,
    failures: failuresOf(all),
    figures,
    timeline: timelineOf(record),
    engines: epoch,
  };
}

function hasEnded({ status, stage, past }: MigrationRecord): boolean {
  return status === "done" || (stage === 0 && past.length > 0) || status === "archived";
}

function reportStage(record: MigrationRecord, stage: StageRecord): ReportStage {
  const { number, status, begunMs, endedMs } = stage;
  const plan = record.plan.stages.find((each) => each.number === number);
  const texts = new Map(
    [...(plan?.prerequisites ?? []), ...(plan?.watch ?? []), ...(plan?.criteria ?? [])].map((criterion) => [
      criterion.id,
      criterion.text,
    ]),
  );
  return {
    number,
    title: plan?.title ?? "",
    status,
    begunMs,
    endedMs,
    durationMs: begunMs === null || endedMs === null ? null : endedMs - begunMs,
    actions: stage.actions.map(reportAction),
    criteria: stage.criteria.map(({ id, value, met }) => ({ text: texts.get(id) ?? id, value, met })),
  };
}

function reportAction({ action, status, begunMs, endedMs, attempts, outcome }: ActionRecord): ReportAction {
  const durationMs = endedMs === null ? null : endedMs - begunMs;
  return { id: action.id, text: action.text, status, begunMs, durationMs, attempts, outcome };
}

function summaryOf(record: MigrationRecord): ReportSummary {
  const done = doneActions(record);
  const handOvers = factsOf(done, ["hand-over"]);
  const drains = factsOf(done, ["drain-framework", "drain-agents"]);
  const repointed = factsOf(done, ["repoint-agents"]);
  return {
    cutoverMs: handOvers.flatMap((facts) => numberIn(facts, "cutoverMs")).at(-1) ?? null,
    longestAwayMs: most(repointed.flatMap((facts) => numberIn(facts, "awayMs"))),
    lagMostMs: figureOf(record, "sync-lag-ms", "most"),
    leaderChanges: figureOf(record, "leader-changes", "most"),
    tasksMoved: sum(drains.flatMap((facts) => numberIn(facts, "moved"))),
    tasksKept: sum(repointed.flatMap((facts) => numberIn(facts, "tasks"))),
    tasksEnded: sum(drains.flatMap((facts) => numberIn(facts, "ended"))),
    tasksFailedByUs: figureOf(record, "tasks-failed-by-us", "most"),
  };
}

function doneActions(record: MigrationRecord): readonly ActionRecord[] {
  return [...record.past, ...record.stages]
    .flatMap(({ actions }) => actions)
    .filter(({ status }) => status === "done");
}

function factsOf(
  actions: readonly ActionRecord[],
  kinds: readonly Action["step"]["kind"][],
): readonly Facts[] {
  return actions.filter(({ action }) => kinds.includes(action.step.kind)).map(({ facts }) => facts);
}

function numberIn(facts: Facts, name: string): readonly number[] {
  const value = facts[name];
  return typeof value === "number" ? [value] : [];
}

function figureOf({ figures }: MigrationRecord, name: MeasureName, which: "most" | "last"): number | null {
  return most(figures.filter((figure) => figure.name === name).map((figure) => figure[which]));
}

function most(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

function sum(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
}

/** Tasks that failed by their reason, as drains told it, and actions that failed. */
function failuresOf(stages: readonly StageRecord[]): readonly ReportFailure[] {
  const counts = new Map<string, number>();
  const add = (cause: string, count: number): void => {
    counts.set(cause, (counts.get(cause) ?? 0) + count);
  };
  for (const { action, status, outcome, facts } of stages.flatMap(({ actions }) => actions)) {
    if (status === "failed") add(`${action.id}: ${outcome}`, 1);
    const causes = facts["causes"];
    if (!Array.isArray(causes)) continue;
    for (const each of causes as readonly string[]) {
      const { cause, count } = causeOf(each);
      add(cause, count);
    }
  }
  return [...counts].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count);
}

/** `REASON_CONTAINER_LIMITATION_MEMORY: 2` */
function causeOf(text: string): ReportFailure {
  const match = /^(.*): (\d+)$/.exec(text);
  return match === null ? { cause: text, count: 1 } : { cause: match[1] ?? text, count: Number(match[2]) };
}
