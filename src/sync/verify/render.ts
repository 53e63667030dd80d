/** The report of a comparison as plain text: what it amounts to first, then what was found. No colour, no I/O. */
import type { PathRule } from "../spec.js";
import type { Finding } from "./compare.js";
import { resultOf, type VerifyReport, type VerifyResult } from "./report.js";
import { harmless } from "./shown.js";
import type { Difference } from "./walk.js";

export interface RenderNames {
  readonly a: string;
  readonly b: string;
}

/** Of each list at most as many are written out. */
const LONGEST_LIST = 100;

/** @param names of the sides, as the user wrote them */
export function renderReport(report: VerifyReport, names: RenderNames): string {
  const lines = [
    ...headline(report, names),
    ...countLines(report),
    ...differenceLines(report, names),
    ...movingLines(report),
    ...unreadableLines(report, names),
    ...absentLines(report),
  ];
  return `${lines.join("\n")}\n`;
}

function headline(report: VerifyReport, names: RenderNames): string[] {
  const { durationMs, readers, counts } = report;
  const verdict: Record<VerifyResult, string> = {
    equal: `${names.a} and ${names.b} are equal.`,
    different: `${names.a} and ${names.b} are different.`,
    unproven: `${names.a} and ${names.b} are not proven equal: ${whyUnproven(report)}.`,
  };
  const who =
    readers.a === readers.b ? readers.a : `${readers.a} for ${names.a}, ${readers.b} for ${names.b}`;
  const rate = durationMs === 0 ? counts.nodes : Math.round((counts.nodes * 1_000) / durationMs);
  return [
    harmless(verdict[resultOf(report)]),
    `Compared: ${report.rules.map(ruleText).join("; ")}`,
    `Reader: ${harmless(who)}. Took ${seconds(durationMs)} s, ${number(rate)} znodes a second.`,
    "",
  ];
}

function whyUnproven({ counts }: VerifyReport): string {
  if (counts.nodes === 0) return "there was nothing to compare";
  const unread = counts.unreadable > 0 ? `${number(counts.unreadable)} could not be read whole` : null;
  const moved = counts.moving > 0 ? `${number(counts.moving)} never stood still` : null;
  return [unread, moved].filter((part) => part !== null).join(", ");
}

function ruleText({ a, b, exclude }: PathRule): string {
  const without = exclude.length === 0 ? "" : ` without ${exclude.map(harmless).join(", ")}`;
  return `${places(a, b)}${without}`;
}

function countLines({ counts, fields }: VerifyReport): string[] {
  const rows: [string, number][] = [
    ["znodes", counts.nodes],
    ["equal", counts.equal],
    ["different", counts.differing],
    ["moving", counts.moving],
    ["unreadable", counts.unreadable],
    ["left out on purpose", counts.skipped],
  ];
  const shown = rows.filter(([what, count]) => count > 0 || what === "znodes" || what === "different");
  const width = Math.max(...shown.map(([, count]) => number(count).length));
  const lines = shown.map(([what, count]) => `  ${number(count).padStart(width)}  ${what}`);
  const byField = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1));
  if (byField.length > 0) {
    lines.push("", `By field: ${byField.map(([field, count]) => `${field} ${number(count)}`).join(", ")}`);
  }
  if (counts.shadows > 0) lines.push("", `Shadows of ephemeral znodes among them: ${number(counts.shadows)}`);
  return lines;
}

function differenceLines({ differences, fields }: VerifyReport, names: RenderNames): string[] {
  const total = Object.values(fields).reduce((sum, count) => sum + count, 0);
  if (total === 0) return [];
  const width = Math.max(names.a.length, names.b.length);
  const shown = differences.slice(0, LONGEST_LIST);
  const lines = ["", "Differences:"];
  for (const [at, difference] of shown.entries()) {
    const { path, pathB } = difference;
    if (shown[at - 1]?.path !== path) lines.push(`  ${places(path, pathB)}`);
    lines.push(...fieldLines(difference, names, width));
  }
  return [...lines, ...rest(total, shown.length)];
}

const FIELD_WORDS: Readonly<Partial<Record<Finding["field"], string>>> = {
  acl: "ACL",
  aversion: "version of the ACL",
  "next-sequence": "number of the next sequential child",
};

function fieldLines({ field, weight, a, b }: Difference, names: RenderNames, width: number): string[] {
  if (field === "missing-on-a") return [`    missing on ${harmless(names.a)}; ${harmless(names.b)}: ${b}`];
  if (field === "missing-on-b") return [`    missing on ${harmless(names.b)}; ${harmless(names.a)}: ${a}`];
  const note = weight === "informative" ? " (for information)" : "";
  const side = (name: string, value: string | null) =>
    `      ${`${harmless(name)}:`.padEnd(width + 1)} ${value}`;
  return [`    ${FIELD_WORDS[field] ?? field}${note}`, side(names.a, a), side(names.b, b)];
}

function movingLines({ moving, counts }: VerifyReport): string[] {
  if (moving.length === 0) return [];
  const shown = moving.slice(0, LONGEST_LIST);
  const lines = shown.map(({ path, pathB, fields }) => `  ${places(path, pathB)} (${fields.join(", ")})`);
  const title =
    "Differed each time they were read, but never stood still; compare again when writers are quieter:";
  return ["", title, ...lines, ...rest(Math.max(counts.moving, moving.length), shown.length)];
}

const REASONS = {
  NO_AUTH: "may not be read, nor what is below it",
  ACL_MASKED: "may be read, but its ACL is shown without digests",
} as const;

function unreadableLines({ unreadable, counts }: VerifyReport, names: RenderNames): string[] {
  if (unreadable.length === 0) return [];
  const shown = unreadable.slice(0, LONGEST_LIST);
  const lines = shown.map(
    ({ path, pathB, side, reason }) =>
      `  ${places(path, pathB)}: ${REASONS[reason]} (${harmless(names[side])})`,
  );
  const title =
    "Not compared; authenticate as superuser, or as somebody whom the ACLs name, and compare again:";
  return ["", title, ...lines, ...rest(counts.unreadable, shown.length)];
}

function absentLines({ absent }: VerifyReport): string[] {
  if (absent.length === 0) return [];
  return ["", ...absent.map(({ path, pathB }) => `Neither side has ${places(path, pathB)}.`)];
}

function rest(total: number, shown: number): string[] {
  return total > shown ? [`  … and ${number(total - shown)} more`] : [];
}

function places(a: string, b: string): string {
  return a === b ? harmless(a) : `${harmless(a)} = ${harmless(b)}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
