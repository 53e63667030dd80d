/** One measured value against one criterion, and both in words. Pure; what is not known, or of another type, is never good. */
import type { MeasuredValue, Measurement } from "../model/observation.js";
import type { Comparison, Criterion } from "../model/plan.js";

export function isGood({ comparison }: Criterion, { result }: Measurement): boolean {
  return result.kind === "known" && satisfies(result.value, comparison);
}

function satisfies(value: MeasuredValue, comparison: Comparison): boolean {
  switch (comparison.kind) {
    case "at-most":
      return typeof value === "number" && value <= comparison.limit;
    case "at-least":
      return typeof value === "number" && value >= comparison.limit;
    case "equals":
      return value === comparison.value;
  }
}

/** `at most 100 ms`, `at least 3`, `yes` */
export function limitText({ comparison, unit }: Criterion): string {
  switch (comparison.kind) {
    case "at-most":
      return `at most ${withUnit(comparison.limit, unit)}`;
    case "at-least":
      return `at least ${withUnit(comparison.limit, unit)}`;
    case "equals":
      return withUnit(comparison.value, unit);
  }
}

/** More names than that are only counted. */
const NAMES_SHOWN = 5;

/** `340 ms`, `2 tasks (web.1, web.2)`, `no`, or why it is not known. */
export function measuredText({ unit }: Criterion, { result }: Measurement): string {
  if (result.kind === "unknown") return `unknown: ${result.reason}`;
  const names = result.names.slice(0, NAMES_SHOWN);
  const more = result.names.length - names.length;
  const listed = more > 0 ? [...names, `${more} more`] : names;
  const behind = listed.length === 0 ? "" : ` (${listed.join(", ")})`;
  return `${withUnit(result.value, unit)}${behind}`;
}

function withUnit(value: MeasuredValue, unit: string): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  const number = Number.isFinite(value)
    ? value.toLocaleString("en-US", { maximumFractionDigits: 1 })
    : String(value);
  if (unit === "") return number;
  return `${number} ${value === 1 && unit.length > 2 ? unit.replace(/s$/, "") : unit}`;
}

/** Milliseconds as `0 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, never more than it was. */
export function spanText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
