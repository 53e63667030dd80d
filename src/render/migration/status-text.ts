/** Where a migration stands, for a terminal: stages, gates with their values and limits, what it waits for, what to do next. Pure. */
import { actionsUnderWay } from "../../migration/engine/position.js";
import { limitText } from "../../migration/gates/judge.js";
import type { Criterion } from "../../migration/model/plan.js";
import type {
  ActionRecord,
  CriterionRecord,
  MigrationRecord,
  StageRecord,
} from "../../migration/model/record.js";
import { ANSI_PLAN_PALETTE, PLAIN_PLAN_PALETTE, type PlanPalette } from "../palette.js";
import { duration, moment } from "../sync/words.js";
import { safeText } from "../values.js";
import { type GuidanceInput, guidanceOf } from "./guidance.js";
import { measurementLines } from "./measurements.js";

export interface StatusText extends GuidanceInput {
  readonly colour: boolean;
  /** Finished actions of the stage under way too. */
  readonly detailed: boolean;
}

const NAME = 10;
const GOOD = new Set(["done", "running", "met"]);
const BAD = new Set(["failed", "broken"]);

/** Several lines, without a line end. */
export function renderMigrationStatus(view: StatusText): string {
  const palette = view.colour ? ANSI_PLAN_PALETTE : PLAIN_PLAN_PALETTE;
  const { record, holder, nowMs } = view;
  const { waitsFor, next } = guidanceOf(view);
  return [
    headLine(record, palette),
    field("engine", holder ?? "none at work"),
    field("plan", record.plan.digest),
    ...(record.request === null ? [] : [field("asked", `${record.request.who}: ${record.request.kind}`)]),
    "",
    ...record.stages.flatMap((stage) => stageLines(record, stage, view, palette)),
    ...wayBackLines(record, palette),
    "",
    ...measurementLines(record, nowMs).map((line) => field(line.name, line.value)),
    ...(waitsFor === "" ? [] : [field("waits for", palette.bold(safeText(waitsFor)))]),
    ...next.map((text, at) => field(at === 0 ? "next" : "", safeText(text))),
  ].join("\n");
}

/** For a line that is written over and over, and for logs. Never coloured. */
export function renderMigrationLine({ record, ...more }: GuidanceInput): string {
  const stage = record.stage === 0 ? "" : ` stage ${record.stage}`;
  const { waitsFor } = guidanceOf({ record, ...more });
  return safeText(`${record.name} ${record.status}${stage}${waitsFor === "" ? "" : `: ${waitsFor}`}`);
}

function headLine({ name, id, status, stage, stages }: MigrationRecord, palette: PlanPalette): string {
  const where = stage === 0 ? "" : `  stage ${stage} of ${stages.length}`;
  return `${palette.bold(safeText(name))}  ${safeText(id)}  ${painted(status, palette)}${where}`;
}

function painted(word: string, palette: PlanPalette): string {
  if (GOOD.has(word)) return palette.added(word);
  return BAD.has(word) ? palette.removed(word) : palette.changed(word);
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(NAME)} ${value}`;
}

function stageLines(
  record: MigrationRecord,
  stage: StageRecord,
  view: StatusText,
  palette: PlanPalette,
): readonly string[] {
  const title = record.plan.stages.find(({ number }) => number === stage.number)?.title ?? "";
  const took = tookText(stage, view.nowMs);
  const status = stage.status === "pending" ? palette.dim("pending") : painted(stage.status, palette);
  const line = `  ${stage.number}. ${safeText(title)}: ${status}${took}`;
  const isOpen = stage.number === record.stage && stage.status !== "done" && record.wayBack === null;
  return isOpen ? [line, ...openLines(record, stage, view, palette)] : [line];
}

function tookText({ begunMs, endedMs, status }: StageRecord, nowMs: number): string {
  if (begunMs === null) return "";
  if (endedMs !== null) return `, ${duration(endedMs - begunMs)}`;
  return status === "pending" ? "" : `, for ${duration(nowMs - begunMs)}`;
}

function openLines(
  record: MigrationRecord,
  stage: StageRecord,
  view: StatusText,
  palette: PlanPalette,
): readonly string[] {
  const actions = actionsUnderWay(record);
  const done = stage.actions.filter(({ status }) => status === "done").length;
  const shown = stage.actions.filter(({ status }) => view.detailed || status !== "done");
  return [
    inner(`${done} of ${actions.length} actions done`),
    ...shown.map((action) => inner(actionText(action, view.nowMs, palette))),
    ...gateLines(record, stage, palette),
  ];
}

function inner(text: string): string {
  return `     ${text}`;
}

function actionText(
  { action, status, begunMs, endedMs, outcome, attempts }: ActionRecord,
  nowMs: number,
  palette: PlanPalette,
): string {
  const word = actionWord(status, palette);
  const time = endedMs === null ? `for ${duration(nowMs - begunMs)}` : duration(endedMs - begunMs);
  const again = attempts > 1 ? `, begun ${attempts} times` : "";
  const told = outcome === "" ? "" : `: ${safeText(outcome)}`;
  return `${safeText(action.id)} ${word}, ${time}${again}${told}`;
}

function actionWord(status: ActionRecord["status"], palette: PlanPalette): string {
  return painted(status === "intended" ? "running" : status, palette);
}

/** The criteria of the present phase, each with what was measured and its limit. */
function gateLines(record: MigrationRecord, stage: StageRecord, palette: PlanPalette): readonly string[] {
  const plan = record.plan.stages.find(({ number }) => number === stage.number);
  if (plan === undefined) return [];
  const values = new Map(stage.criteria.map((value) => [value.id, value]));
  const lines = (name: string, criteria: readonly Criterion[]): readonly string[] =>
    criteria
      .filter(({ id }) => values.has(id))
      .map((criterion) => inner(gateText(name, criterion, values.get(criterion.id), palette)));
  return [
    ...lines("before", plan.prerequisites),
    ...lines("watch", plan.watch),
    ...lines("after", plan.criteria),
  ];
}

function gateText(
  name: string,
  criterion: Criterion,
  value: CriterionRecord | undefined,
  palette: PlanPalette,
): string {
  const met = value?.met === true;
  const word = met ? palette.added("met") : palette.warning("not met");
  const hold = name === "watch" || criterion.holdSeconds === 0 ? "" : ` for ${criterion.holdSeconds} s`;
  const limit = `${limitText(criterion)}${hold}`;
  return `${name} ${word}: ${safeText(criterion.text)}: ${safeText(value?.value ?? "not measured yet")} (${limit})`;
}

function wayBackLines({ wayBack, stages }: MigrationRecord, palette: PlanPalette): readonly string[] {
  if (wayBack === null) return [];
  const records = new Map(
    stages.flatMap(({ actions }) => actions.map((action) => [action.action.id, action] as const)),
  );
  const where = wayBack.to === 0 ? "before stage 1" : `the end of stage ${wayBack.to}`;
  return [
    `  Way back to ${where}, since ${moment(wayBack.begunMs)}`,
    ...wayBack.actions.map(({ id, text }) => {
      const status = records.get(id)?.status;
      const word = status === undefined ? palette.dim("to come") : actionWord(status, palette);
      return inner(`${safeText(id)} ${word}: ${safeText(text)}`);
    }),
    ...wayBack.criteria
      .filter(({ met }) => !met)
      .map(({ id, value }) => inner(`${safeText(id)} ${palette.warning("not met")}: ${safeText(value)}`)),
  ];
}
