/**
 * The fields of a change as entries to lay out: what stands before, what after, or lines of a text's unified diff. Shared
 * by the renderings for terminals and for Markdown, so that both show the same.
 */
import { structuredPatch } from "diff";
import type { FieldChange } from "../plan/plan.js";
import { isObject, type Json } from "../value/json.js";
import { appendStep, type PathStep } from "../value/path.js";
import { formatValue, isComposite, safeText } from "./values.js";

export interface FieldEntry {
  readonly path: string;
  readonly kind: FieldChange["kind"];
  /** Empty when there is none. */
  readonly before: string;
  readonly after: string;
  readonly forces: boolean;
  /** Lines of a unified diff, each beginning with "+", "-", " " or "@"; then before and after are empty. */
  readonly patch: readonly string[];
}

const CONTEXT_LINES = 3;
/** Comparing texts of very many lines that have nothing in common takes too long; then they are shown by size. */
const MAX_EDITS = 2_000;

/** One entry for a field; objects and lists that would be longer than `room` characters part by part. */
export function fieldEntries(field: FieldChange, room: number): FieldEntry[] {
  const { before, after, kind } = field;
  const forces = field.forcesReplacement;
  const base = { path: safeText(field.path), kind, forces };
  const patch = patchOf(field);
  if (patch !== null) return [{ ...base, before: "", after: "", patch }];
  if (kind === "changed") {
    const lists = listPatch(before, after, room);
    if (lists !== null) return [{ ...base, before: "", after: "", patch: lists }];
    return [{ ...base, before: side(field, before), after: newContent(field), patch: [] }];
  }
  const value = (kind === "added" ? after : before) ?? null;
  if (field.sensitive && value === null) return [entry(field, field.path, "(sensitive)")];
  const entries: FieldEntry[] = [];
  addParts(field, field.path, value, room, entries);
  return entries;
}

/** What came or went at one place: on one line, or with the lines of a long text. */
function entry(field: FieldChange, path: string, text: string, patch: readonly string[] = []): FieldEntry {
  const { kind, forcesReplacement } = field;
  const before = kind === "removed" ? text : "";
  const after = kind === "added" ? text : "";
  return { path: safeText(path), kind, before, after, forces: forcesReplacement, patch };
}

function side(field: FieldChange, value: Json | undefined): string {
  if (value === undefined) return "(nothing)";
  return field.sensitive && value === null ? "(sensitive)" : formatValue(value);
}

/** A secret that has other content under the same name would look unchanged. */
function newContent(field: FieldChange): string {
  const before = side(field, field.before);
  const after = side(field, field.after);
  const same = before === after && field.sensitive;
  return same ? `${after.slice(0, -1)}, new content)` : after;
}

/** A value as it is when it fits, otherwise its parts, each as long as it needs to be. */
function addParts(field: FieldChange, path: string, value: Json, room: number, into: FieldEntry[]): void {
  if (!isComposite(value)) {
    const lines =
      typeof value === "string" && isLines(value) ? wholeText(field.kind === "added" ? "+" : "-", value) : [];
    into.push(entry(field, path, lines.length > 0 ? "" : formatValue(value), lines));
    return;
  }
  const whole = textWithin(value, room - path.length);
  if (whole !== null) into.push(entry(field, path, whole));
  else if (Array.isArray(value)) {
    const key = keyOf(value);
    value.forEach((item: Json, at) => {
      addParts(field, appendStep(path, itemStep(item, at, key)), withoutKey(item, key), room, into);
    });
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      addParts(field, appendStep(path, name), value[name] ?? null, room, into);
    }
  }
}

function isLines(value: Json): boolean {
  return typeof value === "string" && value.slice(0, -1).includes("\n");
}

/** The key is in the path already. */
function withoutKey(item: Json, key: string | undefined): Json {
  if (key === undefined || !isObject(item) || Object.keys(item).length === 1) return item;
  const { [key]: _inPath, ...rest } = item;
  return rest;
}

