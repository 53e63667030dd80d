/**
 * Diagnostics as text for people and as JSON for programs. Knows no terminal: colours are functions that are passed in,
 * source lines come with the diagnostics.
 */
import type { Diagnostic, SourceRange } from "./diagnostic.js";

type Paint = (text: string) => string;

/** How parts of a diagnostic are coloured. */
export interface Palette {
  readonly error: Paint;
  readonly warning: Paint;
  readonly strong: Paint;
  readonly dim: Paint;
  readonly remedy: Paint;
}

const asIs: Paint = (text) => text;

/** No colour at all. */
export const PLAIN_PALETTE: Palette = { error: asIs, warning: asIs, strong: asIs, dim: asIs, remedy: asIs };

/** Longer source lines are cut around the marked place. */
const LINE_WIDTH = 110;

/** `file:line:column` of the beginning. */
export function placeOf(source: SourceRange): string {
  return `${source.file}:${source.start.line}:${source.start.column}`;
}

/** The source line and the marker below it, cut to LINE_WIDTH around the marked place. */
export function excerpt(source: SourceRange, text: string): { line: string; marker: string } {
  const first = source.start.column - 1;
  const last = source.end.line === source.start.line ? source.end.column - 1 : text.trimEnd().length;
  const from = text.length <= LINE_WIDTH || first < LINE_WIDTH - 30 ? 0 : first - 30;
  const to = Math.min(text.length, from + LINE_WIDTH);
  const line = `${from > 0 ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
  const shift = from > 0 ? 1 - from : 0;
  const width = Math.max(1, Math.min(last, to) - first);
  // Tabs keep their width, so that the marker stands below what it marks.
  const lead = line
    .slice(0, first + shift)
    .replace(/[^\t]/g, " ")
    .padEnd(first + shift);
  return { line, marker: `${lead}${"^".repeat(width)}` };
}

function indented(text: string, prefix: string): string {
  return text.split("\n").join(`\n${prefix}`);
}

/** One diagnostic, several lines, without an empty line at the end. */
export function renderDiagnostic(diagnostic: Diagnostic, palette: Palette = PLAIN_PALETTE): string {
  const paint = diagnostic.severity === "error" ? palette.error : palette.warning;
  const head = `${paint(`${diagnostic.severity}[${diagnostic.code}]`)}${palette.strong(`: ${diagnostic.summary}`)}`;
  const lines = [head];
  const { source, sourceText } = diagnostic;
  const gutter = " ".repeat(source === undefined ? 1 : String(source.start.line).length);
  if (source !== undefined) {
    lines.push(`${gutter}${palette.dim("-->")} ${placeOf(source)}`);
    if (sourceText !== undefined) {
      const { line, marker } = excerpt(source, sourceText);
      lines.push(`${gutter} ${palette.dim("|")}`);
      lines.push(`${palette.dim(`${source.start.line} |`)} ${line}`);
      lines.push(`${gutter} ${palette.dim("|")} ${paint(marker)}`);
    }
  }
  if (diagnostic.detail !== undefined) {
    lines.push(`${gutter} ${palette.dim("=")} ${indented(diagnostic.detail, `${gutter}   `)}`);
  }
  if (diagnostic.remedy !== undefined) {
    lines.push(
      `${gutter} ${palette.dim("=")} ${palette.remedy("help:")} ${indented(diagnostic.remedy, `${gutter}         `)}`,
    );
  }
  return lines.join("\n");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2 errors, 1 warning`, or the empty string when there is nothing. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === "error").length;
  const warnings = diagnostics.length - errors;
  return [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""]
    .filter((part) => part !== "")
    .join(", ");
}

/** All diagnostics with an empty line between them, and a line with their number; empty when there are none. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  palette: Palette = PLAIN_PALETTE,
): string {
  if (diagnostics.length === 0) return "";
  const blocks = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, palette));
  return `${blocks.join("\n\n")}\n\n${countDiagnostics(diagnostics)}\n`;
}

/** Version of the JSON form; rises when a reader would break. */
export const DIAGNOSTICS_FORMAT_VERSION = 1;

/** `{formatVersion, errors, warnings, diagnostics}`, indented. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((d) => d.severity === "error").length;
  const body = {
    formatVersion: DIAGNOSTICS_FORMAT_VERSION,
    errors,
    warnings: diagnostics.length - errors,
    diagnostics,
  };
  return `${JSON.stringify(body, null, 2)}\n`;
}

function comparePlaces(a: SourceRange | undefined, b: SourceRange | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.start.line - b.start.line || a.start.column - b.start.column;
}

/** In the order of files and lines, without repetitions (a module that is used twice has its faults once). */
export function orderDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics
    .filter((d) => {
      const key = `${d.code}\n${d.summary}\n${d.source === undefined ? (d.address ?? "") : placeOf(d.source)}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .sort((a, b) => comparePlaces(a.source, b.source) || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
}
