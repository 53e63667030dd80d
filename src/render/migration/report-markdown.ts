/** The report of a migration as Markdown, for a ticket or a wiki. Pure; nothing a user named can become markup. */
import type { MigrationReport, ReportAction, ReportStage } from "../../migration/report/report.js";
import { escapeInline, inlineCode } from "../markdown-text.js";
import { count, duration, millis, moment } from "../sync/words.js";
import { counted } from "../words.js";

/** Ends with a line end. */
export function renderReportMarkdown(report: MigrationReport): string {
  const parts = [
    head(report),
    summary(report),
    stages("Stages", report.stages),
    ...(report.rolledBack.length === 0 ? [] : [stages("Rolled back", report.rolledBack)]),
    ...(report.approvals.length === 0 ? [] : [approvals(report)]),
    ...(report.failures.length === 0 ? [] : [failures(report)]),
    figures(report),
    timeline(report),
  ];
  return `${parts.join("\n\n")}\n`;
}

function head({
  id,
  migration,
  status,
  reason,
  begunMs,
  endedMs,
  durationMs,
  ...more
}: MigrationReport): string {
  const when =
    begunMs === null
      ? "It has not begun."
      : `Begun ${moment(begunMs)}${endedMs === null ? ", not ended" : `, ended ${moment(endedMs)}`}${durationMs === null ? "" : `: ${duration(durationMs)}`}.`;
  const why = reason === "" ? "" : ` ${escapeInline(reason)}`;
  const engines =
    more.engines > 1 ? ` Carried out by ${counted(more.engines, "engine")}, one after the other.` : "";
  return [
    `# Migration ${escapeInline(migration)}: ${status}`,
    "",
    `${inlineCode(id)}, plan ${inlineCode(more.planDigest)}. ${when}${engines}${why}`,
  ].join("\n");
}

function summary({ summary: figures }: MigrationReport): string {
  const rows: [string, string][] = [
    [
      "Final cut-over (last stop of a leader on A until agents and frameworks were back)",
      time(figures.cutoverMs),
    ],
    ["Highest synchronisation lag", time(figures.lagMostMs)],
    ["Changes of leadership that were not ours", amount(figures.leaderChanges)],
    ["Tasks moved", amount(figures.tasksMoved)],
    ["Tasks kept while their agent was repointed", amount(figures.tasksKept)],
    ["Longest absence of an agent", time(figures.longestAwayMs)],
    ["Tasks that ended by themselves meanwhile", amount(figures.tasksEnded)],
    ["Tasks failed by the migration", amount(figures.tasksFailedByUs)],
  ];
  return table(["What", "Value"], rows);
}

function time(value: number | null): string {
  return value === null ? "not measured" : millis(value);
}

function amount(value: number | null): string {
  return value === null ? "not measured" : count(value);
}

function stages(title: string, list: readonly ReportStage[]): string {
  return [`## ${title}`, ...list.map(stageText)].join("\n\n");
}

function stageText(stage: ReportStage): string {
  const took = stage.durationMs === null ? "" : `, ${duration(stage.durationMs)}`;
  const title = `### ${stage.number}. ${escapeInline(stage.title)}: ${stage.status}${took}`;
  const gates = stage.criteria.map(
    ({ text, value, met }) => `- ${met ? "met" : "not met"}: ${escapeInline(text)}: ${escapeInline(value)}`,
  );
  const actions = stage.actions.map(actionRow);
  return [
    title,
    ...(actions.length === 0 ? [] : [table(["Action", "State", "Took", "Outcome"], actions)]),
    ...(gates.length === 0 ? [] : [gates.join("\n")]),
  ].join("\n\n");
}

function actionRow({ id, text, status, durationMs, attempts, outcome }: ReportAction): readonly string[] {
  const again = attempts > 1 ? ` (begun ${attempts} times)` : "";
  return [
    `${inlineCode(id)} ${escapeInline(text)}`,
    `${status}${again}`,
    durationMs === null ? "" : duration(durationMs),
    escapeInline(outcome),
  ];
}

function approvals({ approvals: given }: MigrationReport): string {
  const rows = given.map(({ stage, who, atMs, planDigest }) => [
    String(stage),
    escapeInline(who),
    moment(atMs),
    inlineCode(planDigest),
  ]);
  return ["## Approvals", table(["Stage", "By", "When", "Plan"], rows)].join("\n\n");
}

function failures({ failures: list }: MigrationReport): string {
  const rows = list.map(({ cause, count: times }) => [escapeInline(cause), count(times)]);
  return ["## Failures by cause", table(["Cause", "How often"], rows)].join("\n\n");
}

function figures({ figures: list }: MigrationReport): string {
  if (list.length === 0) return "## Figures\n\nNothing was measured.";
  const rows = list.map(({ name, side, first, last, least, most, mostAtMs }) => [
    `${name}${side === null ? "" : ` (${side})`}`,
    ...[first, least, most, last].map(number),
    moment(mostAtMs),
  ]);
  const columns = ["Measure", "First", "Least", "Most", "Last", "Most at"];
  return ["## Figures", table(columns, rows)].join("\n\n");
}

function number(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Math.round(value * 100) / 100);
}

function timeline({ timeline: moments }: MigrationReport): string {
  const lines = moments.map(({ atMs, text }) => `- ${moment(atMs)} ${escapeInline(text)}`);
  return ["## Timeline", lines.join("\n")].join("\n\n");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