/** The value on one line, or null when that takes more than `room` characters or it holds texts of several lines. */
function textWithin(value: Json, room: number): string | null {
  // Most values are small; the bound keeps huge ones from being formatted at every level.
  if (!sizeWithin(value, room)) return null;
  const text = formatValue(value);
  return text.length <= room ? text : null;
}

function sizeWithin(value: Json, room: number): boolean {
  let left = room;
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined && left >= 0; next = open.pop()) {
    if (isLines(next)) return false;
    left -= typeof next === "string" ? next.length : 1;
    if (Array.isArray(next)) open.push(...next.slice(0, Math.max(0, left) + 1));
    else if (isObject(next)) open.push(...Object.values(next).slice(0, Math.max(0, left) + 1));
  }
  return left >= 0;
}

/** Items that all have an id or a name are called by it. */
function keyOf(list: readonly Json[]): string | undefined {
  return ["id", "name"].find((key) => {
    const values = list.map((item) => (isObject(item) ? item[key] : undefined));
    const keyed = values.every((value) => typeof value === "string" || typeof value === "number");
    return keyed && new Set(values).size === list.length;
  });
}

function itemStep(item: Json, at: number, key: string | undefined): PathStep {
  const value = key !== undefined && isObject(item) ? item[key] : undefined;
  return key !== undefined && (typeof value === "string" || typeof value === "number") ? { key, value } : at;
}

/** Lines of a unified diff when the field is a text of several lines; null for everything else. */
function patchOf(field: FieldChange): string[] | null {
  const before = field.before ?? "";
  const after = field.after ?? "";
  if (field.sensitive || typeof before !== "string" || typeof after !== "string") return null;
  if (!isLong(field, before) && !isLong(field, after)) return null;
  if (field.kind !== "changed") return wholeText(field.kind === "added" ? "+" : "-", before + after);
  const options = { context: CONTEXT_LINES, maxEditLength: MAX_EDITS } as const;
  const patch = structuredPatch("", "", before, after, undefined, undefined, options);
  if (patch === undefined) return [`- ${sizeOf(before)}`, `+ ${sizeOf(after)}`];
  return patch.hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines.map(safeText),
  ]);
}

/** A text that came or went: all of its lines, as a unified diff has them. */
function wholeText(mark: "+" | "-", text: string): string[] {
  const lines = text.split("\n");
  const ended = lines.at(-1) === "";
  const shown = (ended ? lines.slice(0, -1) : lines).map((line) => `${mark}${safeText(line)}`);
  return ended ? shown : [...shown, "\\ No newline at end of file"];
}

function isLong(field: FieldChange, text: string): boolean {
  return text.slice(0, -1).includes("\n") || (field.text === true && text.includes("\n"));
}

function sizeOf(text: string): string {
  return `(${text.split("\n").length} lines, ${text.length} characters)`;
}

/** Lists that do not fit on a line: what left and what came, item by item. */
function listPatch(before: Json | undefined, after: Json | undefined, room: number): string[] | null {
  if (!Array.isArray(before) || !Array.isArray(after)) return null;
  const left: readonly Json[] = before;
  const right: readonly Json[] = after;
  if (textWithin(left, room / 2) !== null && textWithin(right, room / 2) !== null) return null;
  const old = left.map((item) => formatValue(item)).join("\n");
  const now = right.map((item) => formatValue(item)).join("\n");
  const options = { context: 1, maxEditLength: MAX_EDITS } as const;
  const patch = structuredPatch("", "", `${old}\n`, `${now}\n`, undefined, undefined, options);
  if (patch === undefined) return [`- (${left.length} items)`, `+ (${right.length} items)`];
  return patch.hunks.flatMap((hunk) => hunk.lines.map((line) => `${line.slice(0, 1)} ${line.slice(1)}`));
}
