/** What a request means for the record. Pure, but for asking how to get back. */
import { DiagnosticError } from "../../diagnostics/diagnostic.js";
import type { PlanWayBack } from "../model/ports.js";
import type { MigrationRecord, Request } from "../model/record.js";
import type { StageNumber } from "../model/spec.js";
import { errorText } from "./carry-out.js";
import { problemWith } from "./requests.js";
import { unresolvedAction } from "./standing.js";
import { answered, beginWayBack, fail, finish, notDone, pause, resume } from "./transitions.js";

/** Who asks for a way back when a gate breaks. */
export const BY_ITSELF = "ferry";

/** What is refused by now leaves the record as it is, without the request. */
export function answerRequest(
  record: MigrationRecord,
  request: Request,
  planWayBack: PlanWayBack,
  nowMs: number,
): MigrationRecord {
  const without = answered(record);
  if (problemWith(record, request, nowMs) !== null) return without;
  switch (request.kind) {
    case "pause":
      return pause(without, `${request.who} asked for it.`);
    case "resume":
      return resume(without);
    case "settle":
      return settle(without, request, nowMs);
    case "roll-back":
      return rollBack(without, request, planWayBack, nowMs);
  }
}

function settle(
  record: MigrationRecord,
  { who, happened }: Extract<Request, { kind: "settle" }>,
  nowMs: number,
): MigrationRecord {
  const open = unresolvedAction(record);
  if (open === null) return record;
  const settled = happened
    ? finish(record, open.action, { text: `${who} has looked: it happened.`, facts: open.facts }, nowMs)
    : notDone(record, open.action, `${who} has looked: it did not happen.`, nowMs);
  return resume(settled);
}

function rollBack(
  record: MigrationRecord,
  { who, to, reason }: Extract<Request, { kind: "roll-back" }>,
  planWayBack: PlanWayBack,
  nowMs: number,
): MigrationRecord {
  const asked = who === BY_ITSELF ? reason : `${who} asked for it${reason === "" ? "." : `: ${reason}`}`;
  try {
    const actions = planWayBack(record.spec, record, to);
    return beginWayBack(record, { to, reason: asked, actions }, nowMs);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return fail(record, `No way back to stage ${to} could be planned. ${errorText(error)}`);
  }
}

/** A way back that ferry asks for itself, unless somebody has asked for something already. */
export function askedBack(
  record: MigrationRecord,
  stage: StageNumber,
  reason: string,
  nowMs: number,
): MigrationRecord {
  if (record.request !== null) return record;
  const to = (stage - 1) as 0 | StageNumber;
  return { ...record, request: { kind: "roll-back", to, reason, who: BY_ITSELF, atMs: nowMs } };
}
