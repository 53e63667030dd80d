/** Where a migration stands, read from its record: which stage, which action is next, what is open. Pure; changes nothing. */
import type { Action } from "../model/action.js";
import type { StagePlan } from "../model/plan.js";
import type { Facts } from "../model/ports.js";
import type { ActionRecord, MigrationRecord, StageRecord } from "../model/record.js";
import { STAGES, type StageNumber } from "../model/spec.js";

export function stagePlan(record: MigrationRecord, number: StageNumber): StagePlan {
  const found = record.plan.stages.find((stage) => stage.number === number);
  if (found === undefined) throw new Error(`the plan of ${record.id} has no stage ${number}`);
  return found;
}

export function stageRecord(record: MigrationRecord, number: StageNumber): StageRecord {
  const found = record.stages.find((stage) => stage.number === number);
  if (found === undefined) throw new Error(`the record of ${record.id} has no stage ${number}`);
  return found;
}

/** The stage under way, or null before the first and between two. */
export function stageUnderWay(record: MigrationRecord): StageNumber | null {
  if (record.stage === 0) return null;
  return stageRecord(record, record.stage).status === "done" ? null : record.stage;
}

/** The stage that comes after what is done; null when all are. */
export function stageToCome(record: MigrationRecord): StageNumber | null {
  return STAGES.find((number) => number > record.stage) ?? null;
}

export function recordOf(record: MigrationRecord, action: Action): ActionRecord | undefined {
  return stageRecord(record, action.stage).actions.find((each) => each.action.id === action.id);
}

/** The first of `actions` that is not done. */
export function nextOf(record: MigrationRecord, actions: readonly Action[]): Action | null {
  return actions.find((action) => recordOf(record, action)?.status !== "done") ?? null;
}

/** What is carried out now: a stage's actions, or those of a way back. */
export function actionsUnderWay(record: MigrationRecord): readonly Action[] {
  if (record.wayBack !== null) return record.wayBack.actions;
  const stage = stageUnderWay(record);
  return stage === null ? [] : stagePlan(record, stage).actions;
}

/**
 * An action that was begun, may or may not have happened, and may not be done twice: it has to be asked about before
 * anything else is done. One that was repeatable is none.
 */
export function unresolved(record: MigrationRecord): ActionRecord | null {
  const open = record.stages
    .flatMap(({ actions }) => actions)
    .find(({ status, action }) => !action.repeatable && (status === "intended" || status === "failed"));
  return open ?? null;
}

/** Whether somebody approved the stage, having seen this very plan. */
export function isApproved(record: MigrationRecord, stage: StageNumber): boolean {
  return record.approvals.some((one) => one.stage === stage && one.planDigest === record.plan.digest);
}

/** Facts of all finished actions, and what others have noted, by action id; of an action that was done twice, the later ones. */
export function factsOf(record: MigrationRecord): ReadonlyMap<string, Facts> {
  const facts = new Map<string, Facts>();
  for (const stage of [...record.past, ...record.stages]) {
    for (const { action, status, facts: learned } of stage.actions) {
      if (status === "done" || Object.keys(learned).length > 0) facts.set(action.id, learned);
    }
  }
  return facts;
}
