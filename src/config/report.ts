/**
 * Collects what is wrong with a configuration while it is read, each with its place. Prints nothing and stops nothing: all
 * errors are found in one go.
 */
import {
  type Diagnostic,
  errorDiagnostic,
  type Severity,
  warningDiagnostic,
} from "../diagnostics/diagnostic.js";
import { orderDiagnostics } from "../diagnostics/render.js";
import { type Place, type PlacedText, placedText, type SourceFile, textAt } from "./sources.js";
import type { TextSpan } from "./yaml/parse.js";

export interface Explanation {
  readonly detail?: string | undefined;
  readonly remedy?: string | undefined;
  readonly address?: string | undefined;
  /** The marked text may be a secret: it is shown as stars. */
  readonly masked?: boolean;
}

/** Where: in a document, in a file, or nowhere in particular (a command-line option). */
export type Where = Place | { readonly file: SourceFile; readonly span: TextSpan } | null;

function masked(placed: PlacedText): PlacedText {
  const { start, file } = placed.source;
  const source = { file, start, end: { line: start.line, column: start.column + 3 } };
  return { source, sourceText: `${placed.sourceText.slice(0, start.column - 1)}***` };
}

export class Report {
  private readonly found: Diagnostic[] = [];
  /** Some file could not be read or understood: what others refer to may be in it. */
  incomplete = false;
  /** Names of documents that were left out because of their kind or version: references to them are not reported. */
  readonly doubtful = new Set<string>();
  /** The project file declares variables that are not known here. */
  projectUnusable = false;

  error(code: string, where: Where, summary: string, explanation: Explanation = {}): void {
    this.add("error", code, where, summary, explanation);
  }

  warning(code: string, where: Where, summary: string, explanation: Explanation = {}): void {
    this.add("warning", code, where, summary, explanation);
  }

  private add(
    severity: Severity,
    code: string,
    where: Where,
    summary: string,
    explanation: Explanation,
  ): void {
    const placed =
      where === null ? undefined : "document" in where ? placedText(where) : textAt(where.file, where.span);
    const shown = placed !== undefined && explanation.masked === true ? masked(placed) : placed;
    const more: Partial<Diagnostic> = {
      ...(explanation.detail === undefined ? {} : { detail: explanation.detail }),
      ...(explanation.remedy === undefined ? {} : { remedy: explanation.remedy }),
      ...(explanation.address === undefined ? {} : { address: explanation.address }),
      ...(shown === undefined ? {} : { source: shown.source, sourceText: shown.sourceText }),
    };
    this.found.push(
      severity === "error" ? errorDiagnostic(code, summary, more) : warningDiagnostic(code, summary, more),
    );
  }

  /** `file:line:column` of a place, for details that name a second one. */
  static nameOf(place: Place): string {
    const { source } = placedText(place);
    return `${source.file}:${source.start.line}:${source.start.column}`;
  }

  /** In reading order, without repetitions. What follows only from an unreadable file is left out. */
  diagnostics(): Diagnostic[] {
    const doubtful = new Set([
      ...(this.incomplete ? ["unknown-reference", "overlay-without-target"] : []),
      ...(this.projectUnusable ? ["unknown-variable"] : []),
    ]);
    return orderDiagnostics(this.found.filter((d) => !doubtful.has(d.code)));
  }

  get hasErrors(): boolean {
    return this.found.some((d) => d.severity === "error");
  }
}
