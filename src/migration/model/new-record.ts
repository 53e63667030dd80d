/** The record of a migration of which nothing was done yet. Pure. */
import type { MigrationPlan } from "./plan.js";
import type { MigrationRecord, StageRecord } from "./record.js";
import type { MigrationSpec, StageNumber } from "./spec.js";

/** @param id see newMigrationId */
export function newRecord(
  id: string,
  spec: MigrationSpec,
  plan: MigrationPlan,
  createdMs: number,
): MigrationRecord {
  return {
    format: 1,
    id,
    name: spec.name,
    status: "pending",
    reason: "",
    spec,
    plan,
    stages: plan.stages.map(({ number }) => pendingStage(number)),
    past: [],
    stage: 0,
    approvals: [],
    request: null,
    wayBack: null,
    measurements: [],
    figures: [],
    epoch: 0,
    revision: 1,
    createdMs,
    updatedMs: createdMs,
  };
}

export function pendingStage(number: StageNumber): StageRecord {
  return { number, status: "pending", begunMs: null, endedMs: null, actions: [], criteria: [] };
}

/** `NAME-YYYYMMDD-xxxx`; `random` are four hexadecimal digits that nobody has used that day. */
export function newMigrationId(name: string, createdMs: number, random: string): string {
  const day = new Date(createdMs).toISOString().slice(0, 10).replaceAll("-", "");
  return `${name.replace(/[^A-Za-z0-9._-]+/g, "-")}-${day}-${random}`;
}
