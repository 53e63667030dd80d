/**
 * The plan of a migration for a pull request: the six stages at a glance, the details one click away, never longer than a comment may be.
 * What does not fit is counted, not dropped silently. Pure.
 */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Action } from "../../migration/model/action.js";
import type { Criterion, MigrationPlan, StagePlan } from "../../migration/model/plan.js";
import { criterionText, numberOf, quorumText, watchText } from "../../migration/plan/stage-lines.js";
import { MARKDOWN_LIMIT } from "../markdown.js";
import { escapeInline, inlineCode } from "../markdown-text.js";
import { counted } from "../words.js";
import { errorsOf, migrationSummary } from "./plan-text.js";

/** Left for the line that says what does not fit. */
const ENDING = 500;
/** Of one list: enough for every platform that people read line by line. */
const LONGEST_LIST = 60;

/** At most MARKDOWN_LIMIT characters; ends with a line end. */
export function renderMigrationMarkdown(plan: MigrationPlan): string {
  const blocks = [
    `### Migration ${escapeInline(plan.migration)}: ${escapeInline(migrationSummary(plan).replace(/^Plan: /, ""))}\n`,
    verdict(plan),
    ...plan.diagnostics.map(problem),
    table(plan),
    ...plan.stages.map(details),
  ].filter((block) => block !== "");
  let text = "";
  for (const [at, block] of blocks.entries()) {
    if (text.length + block.length > MARKDOWN_LIMIT - ENDING)
      return `${text}\n> **Cut to ${MARKDOWN_LIMIT} characters.** Not shown: ${counted(blocks.length - at, "part")}; \`ferry migrate plan\` shows it all.\n`;
    text += `${text === "" ? "" : "\n"}${block}`;
  }
  return text;
}

function verdict(plan: MigrationPlan): string {
  const errors = errorsOf(plan.diagnostics);
  const digest = `Digest ${inlineCode(plan.digest)}\n`;
  return errors === 0 ? digest : `**It cannot be started: ${counted(errors, "error")}.**\n\n${digest}`;
}

function problem({ severity, summary, detail, remedy }: Diagnostic): string {
  const lines = [`- **${severity}** ${escapeInline(summary)}`];
  if (detail !== undefined) lines.push(`  ${escapeInline(detail)}`);
  if (remedy !== undefined) lines.push(`  *${escapeInline(remedy)}*`);
  return `${lines.join("\n")}\n`;
}

function table({ stages }: MigrationPlan): string {
  const rows = stages.map((stage) => {
    const hands = stage.actions.filter(({ byHand }) => byHand.length > 0).length;
    const actions = `${stage.actions.length}${hands === 0 ? "" : ` (${hands} by hand)`}`;
    const costs = stage.costs.length === 0 ? "" : String(stage.costs.length);
    return `| ${stage.number} | ${escapeInline(stage.title)} | ${actions} | ${stage.needsApproval ? "yes" : ""} | ${costs} | ${stage.wayBack.length} |\n`;
  });
  return `| | Stage | Actions | Approval | Costs | Way back |\n|---|---|---|---|---|---|\n${rows.join("")}`;
}

function details(stage: StagePlan): string {
  const body = [
    list("Before it", stage.prerequisites.map(criterionLine)),
    list("Actions", stage.actions.map(actionLine)),
    masters(stage),
    list("While it runs", stage.watch.map(watchLine)),
    list("Done when", stage.criteria.map(criterionLine)),
    list("What it costs", stage.costs.map(escapeInline)),
    list("Not checked", stage.unchecked.map(escapeInline)),
    list("Way back", stage.wayBack.map(actionLine)),
  ];
  const title = `<details><summary>Stage ${stage.number}: ${escapeInline(stage.title)}</summary>\n`;
  return [title, ...body.filter((part) => part !== ""), "</details>\n"].join("\n");
}

function list(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const left = lines.length - LONGEST_LIST;
  const shown = lines.slice(0, LONGEST_LIST).map((line) => `- ${line}\n`);
  return `**${title}**\n\n${shown.join("")}${left > 0 ? `- … and ${left} more\n` : ""}`;
}

function criterionLine(criterion: Criterion): string {
  return escapeInline(criterionText(criterion));
}

function watchLine(criterion: Criterion): string {
  return escapeInline(watchText(criterion));
}

function actionLine(action: Action): string {
  const hands = action.byHand.length === 0 ? "" : ` **By hand: ${escapeInline(action.byHand.join(", "))}.**`;
  return `${inlineCode(numberOf(action))} ${escapeInline(action.text)}${hands}`;
}

function masters({ quorum }: StagePlan): string {
  if (quorum.length < 2) return "";
  const rows = quorum.map(
    (state, at) =>
      `| ${at === 0 ? "before" : `after ${at}`} | ${escapeInline(state.members.join(", "))} | ${escapeInline(quorumText(state))} |\n`,
  );
  return `**Masters**\n\n| | Vote | |\n|---|---|---|\n${rows.join("")}`;
}
