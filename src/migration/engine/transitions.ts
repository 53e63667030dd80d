/**
 * The steps a record can take, each a function from one record to the next. Pure: time is given, ids are given, nothing is
 * read or written. Who calls them decides; they only say what a decision means for the record.
 */
import type { Action } from "../model/action.js";
import { pendingStage } from "../model/new-record.js";
import type { ActionOutcome, Facts } from "../model/ports.js";
import type {
  ActionRecord,
  CriterionRecord,
  MigrationRecord,
  MigrationStatus,
  StageRecord,
  StageStatus,
} from "../model/record.js";
import type { StageNumber } from "../model/spec.js";
import { recordOf, stageUnderWay } from "./position.js";

const NO_FACTS: Facts = {};

function withStage(
  record: MigrationRecord,
  number: StageNumber,
  edit: (stage: StageRecord) => StageRecord,
): MigrationRecord {
  return {
    ...record,
    stages: record.stages.map((stage) => (stage.number === number ? edit(stage) : stage)),
  };
}

function stageBecomes(
  record: MigrationRecord,
  number: StageNumber,
  status: StageStatus,
  more: Partial<StageRecord> = {},
): MigrationRecord {
  return withStage(record, number, (stage) => ({ ...stage, ...more, status }));
}

function becomes(record: MigrationRecord, status: MigrationStatus, reason = ""): MigrationRecord {
  return { ...record, status, reason };
}

export function begin(record: MigrationRecord): MigrationRecord {
  return becomes(record, "running");
}

export function enterStage(record: MigrationRecord, stage: StageNumber, nowMs: number): MigrationRecord {
  return stageBecomes({ ...record, stage }, stage, "pending", { begunMs: nowMs });
}

export function askApproval(record: MigrationRecord, stage: StageNumber): MigrationRecord {
  return stageBecomes(becomes(record, "waiting-for-approval"), stage, "waiting-for-approval");
}

/** Approved, or none is needed: the gate before the actions. */
export function beginChecking(record: MigrationRecord, stage: StageNumber): MigrationRecord {
  return stageBecomes(becomes(record, "running"), stage, "checking", { criteria: [] });
}

export function beginActing(record: MigrationRecord, stage: StageNumber): MigrationRecord {
  return stageBecomes(record, stage, "acting", { criteria: [] });
}

export function beginProving(record: MigrationRecord): MigrationRecord {
  const stage = stageUnderWay(record);
  return stage === null ? record : stageBecomes(record, stage, "proving");
}

export function finishStage(record: MigrationRecord, stage: StageNumber, nowMs: number): MigrationRecord {
  return stageBecomes(record, stage, "done", { endedMs: nowMs });
}

export function complete(record: MigrationRecord): MigrationRecord {
  return becomes(record, "done");
}

/** The time for a way back is over. */
export function archive(record: MigrationRecord, reason: string): MigrationRecord {
  return becomes(record, "archived", reason);
}

// Actions

/** Written before anything of it happens. */
export function intend(record: MigrationRecord, action: Action, nowMs: number): MigrationRecord {
  const before = recordOf(record, action);
  const next: ActionRecord = {
    action,
    status: "intended",
    begunMs: before?.begunMs ?? nowMs,
    endedMs: null,
    outcome: "",
    attempts: (before?.attempts ?? 0) + 1,
    facts: NO_FACTS,
  };
  return withAction(record, next);
}

export function finish(
  record: MigrationRecord,
  action: Action,
  outcome: ActionOutcome,
  nowMs: number,
): MigrationRecord {
  return withOutcome(record, action, {
    status: "done",
    endedMs: nowMs,
    outcome: outcome.text,
    facts: outcome.facts,
  });
}

/** It ended badly, and a part of it may have happened. */
export function failAction(
  record: MigrationRecord,
  action: Action,
  reason: string,
  nowMs: number,
): MigrationRecord {
  return withOutcome(record, action, { status: "failed", endedMs: nowMs, outcome: reason });
}

/** It is known that nothing of it happened: it can simply be begun. */
export function notDone(
  record: MigrationRecord,
  action: Action,
  reason: string,
  nowMs: number,
): MigrationRecord {
  return withOutcome(record, action, { status: "not-done", endedMs: nowMs, outcome: reason });
}

