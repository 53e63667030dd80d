/**
 * A value with the places in it that must be masked: what variables, inputs and outputs are bound to. Plain data.
 */
import type { ValuePath } from "../../schema/validators.js";
import { isExpression } from "../../value/expression.js";
import { isObject, type Json } from "../../value/json.js";
import type { Step } from "./template.js";

/** Paths of files below `path` are relative to this folder, because that is where they were written. */
export interface FolderOf {
  readonly path: ValuePath;
  /** Absolute. */
  readonly folder: string;
}

export interface Binding {
  readonly value: Json;
  /** Paths below which everything is sensitive; the empty path is the whole value. */
  readonly sensitive: readonly ValuePath[];
  /** Where parts come from that were handed into a module; the last one that fits holds. Absent: from here. */
  readonly folders?: readonly FolderOf[];
}

/** The same below a longer path. */
export function movedFolders(folders: readonly FolderOf[] | undefined, path: ValuePath): FolderOf[] {
  return (folders ?? []).map((entry) => ({ ...entry, path: [...path, ...entry.path] }));
}

/** The folder in which the value at `path` was written; undefined when it is the document's own. */
export function folderAt(folders: readonly FolderOf[], path: ValuePath): string | undefined {
  return folders.findLast((entry) => entry.path.every((step, at) => path[at] === step))?.folder;
}

/** Stands for a value that could not be made and was reported: accepted everywhere, so that nothing is reported twice. */
export const BROKEN: Json = { $expression: [] };

export const BROKEN_BINDING: Binding = { value: BROKEN, sensitive: [] };

export function isBroken(value: Json): boolean {
  return isExpression(value) && value.$expression.length === 0;
}

export function plain(value: Json): Binding {
  return { value, sensitive: [] };
}

export function wholeSensitive(value: Json): Binding {
  return { value, sensitive: [[]] };
}

/** The key or position that a step leads to in a value; undefined when there is none. */
export function resolveStep(value: Json, step: Step): string | number | undefined {
  if (typeof step === "object") {
    if (!Array.isArray(value)) return undefined;
    const at = value.findIndex((item: Json) => isObject(item) && String(item[step.field]) === step.equals);
    return at < 0 ? undefined : at;
  }
  if (Array.isArray(value)) {
    const at = typeof step === "number" ? step : Number(step);
    return Number.isInteger(at) && at >= 0 && at < value.length ? at : undefined;
  }
  return isObject(value) && Object.hasOwn(value, String(step)) ? String(step) : undefined;
}

/** The part of a binding that a step leads to; undefined when it does not exist. */
export function stepInto(binding: Binding, step: Step): Binding | undefined {
  const at = resolveStep(binding.value, step);
  if (at === undefined) return undefined;
  const value = Array.isArray(binding.value)
    ? binding.value[Number(at)]
    : isObject(binding.value)
      ? binding.value[String(at)]
      : undefined;
  if (value === undefined) return undefined;
  const sensitive = binding.sensitive.flatMap((path) =>
    path.length === 0 ? [path] : path[0] === at ? [path.slice(1)] : [],
  );
  const folders = (binding.folders ?? []).flatMap((entry) =>
    entry.path.length === 0 ? [entry] : entry.path[0] === at ? [{ ...entry, path: entry.path.slice(1) }] : [],
  );
  return { value, sensitive, folders };
}

export type ValueType = "string" | "number" | "boolean" | "list" | "map";

export function isOfType(value: Json, type: ValueType): boolean {
  if (isExpression(value)) return true;
  if (type === "list") return Array.isArray(value);
  if (type === "map") return isObject(value);
  return typeof value === type;
}

export function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return isObject(value) ? "map" : typeof value;
}
