/** Durations as people write them on a command line: `30s`, `2m`, `1h`, `500ms`, `0`. Computes only. */
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds; throws DiagnosticError naming `option`. */
export function parseDuration(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : UNITS[match[2]];
  if (match?.[1] !== undefined && (unit !== undefined || Number(match[1]) === 0)) {
    return Number(match[1]) * (unit ?? 1);
  }
  throw new DiagnosticError([
    errorDiagnostic("usage-duration", `${option}: "${text}" is no duration`, {
      remedy: `Write a number and a unit: ${option}=30s, ${option}=2m, or 0 to not wait.`,
    }),
  ]);
}

/** `0.4 s`, `12 s`, `3 min 5 s`. */
export function describeDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
