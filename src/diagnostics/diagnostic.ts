/**
 * What an error or a warning is. Errors are values until the edge: functions return them, the command prints them once.
 * A diagnostic never holds a secret.
 */

/** 1-based, columns in UTF-16 code units as editors count them. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

export interface SourceRange {
  /** Relative to the directory ferry was started for, with forward slashes. */
  readonly file: string;
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

export type Severity = "error" | "warning";

export interface Diagnostic {
  readonly severity: Severity;
  /** Stable, kebab-case, documented in docs/diagnostics.md. */
  readonly code: string;
  /** One line: what was tried and what is wrong. */
  readonly summary: string;
  /** What is known beyond that, and what is untouched. */
  readonly detail?: string;
  /** What to do now, in the imperative. */
  readonly remedy?: string;
  readonly source?: SourceRange;
  /** The text of the source's first line, so that printing needs no file access. */
  readonly sourceText?: string;
  /** The resource it is about. */
  readonly address?: string;
}

/** The result of something that can go wrong in several ways at once; no value when it could not be made. */
export interface Outcome<T> {
  readonly value?: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Carries diagnostics over a boundary that can only throw. */
export class DiagnosticError extends Error {
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => d.summary).join("; "));
    this.name = "DiagnosticError";
  }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === "error");
}

export function errorDiagnostic(code: string, summary: string, more: Partial<Diagnostic> = {}): Diagnostic {
  return { ...more, severity: "error", code, summary };
}

export function warningDiagnostic(code: string, summary: string, more: Partial<Diagnostic> = {}): Diagnostic {
  return { ...more, severity: "warning", code, summary };
}
