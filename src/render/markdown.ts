/**
 * A plan for a pull request: what happens at a glance, the details one click away, never longer than a comment may be. What
 * does not fit is counted, not dropped silently.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { DriftEntry, FieldChange, Plan, PlannedChange } from "../plan/plan.js";
import { type FieldEntry, fieldEntries } from "./field-lines.js";
import { escapeInline, fenced, inlineCode } from "./markdown-text.js";
import { safeText } from "./values.js";
import { circumstances, counted, isShown, summaryText, symbolOf, verbOf, whyOf } from "./words.js";

/** GitHub refuses comments above 65,536 characters; the rest is left to what wraps the plan. */
export const MARKDOWN_LIMIT = 60_000;

/** Shares of the whole. What one does not need, the details of the changes may use. */
const SHARES = { problems: 8_000, table: 18_000, drift: 8_000, oneDetail: 12_000, ending: 700 } as const;
const LINE_LIMIT = 500;
const ROOM = 90;

/** At most MARKDOWN_LIMIT characters; ends with a line end. */
export function renderMarkdown(plan: Plan): string {
  const shown = plan.changes.filter(isShown);
  const head = headOf(plan);
  const problems = cut(plan.diagnostics.map(problem), SHARES.problems);
  const drift = cut(driftBlocks(plan.drift), SHARES.drift);
  const rows = cut(shown.map(tableRow), SHARES.table);
  const used = [head, problems.text, drift.text, rows.text].reduce((sum, text) => sum + text.length, 0);
  const details = cut(
    shown.map((change) => () => changeDetail(change)),
    MARKDOWN_LIMIT - SHARES.ending - used,
  );
  const parts = [
    head,
    problems.text,
    drift.text,
    rows.text === "" ? "" : `| | Resource | Action | Why |\n|---|---|---|---|\n${rows.text}`,
    details.text,
    ending([
      [problems.left, "message"],
      [drift.left, "drifted resource"],
      [rows.left, "row", "of the table"],
      [details.left, "resource", "in detail"],
    ]),
  ];
  return `${parts.filter((part) => part !== "").join("\n")}`;
}

function headOf(plan: Plan): string {
  const title =
    plan.mode === "destroy"
      ? "Ferry destroy plan"
      : plan.mode === "refresh-only"
        ? "Ferry drift"
        : "Ferry plan";
  const errors = plan.diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const lines = [`### ${title}: ${escapeInline(summaryText(plan))}`, ""];
  if (errors > 0) lines.push(`**It cannot be applied: ${counted(errors, "error")}.**`, "");
  const facts = circumstances(plan).map(([name, value]) => `${name} ${inlineCode(short(value, 300))}`);
  if (facts.length > 0) lines.push(facts.join(" · "), "");
  return lines.join("\n");
}

interface Cut {
  readonly text: string;
  /** Blocks that did not fit. */
  readonly left: number;
}

type Block = string | (() => string);

/** As many blocks from the beginning as fit into `room` characters. */
function cut(blocks: readonly Block[], room: number): Cut {
  let text = "";
  for (const [at, block] of blocks.entries()) {
    const next = typeof block === "string" ? block : block();
    if (text.length + next.length > room) return { text, left: blocks.length - at };
    text += next;
  }
  return { text, left: 0 };
}

function ending(parts: readonly (readonly [number, string, string?])[]): string {
  const left = parts.filter(([count]) => count > 0);
  if (left.length === 0) return "";
  const what = left.map(
    ([count, noun, where]) => `${counted(count, noun)}${where === undefined ? "" : ` ${where}`}`,
  );
  return `> **Cut to ${MARKDOWN_LIMIT} characters.** Not shown: ${what.join(", ")}. The numbers in the title count everything; \`ferry plan\` shows it all.\n`;
}

function short(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}

