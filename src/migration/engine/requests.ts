/** What may be asked of a migration as it stands, and why something may not. Pure. */
import { type Diagnostic, errorDiagnostic } from "../../diagnostics/diagnostic.js";
import type { Input } from "../model/ports.js";
import type { MigrationRecord } from "../model/record.js";
import { stageRecord } from "./position.js";
import { isExpired, newestTarget, unresolvedAction } from "./standing.js";

/** Null: it may be asked. An engine judges once more when it takes it up: meanwhile more may have happened. */
export function problemWith(record: MigrationRecord, input: Input, nowMs: number): Diagnostic | null {
  if (record.status === "archived") return refusal(record, "it is archived", expiredRemedy);
  switch (input.kind) {
    case "approve":
      return approvalProblem(record, input);
    case "pause":
      return pauseProblem(record);
    case "resume":
      return ["paused", "failed"].includes(record.status)
        ? null
        : refusal(record, `it is ${record.status}`, "Only what is paused or failed can be resumed.");
    case "settle":
      return unresolvedAction(record)?.action.id === input.action
        ? null
        : refusal(record, `${input.action} is not open`, "`ferry migrate status` shows whether one is.");
    case "roll-back":
      return rollBackProblem(record, input.to, nowMs);
  }
}

const expiredRemedy = "Its time for a way back is over. Plan a migration the other way round.";

function approvalProblem(
  record: MigrationRecord,
  { stage, planDigest }: { readonly stage: 1 | 2 | 3 | 4 | 5 | 6; readonly planDigest: string },
): Diagnostic | null {
  if (planDigest !== record.plan.digest) {
    return refusal(
      record,
      `the approval is for plan ${short(planDigest)}, and this is plan ${short(record.plan.digest)}`,
      "Read the plan of this migration (`ferry migrate status --plan`), then approve again.",
    );
  }
  const { status } = stageRecord(record, stage);
  if (status === "pending" || status === "waiting-for-approval") return null;
  return refusal(record, `stage ${stage} is ${status} already`, "There is nothing to approve.");
}

function pauseProblem({ status, ...record }: MigrationRecord): Diagnostic | null {
  if (["pending", "running", "waiting-for-approval", "rolling-back"].includes(status)) return null;
  return refusal({ ...record, status }, `it is ${status}`, "There is nothing to pause.");
}

function rollBackProblem(record: MigrationRecord, to: number, nowMs: number): Diagnostic | null {
  if (isExpired(record, nowMs)) return refusal(record, "the archive has expired", expiredRemedy);
  const newest = newestTarget(record);
  if (newest === null) return refusal(record, "nothing was done yet", "There is nothing to roll back.");
  if (to <= newest) return null;
  return refusal(
    record,
    `stage ${to} is not behind it`,
    newest === 0
      ? "Roll back to 0: before stage 1."
      : `Choose a stage from 0 (before stage 1) to ${newest}: its end is where it goes back to.`,
  );
}

function refusal({ name, id }: MigrationRecord, why: string, remedy: string): Diagnostic {
  return errorDiagnostic("migration-refused", `${name}: ${why}`, {
    detail: `Migration ${id}. Nothing was changed.`,
    remedy,
    address: `Migration/${name}`,
  });
}

function short(digest: string): string {
  return digest.slice(0, 19);
}
