/**
 * Paths of fields inside a value: text ↔ steps, reading and writing there. Grammar: `a.b[0].c`, items of keyed lists
 * `servers[id=3].port`, keys with odd characters `a["x.y"]`. Never looks at schemas; patterns are in path-pattern.ts.
 */
import { isObject, type Json, type JsonObject } from "./json.js";

/** An item of a keyed list: the one whose field `key` has this value. */
export interface KeyedStep {
  readonly key: string;
  readonly value: string | number;
}

/** A key of an object, a position in a list, or an item of a keyed list. */
export type PathStep = string | number | KeyedStep;

/** From the outside in; empty for the whole value. */
export type FieldPath = readonly PathStep[];

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;
const PLAIN_TEXT = /^[A-Za-z_/][\w./:@+-]*$/;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const STEP =
  /\.?([A-Za-z_$][\w$-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\[([A-Za-z_$][\w$-]*)=("(?:[^"\\]|\\.)*"|[^\]"\s]+)\]/y;

/** The text of a path; parsePath gives the same path back. The empty text is the whole value. */
export function formatPath(path: FieldPath): string {
  let text = "";
  for (const step of path) text = appendStep(text, step);
  return text;
}

/** `text` with one more step: what formatPath gives for the longer path. */
export function appendStep(text: string, step: PathStep): string {
  if (typeof step === "number") return `${text}[${step}]`;
  if (typeof step !== "string") return `${text}[${step.key}=${keyText(step.value)}]`;
  if (!PLAIN_KEY.test(step)) return `${text}[${JSON.stringify(step)}]`;
  return text === "" ? step : `${text}.${step}`;
}

function keyText(value: string | number): string {
  if (typeof value === "number") return JSON.stringify(value);
  return PLAIN_TEXT.test(value) ? value : JSON.stringify(value);
}

function keyValue(text: string): string | number | undefined {
  if (text.startsWith('"')) return quotedText(text);
  if (!NUMBER.test(text)) return text;
  // "1.0" is not how a number is written by formatPath: taken as the text that the user wrote.
  const number = Number(text);
  return JSON.stringify(number) === text ? number : text;
}

function quotedText(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function stepOf(match: RegExpExecArray): PathStep | undefined {
  const [, word, index, quoted, key, value] = match;
  if (word !== undefined) return word;
  if (index !== undefined) return Number(index);
  if (quoted !== undefined) return quotedText(quoted);
  const wanted = keyValue(value ?? "");
  return key === undefined || wanted === undefined ? undefined : { key, value: wanted };
}

/** One step at `offset`: the step and where the next one begins; undefined when there is none. */
export function readStep(text: string, offset: number): { step: PathStep; next: number } | undefined {
  const first = text[offset];
  if (offset === 0 ? first === "." : first !== "." && first !== "[") return undefined;
  STEP.lastIndex = offset;
  const match = STEP.exec(text);
  const step = match === null ? undefined : stepOf(match);
  return step === undefined ? undefined : { step, next: STEP.lastIndex };
}

/** Undefined when the text is no path. */
export function parsePath(text: string): FieldPath | undefined {
  const steps: PathStep[] = [];
  let offset = 0;
  while (offset < text.length) {
    const read = readStep(text, offset);
    if (read === undefined) return undefined;
    steps.push(read.step);
    offset = read.next;
  }
  return steps;
}

/** Keys compare as text, so that `[id=3]` finds the item whether its id is a number or a string. */
function isItem(item: Json, step: KeyedStep): boolean {
  if (!isObject(item)) return false;
  const value = item[step.key];
  return (typeof value === "string" || typeof value === "number") && String(value) === String(step.value);
}

/** The value one step further in; undefined when there is none. */
export function childAt(value: Json, step: PathStep): Json | undefined {
  if (typeof step === "string") {
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const items: readonly Json[] = value;
  return typeof step === "number" ? items[step] : items.find((item) => isItem(item, step));
}

/** The value at a path; undefined when there is none. */
export function valueAt(value: Json, path: FieldPath): Json | undefined {
  let current: Json | undefined = value;
  for (const step of path) {
    if (current === undefined) return undefined;
    current = childAt(current, step);
  }
  return current;
}

/**
 * A copy with `next` at the path, or without that field when `next` is undefined. Missing objects on the way are made;
 * a step into something of another shape replaces it. Items of a keyed list that are not there go to its end.
 */
export function withValueAt(value: Json, path: FieldPath, next: Json | undefined): Json {
  return replaced(value, path, 0, next) ?? null;
}

function replaced(
  value: Json | undefined,
  path: FieldPath,
  at: number,
  next: Json | undefined,
): Json | undefined {
  const step = path[at];
  if (step === undefined) return next;
  if (next === undefined && (value === undefined || childAt(value, step) === undefined)) return value;
  return typeof step === "string"
    ? replacedKey(isObject(value) ? value : {}, step, path, at, next)
    : replacedItem(Array.isArray(value) ? value : [], step, path, at, next);
}

function replacedKey(
  object: JsonObject,
  key: string,
  path: FieldPath,
  at: number,
  next: Json | undefined,
): JsonObject {
  const child = replaced(Object.hasOwn(object, key) ? object[key] : undefined, path, at + 1, next);
  const entries = Object.entries(object);
  if (child === undefined) return Object.fromEntries(entries.filter(([name]) => name !== key));
  if (Object.hasOwn(object, key)) {
    return Object.fromEntries(entries.map(([name, old]) => [name, name === key ? child : old]));
  }
  return Object.fromEntries([...entries, [key, child]]);
}

function replacedItem(
  items: readonly Json[],
  step: number | KeyedStep,
  path: FieldPath,
  at: number,
  next: Json | undefined,
): readonly Json[] {
  const found = typeof step === "number" ? step : items.findIndex((item) => isItem(item, step));
  const position = found < 0 ? items.length : Math.min(found, items.length);
  const empty = typeof step === "number" ? undefined : { [step.key]: step.value };
  const child = replaced(items[position] ?? empty, path, at + 1, next);
  const before = items.slice(0, position);
  const after = items.slice(position + 1);
  return child === undefined ? [...before, ...after] : [...before, child, ...after];
}