function problem(diagnostic: Diagnostic): string {
  const place =
    diagnostic.source === undefined ? "" : ` (${diagnostic.source.file}:${diagnostic.source.start.line})`;
  const lines = [
    `- **${diagnostic.severity}** ${escapeInline(short(`${diagnostic.summary}${place}`, 1_000))}`,
  ];
  if (diagnostic.detail !== undefined) lines.push(`  ${escapeInline(short(diagnostic.detail, 1_000))}`);
  if (diagnostic.remedy !== undefined) lines.push(`  *${escapeInline(short(diagnostic.remedy, 1_000))}*`);
  return `${lines.join("\n")}\n`;
}

function tableRow(change: PlannedChange): string {
  const why = escapeInline(short(whyOf(change), 160));
  return `| ${inlineCode(symbolOf(change))} | ${inlineCode(short(change.address, 200))} | ${verbOf(change)} | ${why} |\n`;
}

function changeDetail(change: PlannedChange): string {
  const lines = change.action === "delete" ? [] : fieldLines(change.fields);
  const notes = [
    ...(change.waitsFor.length === 0 ? [] : [`waits for ${listed(change.waitsFor)}`]),
    ...change.steps.map((step, at) => `${at + 1}. ${step}`),
  ];
  if (lines.length === 0 && notes.length === 0) return "";
  const title = `${inlineCode(symbolOf(change))} ${inlineCode(short(change.address, 200))} ${verbOf(change)}`;
  return collapsible(title, [
    ...(lines.length === 0 ? [] : fenced(limited(lines), "diff")),
    ...(notes.length === 0 ? [] : fenced(limited(notes.map(oneLine)), "text")),
  ]);
}

/** Titles go with the first block below them, so that blocks can be counted. */
function driftBlocks(drift: readonly DriftEntry[]): string[] {
  const titled = (title: string, entries: readonly DriftEntry[]): string[] =>
    entries.map((entry, at) => `${at === 0 ? `**${title}**\n\n` : ""}${driftDetail(entry)}`);
  return [
    ...titled(
      "Changed outside ferry since it was last seen",
      drift.filter((entry) => entry.status !== "unreadable"),
    ),
    ...titled(
      "Could not be read",
      drift.filter((entry) => entry.status === "unreadable"),
    ),
  ];
}

function driftDetail(entry: DriftEntry): string {
  const title = `${inlineCode(short(entry.address, 200))} ${escapeInline(short(entry.message, 200))}`;
  const lines = fieldLines(entry.fields);
  return lines.length === 0 ? `- ${title}\n\n` : collapsible(title, fenced(limited(lines), "diff"));
}

function collapsible(title: string, lines: readonly string[]): string {
  return ["<details><summary>", title, "</summary>", "", ...lines, "", "</details>", "", ""].join("\n");
}

function fieldLines(fields: readonly FieldChange[]): string[] {
  return fields.flatMap((field) => fieldEntries(field, ROOM)).flatMap(entryLines);
}

function entryLines(entry: FieldEntry): string[] {
  const { path, kind, before, after, patch } = entry;
  const forces = entry.forces ? "  (forces replacement)" : "";
  if (patch.length > 0) return [`  ${path}:${forces}`, ...patch.map((line) => oneLine(line))];
  if (kind === "added") return [oneLine(`+ ${path}: ${after}${forces}`)];
  if (kind === "removed") return [oneLine(`- ${path}: ${before}${forces}`)];
  return [oneLine(`- ${path}: ${before}`), oneLine(`+ ${path}: ${after}${forces}`)];
}

function oneLine(text: string): string {
  const safe = safeText(text);
  return safe.length <= LINE_LIMIT ? safe : `${safe.slice(0, LINE_LIMIT)}… (${safe.length} characters)`;
}

/** One resource must not take the place of all others. */
function limited(lines: readonly string[]): string[] {
  let length = 0;
  for (const [at, line] of lines.entries()) {
    length += line.length + 1;
    if (length > SHARES.oneDetail)
      return [...lines.slice(0, at), `  … ${counted(lines.length - at, "more line")}`];
  }
  return [...lines];
}

const LISTED = 12;

function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return `${names.slice(0, LISTED).join(", ")}${more}`;
}
