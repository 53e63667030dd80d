/**
 * What an engine does next, from the record alone: so a process that takes over decides as the one before it would have. Pure.
 */
import type { Action } from "../model/action.js";
import type { Criterion } from "../model/plan.js";
import type { ActionRecord, MigrationRecord, Request } from "../model/record.js";
import type { StageNumber } from "../model/spec.js";
import { isOver } from "../model/standing.js";
import {
  actionsUnderWay,
  isApproved,
  nextOf,
  stagePlan,
  stageRecord,
  stageToCome,
  stageUnderWay,
} from "./position.js";
import { unresolvedAction } from "./standing.js";

export type Decision =
  /** Nothing is left to do. */
  | { readonly kind: "over" }
  /** A person has to do something first. */
  | { readonly kind: "wait" }
  | { readonly kind: "answer"; readonly request: Request }
  | { readonly kind: "begin" }
  | { readonly kind: "enter-stage"; readonly stage: StageNumber }
  | { readonly kind: "ask-approval"; readonly stage: StageNumber }
  | { readonly kind: "take-approval"; readonly stage: StageNumber }
  /** Until all are met, then the stage acts. */
  | { readonly kind: "check"; readonly stage: StageNumber; readonly criteria: readonly Criterion[] }
  /** Ask whether it happened, before anything else. */
  | { readonly kind: "probe"; readonly of: ActionRecord }
  | { readonly kind: "act"; readonly action: Action }
  /** All actions are done: what they were for has to show. */
  | { readonly kind: "begin-proving" }
  | { readonly kind: "prove"; readonly stage: StageNumber; readonly criteria: readonly Criterion[] }
  | { readonly kind: "prove-way-back"; readonly criteria: readonly Criterion[] }
  | { readonly kind: "complete" };

export function decide(record: MigrationRecord): Decision {
  switch (record.status) {
    case "archived":
      return { kind: "over" };
    case "done":
    case "paused":
    case "failed":
      return whileStopped(record);
    case "pending":
      return record.request === null ? { kind: "begin" } : answer(record, record.request);
    case "waiting-for-approval":
      return whileWaiting(record);
    case "running":
    case "rolling-back":
      return whileMoving(record);
  }
}

function whileStopped(record: MigrationRecord): Decision {
  if (record.request !== null) return answer(record, record.request);
  return isOver(record) ? { kind: "over" } : { kind: "wait" };
}

function whileWaiting(record: MigrationRecord): Decision {
  if (record.request !== null) return answer(record, record.request);
  const stage = stageUnderWay(record);
  if (stage === null || !isApproved(record, stage)) return { kind: "wait" };
  return { kind: "take-approval", stage };
}

function whileMoving(record: MigrationRecord): Decision {
  const open = unresolvedAction(record);
  if (open !== null) return { kind: "probe", of: open };
  if (record.request !== null) return answer(record, record.request);
  return record.wayBack === null ? forward(record) : backward(record);
}

/** A way back is planned from what is known to be done, so what is open is asked first. */
function answer(record: MigrationRecord, request: Request): Decision {
  const open = request.kind === "roll-back" ? unresolvedAction(record) : null;
  return open === null ? { kind: "answer", request } : { kind: "probe", of: open };
}

function forward(record: MigrationRecord): Decision {
  const stage = stageUnderWay(record);
  if (stage === null) {
    const next = stageToCome(record);
    return next === null ? { kind: "complete" } : { kind: "enter-stage", stage: next };
  }
  const plan = stagePlan(record, stage);
  switch (stageRecord(record, stage).status) {
    case "pending":
      if (plan.needsApproval && !isApproved(record, stage)) return { kind: "ask-approval", stage };
      return { kind: "take-approval", stage };
    case "waiting-for-approval":
      return isApproved(record, stage) ? { kind: "take-approval", stage } : { kind: "ask-approval", stage };
    case "checking":
      return { kind: "check", stage, criteria: plan.prerequisites };
    case "proving":
      return { kind: "prove", stage, criteria: plan.criteria };
    default:
      return nextAction(record);
  }
}

function nextAction(record: MigrationRecord): Decision {
  const action = nextOf(record, actionsUnderWay(record));
  return action === null ? { kind: "begin-proving" } : { kind: "act", action };
}

function backward(record: MigrationRecord): Decision {
  const { wayBack } = record;
  const action = nextOf(record, actionsUnderWay(record));
  if (action !== null || wayBack === null) return nextAction(record);
  return { kind: "prove-way-back", criteria: criteriaAfter(record, wayBack.to) };
}

/** What must hold at the end of a way back: what held at the end of that stage, or before the first one. */
export function criteriaAfter(record: MigrationRecord, to: 0 | StageNumber): readonly Criterion[] {
  return to === 0 ? stagePlan(record, 1).prerequisites : stagePlan(record, to).criteria;
}
