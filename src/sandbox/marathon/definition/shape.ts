/**
 * Descriptions of what a request's JSON must look like, and the check against them with the words that Marathon's parser has
 * for what is wrong. Unknown fields and nulls are dropped; defaults are not filled in here.
 */
import { isObject, type Json, type JsonObject } from "../../../value/json.js";
import { type Fault, invalidJson } from "./refusal.js";

/** The value as far as it is known, or undefined when it is wrong; what is wrong is added to `faults`. */
export type Shape = (value: Json, path: string, faults: Fault[]) => Json | undefined;

interface Required {
  readonly required: Shape;
}

export type RecordFields = { readonly [name: string]: Shape | Required };

export function required(shape: Shape): Required {
  return { required: shape };
}

export function text(limits: { readonly minLength?: number; readonly pattern?: RegExp } = {}): Shape {
  return (value, path, faults) => {
    if (typeof value !== "string") return wrong(faults, path, "error.expected.jsstring");
    if (value.length < (limits.minLength ?? 0)) return wrong(faults, path, "error.minLength");
    if (limits.pattern !== undefined && !limits.pattern.test(value))
      return wrong(faults, path, "error.pattern");
    return value;
  };
}

export function numeric(
  limits: { readonly min?: number; readonly max?: number; readonly whole?: true } = {},
): Shape {
  return (value, path, faults) => {
    if (typeof value !== "number") return wrong(faults, path, "error.expected.jsnumber");
    if (limits.whole === true && !Number.isInteger(value)) return wrong(faults, path, "error.expected.int");
    if (limits.min !== undefined && value < limits.min) return wrong(faults, path, "error.min");
    if (limits.max !== undefined && value > limits.max) return wrong(faults, path, "error.max");
    return value;
  };
}

export function whole(min = 0, max = Number.MAX_SAFE_INTEGER): Shape {
  return numeric({ whole: true, min, max });
}

export const flag: Shape = (value, path, faults) =>
  typeof value === "boolean" ? value : wrong(faults, path, "error.expected.jsboolean");

/** One of the words, in any case; given on in the spelling of `words`. */
export function oneOf(...words: readonly string[]): Shape {
  return (value, path, faults) => {
    const given = typeof value === "string" ? value.toLowerCase() : null;
    const word = words.find((candidate) => candidate.toLowerCase() === given);
    return word ?? wrong(faults, path, "error.unknown.enum.literal");
  };
}

export function listOf(item: Shape, limits: { readonly max?: number } = {}): Shape {
  return (value, path, faults) => {
    if (!Array.isArray(value)) return wrong(faults, path, "error.expected.jsarray");
    const items = value as readonly Json[];
    if (items.length > (limits.max ?? Number.POSITIVE_INFINITY))
      return wrong(faults, path, "error.maxLength");
    return items.flatMap((one, at) => {
      const read = item(one, `${path}(${at})`, faults);
      return read === undefined ? [] : [read];
    });
  };
}

export function mapOf(item: Shape): Shape {
  return (value, path, faults) => {
    if (!isObject(value)) return wrong(faults, path, "error.expected.jsobject");
    const read: [string, Json][] = [];
    for (const [name, one] of Object.entries(value)) {
      const known = item(one, `${path}/${name}`, faults);
      if (known !== undefined) read.push([name, known]);
    }
    return Object.fromEntries(read);
  };
}

export function record(fields: RecordFields): Shape {
  return (value, path, faults) => {
    if (!isObject(value)) return wrong(faults, path === "" ? "/" : path, "error.expected.jsobject");
    const read: [string, Json][] = [];
    for (const [name, field] of Object.entries(fields)) {
      const [shape, needed] = typeof field === "function" ? [field, false] : [field.required, true];
      const given = value[name];
      if (given === undefined || given === null) {
        if (needed) wrong(faults, `${path}/${name}`, "error.path.missing");
        continue;
      }
      const known = shape(given, `${path}/${name}`, faults);
      if (known !== undefined) read.push([name, known]);
    }
    return Object.fromEntries(read);
  };
}

/** The first shape that fits; the last one's words when none does. */
export function either(first: Shape, second: Shape): Shape {
  return (value, path, faults) => {
    const quiet: Fault[] = [];
    const read = first(value, path, quiet);
    return quiet.length === 0 ? read : second(value, path, faults);
  };
}

/** Refers to a shape that is defined later, or to itself. */
export function lazily(shape: () => Shape): Shape {
  return (value, path, faults) => shape()(value, path, faults);
}

/** Throws a Refusal (422, Invalid JSON) that lists all that is wrong. */
export function readRecord(shape: Shape, value: Json): JsonObject {
  const faults: Fault[] = [];
  const read = shape(value, "", faults);
  if (faults.length > 0) throw invalidJson(faults);
  return isObject(read) ? read : {};
}

function wrong(faults: Fault[], path: string, error: string): undefined {
  faults.push({ path: path === "" ? "/" : path, error });
  return undefined;
}
