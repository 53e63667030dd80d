/** The events that lie between two records of a migration: everything that changed, and nothing else. Pure. */
import type { Json } from "../../value/json.js";
import type { ActionRecord, MigrationRecord, StageRecord } from "../model/record.js";
import type { AuditEvent } from "./event.js";

/** @param actor who writes `after` */
export function changesBetween(
  before: MigrationRecord | null,
  after: MigrationRecord,
  actor: string,
): readonly AuditEvent[] {
  const base = { actor, migration: after.id, revision: after.revision };
  if (before === null) return [creation(after, base)];
  return [
    ...claimEvents(before, after, base),
    ...approvalEvents(before, after, base),
    ...requestEvents(before, after, base),
    ...wayBackEvents(before, after, base),
    ...after.stages.flatMap((stage) => stageEvents(stageOf(before, stage), stage, base)),
    ...statusEvents(before, after, base),
  ];
}

type Base = Pick<AuditEvent, "actor" | "migration" | "revision">;

function creation(after: MigrationRecord, base: Base): AuditEvent {
  return {
    ...base,
    kind: "created",
    subject: after.name,
    before: null,
    after: { status: after.status, planDigest: after.plan.digest },
    text: `Migration ${after.name} was created.`,
  };
}

function claimEvents(before: MigrationRecord, after: MigrationRecord, base: Base): readonly AuditEvent[] {
  if (before.epoch === after.epoch) return [];
  return [
    {
      ...base,
      kind: "claimed",
      subject: after.name,
      before: { epoch: before.epoch },
      after: { epoch: after.epoch },
      text: `${base.actor} carries it out from now on.`,
    },
  ];
}

function approvalEvents(before: MigrationRecord, after: MigrationRecord, base: Base): readonly AuditEvent[] {
  const known = new Set(before.approvals.map((one) => JSON.stringify(one)));
  return after.approvals
    .filter((one) => !known.has(JSON.stringify(one)))
    .map((one) => ({
      ...base,
      actor: one.who,
      kind: "approved" as const,
      subject: `stage ${one.stage}`,
      before: null,
      after: { ...one },
      text: `${one.who} approved stage ${one.stage}.`,
    }));
}

function requestEvents(before: MigrationRecord, after: MigrationRecord, base: Base): readonly AuditEvent[] {
  const { request } = before;
  if (request === null || JSON.stringify(request) === JSON.stringify(after.request)) return [];
  return [
    {
      ...base,
      actor: request.who,
      kind: "request",
      subject: request.kind,
      before: null,
      after: { ...request },
      text: `${request.who} asked for ${request.kind}; it was taken up.`,
    },
  ];
}

function wayBackEvents(before: MigrationRecord, after: MigrationRecord, base: Base): readonly AuditEvent[] {
  const planned = after.wayBack;
  if (planned === null || planned.begunMs === before.wayBack?.begunMs) return [];
  return [
    {
      ...base,
      kind: "way-back",
      subject: `stage ${planned.to}`,
      before: before.wayBack === null ? null : { to: before.wayBack.to },
      after: { to: planned.to, actions: planned.actions.map(({ id }) => id) },
      text: `Way back to stage ${planned.to}: ${planned.actions.length} actions. ${planned.reason}`.trim(),
    },
  ];
}

function statusEvents(before: MigrationRecord, after: MigrationRecord, base: Base): readonly AuditEvent[] {
  if (before.status === after.status && before.reason === after.reason) return [];
  return [
    {
      ...base,
      kind: "status",
      subject: after.name,
      before: { status: before.status, reason: before.reason },
      after: { status: after.status, reason: after.reason },
      text: `${before.status} → ${after.status}${after.reason === "" ? "" : `: ${after.reason}`}`,
    },
  ];
}

function stageOf(record: MigrationRecord, { number }: StageRecord): StageRecord | undefined {
  return record.stages.find((stage) => stage.number === number);
}

function stageEvents(before: StageRecord | undefined, after: StageRecord, base: Base): readonly AuditEvent[] {
  const moved: AuditEvent[] = [];
  if (before?.status !== after.status) {
    moved.push({
      ...base,
      kind: "stage",
      subject: `stage ${after.number}`,
      before: before?.status ?? null,
      after: { status: after.status, criteria: measured(after) },
      text: `Stage ${after.number}: ${before?.status ?? "none"} → ${after.status}`,
    });
  }
  const known = new Map(before?.actions.map((one) => [one.action.id, one]));
  const actions = after.actions.flatMap((one) => actionEvents(known.get(one.action.id), one, base));
  return [...actions, ...moved];
}

/** Values that a gate was decided on. */
function measured(stage: StageRecord): Json {
  return stage.criteria.map(({ id, met, value }) => ({ id, met, value }));
}

function actionEvents(
  before: ActionRecord | undefined,
  after: ActionRecord,
  base: Base,
): readonly AuditEvent[] {
  if (before?.status === after.status && before.attempts === after.attempts) return [];
  return [
    {
      ...base,
      kind: "action",
      subject: after.action.id,
      before: before === undefined ? null : { status: before.status, attempts: before.attempts },
      after: actionAfter(after),
      text: `${after.action.text} ${WORDS[after.status]}`,
    },
  ];
}

function actionAfter({ status, attempts, outcome, facts, action }: ActionRecord): Json {
  const ended = status === "intended" ? {} : { outcome, facts: { ...facts } };
  return { status, attempts, step: action.step as unknown as Json, ...ended };
}

const WORDS: Readonly<Record<ActionRecord["status"], string>> = {
  intended: "(begun)",
  done: "(done)",
  failed: "(failed)",
  "not-done": "(did not happen)",
};
