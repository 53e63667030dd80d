/**
 * The plan of a migration: a pure function of what is declared and what was found. The same input gives the same bytes, so that what was
 * approved is what is done.
 */
import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../../value/json.js";
import type { Action, ActionStep } from "../model/action.js";
import type { MigrationPlan, StagePlan } from "../model/plan.js";
import type { MigrationSpec, StageNumber } from "../model/spec.js";
import { actionOf } from "./actions.js";
import { costsOf } from "./costs.js";
import { gatesOf } from "./criteria.js";
import { mastersPath, type PathAnswer } from "./masters.js";
import { after, beginningOf, type Platform } from "./platform.js";
import { refusals } from "./refusals.js";
import { type StageSteps, stageSteps } from "./stages.js";
import type { Survey } from "./survey.js";
import { uncheckedOf } from "./unchecked.js";
import { stepsBack } from "./way-back.js";

/** Errors in its diagnostics refuse the migration; the stages are shown as far as they can be planned all the same. */
export function planMigration(spec: MigrationSpec, survey: Survey): MigrationPlan {
  const leader = leaderOf(spec, survey);
  const beginning = beginningOf(spec, { leader: leader.name, ensembleB: isThere(spec, survey) });
  const path = leader.name === null ? null : mastersPath(beginning, spec, "b");
  const steps = stageSteps(spec, beginning, path?.kind === "path" ? path : null);
  const stages = stagesOf({ spec, survey, beginning, assumed: leader.assumed, path }, steps);
  const plan = {
    formatVersion: 1 as const,
    migration: spec.name,
    stages,
    diagnostics: refusals(spec, survey, path),
  };
  return { ...plan, digest: digestOf(plan) };
}

/** `sha256:` over a plan without its digest. */
export function digestOf(plan: Omit<MigrationPlan, "digest">): string {
  const { formatVersion, migration, stages, diagnostics } = plan;
  const text = canonicalJson({ formatVersion, migration, stages, diagnostics } as unknown as Json);
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

interface Leader {
  readonly name: string | null;
  /** Why one was assumed; empty when it is known. */
  readonly assumed: string;
}

function leaderOf(spec: MigrationSpec, survey: Survey): Leader {
  const names = spec.source.masters.servers.map(({ name }) => name);
  const { a } = survey.masters;
  if (a.kind === "unknown")
    return {
      name: names[0] ?? null,
      assumed: `Who leads: ${a.reason}. The steps are shown as if ${names[0]} did.`,
    };
  const leaders = a.value.filter(({ leading, name }) => leading && names.includes(name));
  return { name: leaders.length === 1 ? (leaders[0]?.name ?? null) : null, assumed: "" };
}

/** Whether B's ensemble is there already, so that it is not this migration that deploys it. */
function isThere(spec: MigrationSpec, survey: Survey): boolean {
  if (spec.target.zookeeper.resource === null) return true;
  const { b } = survey.zookeeper;
  return b.kind === "known" && b.value.servers.length > 0;
}

interface Found {
  readonly spec: MigrationSpec;
  readonly survey: Survey;
  readonly beginning: Platform;
  readonly assumed: string;
  readonly path: PathAnswer | null;
}

function stagesOf(found: Found, all: readonly StageSteps[]): readonly StagePlan[] {
  const { spec, survey, assumed } = found;
  let platform = found.beginning;
  return all.map((stage): StagePlan => {
    const before = platform;
    platform = stage.steps.reduce(after, platform);
    const { number } = stage;
    const unchecked = uncheckedOf(spec, survey, number);
    return {
      number,
      title: stage.title,
      needsApproval: spec.approvals.includes(number),
      ...gatesOf(spec, survey, stage),
      actions: numbered(spec, number, stage.steps),
      timeoutSeconds: spec.limits.stageTimeoutSeconds,
      wayBack: wayBackOf(found, number, before, platform),
      quorum: stage.quorum,
      costs: costsOf(spec, survey, stage),
      unchecked: number === 2 && assumed !== "" ? [assumed, ...unchecked] : unchecked,
    };
  });
}

function numbered(spec: MigrationSpec, stage: StageNumber, steps: readonly ActionStep[]): readonly Action[] {
  return steps.map((step, at) => actionOf(spec, step, { stage, number: `${stage}.${digits(at + 1)}` }));
}

function digits(number: number): string {
  return String(number).padStart(2, "0");
}

/** Undoes the whole stage. Without a path of the masters, or an archive, there is none to show. */
function wayBackOf(
  { spec, path }: Found,
  stage: StageNumber,
  before: Platform,
  done: Platform,
): readonly Action[] {
  if (path?.kind !== "path" || (stage === 6 && spec.archiveKey === null)) return [];
  return stepsBack(spec, done, before).map(({ step }, at) =>
    actionOf(spec, step, { stage, number: `${stage}.b${digits(at + 1)}` }),
  );
}
