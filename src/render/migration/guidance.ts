/** What a migration waits for, and what a person does next, from its record. Pure; the commands it names exist. */
import { stageUnderWay } from "../../migration/engine/position.js";
import { isExpired, newestTarget, unresolvedAction } from "../../migration/engine/standing.js";
import type { Criterion, StagePlan } from "../../migration/model/plan.js";
import type { CriterionRecord, MigrationRecord } from "../../migration/model/record.js";
import { isRolledBackWhole } from "../../migration/model/standing.js";

export interface Guidance {
  /** In a sentence or two. */
  readonly waitsFor: string;
  /** Commands and deeds, the most likely first. */
  readonly next: readonly string[];
}

export interface GuidanceInput {
  readonly record: MigrationRecord;
  /** Who carries it out now, in words; null when nobody does. */
  readonly holder: string | null;
  readonly nowMs: number;
}

export function guidanceOf(input: GuidanceInput): Guidance {
  const { record } = input;
  switch (record.status) {
    case "pending":
      return { waitsFor: "Nothing was done yet.", next: startLines(input, "begins it") };
    case "running":
      return withEngine(input, { waitsFor: runningText(record), next: [] });
    case "rolling-back":
      return withEngine(input, { waitsFor: backText(record), next: [] });
    case "waiting-for-approval":
      return withEngine(input, approval(record));
    case "paused":
      return isRolledBackWhole(record) ? rolledBack(record) : withEngine(input, stopped(record));
    case "failed":
      return withEngine(input, failed(record));
    case "done":
      return done(input);
    case "archived":
      return { waitsFor: record.reason, next: [] };
  }
}

function startLines({ record, holder }: GuidanceInput, does: string): readonly string[] {
  return holder === null ? [`\`ferry migrate start ${record.name}\` ${does}.`] : [];
}

/** Everything but a decision needs an engine at work. */
function withEngine(input: GuidanceInput, { waitsFor, next }: Guidance): Guidance {
  if (input.holder !== null) return { waitsFor, next };
  const text = "No engine is at work: the process that carried it out has ended.";
  return {
    waitsFor: `${text} ${waitsFor}`.trim(),
    next: [...startLines(input, "goes on where it stopped"), ...next],
  };
}

function planOf(record: MigrationRecord): StagePlan | undefined {
  return record.plan.stages.find(({ number }) => number === record.stage);
}

function runningText(record: MigrationRecord): string {
  const plan = planOf(record);
  const stage = record.stages.find(({ number }) => number === record.stage);
  if (plan === undefined || stage === undefined) return "It begins.";
  switch (stage.status) {
    case "checking":
      return `What must hold before stage ${plan.number}: ${unmet(plan.prerequisites, stage.criteria)}`;
    case "proving":
      return `What must hold after stage ${plan.number}: ${unmet(plan.criteria, stage.criteria)}`;
    case "acting": {
      const running = stage.actions.find(({ status }) => status === "intended");
      if (running === undefined) return "The next action begins.";
      const { byHand, text } = running.action;
      const how = running.outcome === "" ? "" : ` (${running.outcome})`;
      return byHand.length === 0
        ? `${text}${how}`
        : `A person has to do it: ${text} (${byHand.join(", ")})${how}`;
    }
    default:
      return "The next stage begins.";
  }
}

function unmet(criteria: readonly Criterion[], values: readonly CriterionRecord[]): string {
  const byId = new Map(values.map((value) => [value.id, value]));
  const open = criteria.filter(({ id }) => byId.get(id)?.met !== true);
  if (open.length === 0) return "all of it is met.";
  return open.map(({ id, text }) => `${text}: ${byId.get(id)?.value ?? "not measured yet"}`).join("; ");
}

function backText({ wayBack, stages }: MigrationRecord): string {
  if (wayBack === null) return "";
  const done = new Set(
    stages.flatMap(({ actions }) =>
      actions.filter(({ status }) => status === "done").map(({ action }) => action.id),
    ),
  );
  const next = wayBack.actions.find(({ id }) => !done.has(id));
  const count = wayBack.actions.filter(({ id }) => done.has(id)).length;
  const where = wayBack.to === 0 ? "before stage 1" : `the end of stage ${wayBack.to}`;
  const what = next === undefined ? "what must hold there is being proved." : next.text;
  return `The way back to ${where}, ${count} of ${wayBack.actions.length} actions done: ${what}`;
}

function approval(record: MigrationRecord): Guidance {
  const { name, stage, plan } = record;
  const costs = planOf(record)?.costs ?? [];
  const wrong = record.approvals.some((one) => one.stage === stage && one.planDigest !== plan.digest);
  const note = wrong ? " An approval for another plan was given; it does not count." : "";
  const price = costs.length === 0 ? "" : ` It costs: ${costs.join("; ")}.`;
  return {
    waitsFor: `Somebody to approve stage ${stage}.${price}${note}`,
    next: [`\`ferry migrate approve ${name} --stage ${stage}\` lets it begin.`, ...backLines(record)],
  };
}

function stopped(record: MigrationRecord): Guidance {
  return {
    waitsFor: `Somebody to resume it. ${record.reason}`,
    next: [`\`ferry migrate resume ${record.name}\` goes on from here.`, ...backLines(record)],
  };
}

function failed(record: MigrationRecord): Guidance {
  const { name, reason } = record;
  const open = unresolvedAction(record);
  if (open !== null && reason.startsWith("Nobody can tell")) {
    return {
      waitsFor: reason,
      next: [
        `Look whether this has happened: ${open.action.text}`,
        `\`ferry migrate resume ${name} --happened\` if it has, \`--not-happened\` if it has not.`,
      ],
    };
  }
  return {
    waitsFor: `Somebody to put right what failed. ${reason}`,
    next: [`\`ferry migrate resume ${name}\` tries again.`, ...backLines(record)],
  };
}

function backLines(record: MigrationRecord): readonly string[] {
  const newest = newestTarget(record);
  const isBetween = stageUnderWay(record) === null && record.wayBack === null;
  const to = newest === null || !isBetween ? newest : newest - 1;
  return to === null
    ? []
    : [`\`ferry migrate rollback ${record.name} --to-stage ${to}\` takes it back to ${placeOf(to)}.`];
}

function placeOf(stage: number): string {
  return stage === 0 ? "before stage 1" : `the end of stage ${stage}`;
}

function rolledBack({ name, reason }: MigrationRecord): Guidance {
  return {
    waitsFor: `${reason} Nothing of it is on the platform.`,
    next: [
      `\`ferry migrate report ${name}\` shows what was done and taken back.`,
      `\`ferry migrate plan ${name}\`, then \`start\`, begins a new one.`,
    ],
  };
}

function done({ record, nowMs }: GuidanceInput): Guidance {
  const { name } = record;
  const report = `\`ferry migrate report ${name}\` tells how it went.`;
  if (isExpired(record, nowMs))
    return { waitsFor: "All stages are done; the archive has expired.", next: [report] };
  if (record.spec.archiveKey === null)
    return {
      waitsFor: "All stages are done. No archive was made (archive.key is not set), so there is no way back.",
      next: [report],
    };
  const hours = record.spec.rollbackRetentionHours;
  return {
    waitsFor: `All stages are done. For ${hours} hours after the end there is a way back from the archive.`,
    next: [report, `\`ferry migrate rollback ${name} --to-stage STAGE\` takes it back.`],
  };
}