/** How far it is, in words, while it runs. */
export function tellProgress(record: MigrationRecord, action: Action, text: string): MigrationRecord {
  return recordOf(record, action)?.status === "intended"
    ? withOutcome(record, action, { outcome: text })
    : record;
}

function withOutcome(record: MigrationRecord, action: Action, more: Partial<ActionRecord>): MigrationRecord {
  const present = recordOf(record, action);
  if (present === undefined) throw new Error(`${action.id} ended without having been begun`);
  return withAction(record, { ...present, ...more });
}

function withAction(record: MigrationRecord, next: ActionRecord): MigrationRecord {
  return withStage(record, next.action.stage, (stage) => {
    const at = stage.actions.findIndex(({ action }) => action.id === next.action.id);
    return { ...stage, actions: at < 0 ? [...stage.actions, next] : stage.actions.with(at, next) };
  });
}

// Stopping and going on

export function pause(record: MigrationRecord, reason: string): MigrationRecord {
  return becomes(record, "paused", reason);
}

export function fail(record: MigrationRecord, reason: string): MigrationRecord {
  return becomes(record, "failed", reason);
}

/** On from where it stands, forwards or backwards. */
export function resume(record: MigrationRecord): MigrationRecord {
  return becomes(record, record.wayBack === null ? "running" : "rolling-back");
}

export function answered(record: MigrationRecord): MigrationRecord {
  return { ...record, request: null };
}

// The way back

export interface BackTo {
  readonly to: 0 | StageNumber;
  readonly reason: string;
  readonly actions: readonly Action[];
}

export function beginWayBack(record: MigrationRecord, back: BackTo, nowMs: number): MigrationRecord {
  const taken = new Set(
    [
      ...record.plan.stages.flatMap(({ actions }) => actions),
      ...record.stages.flatMap(({ actions }) => actions.map(({ action }) => action)),
    ].map(({ id }) => id),
  );
  const actions = back.actions.map((action) => {
    const id = freeId(action.id, taken);
    taken.add(id);
    return { ...action, id };
  });
  const stages = record.stages.map(
    (stage): StageRecord =>
      stage.number > back.to && stage.begunMs !== null ? { ...stage, status: "rolling-back" } : stage,
  );
  const wayBack = { to: back.to, reason: back.reason, actions, begunMs: nowMs, criteria: [] };
  return becomes({ ...record, stages, wayBack }, "rolling-back", back.reason);
}

/** An action that is undone twice has the same name in both plans: the record must tell them apart. */
function freeId(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id)) return id;
  for (let count = 2; ; count += 1) if (!taken.has(`${id} (${count})`)) return `${id} (${count})`;
}

/**
 * Proved: the stages that were undone are as if they had never begun, so that they can be carried out again. Approvals for them
 * count no more: they were given for another moment.
 */
export function finishWayBack(record: MigrationRecord, nowMs: number): MigrationRecord {
  const { wayBack } = record;
  if (wayBack === null) return record;
  const { to } = wayBack;
  const undone = record.stages.filter((stage) => stage.number > to && stage.begunMs !== null);
  const where = to === 0 ? "to before stage 1" : `to the end of stage ${to}`;
  return {
    ...record,
    status: "paused",
    reason: `Rolled back ${where}. ${wayBack.reason}`,
    stage: to,
    stages: record.stages.map((stage) => (stage.number > to ? pendingStage(stage.number) : stage)),
    past: [
      ...record.past,
      ...undone.map((stage): StageRecord => ({ ...stage, status: "rolled-back", endedMs: nowMs })),
    ],
    approvals: record.approvals.filter(({ stage }) => stage <= to),
    wayBack: null,
  };
}

/** What was measured for a gate or a watch that is under way; others keep their values. */
export function withCriteria(record: MigrationRecord, criteria: readonly CriterionRecord[]): MigrationRecord {
  const { wayBack } = record;
  if (wayBack !== null)
    return { ...record, wayBack: { ...wayBack, criteria: merged(wayBack.criteria, criteria) } };
  const stage = stageUnderWay(record);
  if (stage === null) return record;
  return withStage(record, stage, (each) => ({ ...each, criteria: merged(each.criteria, criteria) }));
}

function merged(
  before: readonly CriterionRecord[],
  newer: readonly CriterionRecord[],
): readonly CriterionRecord[] {
  const byId = new Map([...before, ...newer].map((value) => [value.id, value]));
  return [...byId.values()];
}
