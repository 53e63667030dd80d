/** Where a migration stands, as JSON. A contract (docs/commands.md); nothing in it is a secret. */
import type { MigrationRecord, StageRecord } from "../../migration/model/record.js";
import type { Json } from "../../value/json.js";
import { type GuidanceInput, guidanceOf } from "./guidance.js";

export function migrationStatusJson(view: GuidanceInput): Json {
  const { record, holder } = view;
  const { waitsFor, next } = guidanceOf(view);
  return {
    ...migrationSummaryJson(record),
    reason: record.reason,
    planDigest: record.plan.digest,
    engine: holder,
    waitsFor,
    next: [...next],
    request: record.request as unknown as Json,
    approvals: record.approvals as unknown as Json,
    stages: record.stages.map((stage) => stageJson(record, stage)),
    wayBack: record.wayBack as unknown as Json,
    measurements: record.measurements as unknown as Json,
  };
}

/** What a list shows. */
export function migrationSummaryJson(record: MigrationRecord): Record<string, Json> {
  const { id, name, status, stage, createdMs, updatedMs, epoch, revision } = record;
  const at = (ms: number): string => new Date(ms).toISOString();
  return { id, name, status, stage, epoch, revision, createdAt: at(createdMs), updatedAt: at(updatedMs) };
}

function stageJson(record: MigrationRecord, stage: StageRecord): Json {
  const plan = record.plan.stages.find(({ number }) => number === stage.number);
  return {
    number: stage.number,
    title: plan?.title ?? "",
    status: stage.status,
    needsApproval: plan?.needsApproval ?? false,
    begunMs: stage.begunMs,
    endedMs: stage.endedMs,
    planned: plan?.actions.length ?? 0,
    actions: stage.actions.map(({ action, status, begunMs, endedMs, attempts, outcome }) => ({
      id: action.id,
      text: action.text,
      byHand: [...action.byHand],
      status,
      begunMs,
      endedMs,
      attempts,
      outcome,
    })),
    criteria: stage.criteria as unknown as Json,
  };
}
