/**
 * Puts values in the place of `${...}`. What is known now (variables, inputs, outputs of modules) is put in; what refers
 * to another resource becomes an Expression with an absolute address. Never evaluates what a value brought in.
 */
import { didYouMean } from "../../diagnostics/suggestion.js";
import type { ValuePath } from "../../schema/validators.js";
import { type Expression, isExpression, type ResourceReference } from "../../value/expression.js";
import { isObject, type Json } from "../../value/json.js";
import type { Report } from "../report.js";
import type { Place } from "../sources.js";
import {
  type Binding,
  BROKEN,
  BROKEN_BINDING,
  type FolderOf,
  isBroken,
  movedFolders,
  stepInto,
  typeOf,
} from "./binding.js";
import { mayHoldReference, parseTemplate, type Reference, type Step } from "./template.js";

/** What `${...}` can refer to at some place. */
export interface Environment {
  /** Where it stands, in words for errors, e.g. `the project`. */
  readonly where: string;
  /** Nothing can be referred to. */
  readonly constant?: boolean;
  variable(name: string): Binding | undefined;
  variableNames(): Iterable<string>;
  /** Present only in the inputs of a module with forEach. */
  readonly each: { readonly key: Binding; readonly value: Binding } | null;
  /** A resource or an output of a module; undefined when it was not found (and has been reported). */
  resource(reference: Reference & { kind: "resource" }, place: Place): Binding | undefined;
}

interface Run {
  readonly environment: Environment;
  readonly report: Report;
  readonly place: Place;
  readonly sensitive: ValuePath[];
  readonly folders: FolderOf[];
}

/** A reference to a resource as a value. */
export function referenceValue(address: string, path: readonly string[]): Expression {
  const reference: ResourceReference = { address, path };
  return { $expression: [reference] };
}

function stepText(step: Step): string {
  if (typeof step === "string") return step;
  return typeof step === "number" ? `[${step}]` : `[${step.field}=${step.equals}]`;
}

function choicesIn(value: Json): string[] {
  return isObject(value) && !isExpression(value) ? Object.keys(value) : [];
}

/** A field of what another resource gives; undefined (reported) when it is only part of a text. */
function deeper(
  at: Binding,
  parts: Expression,
  step: Step,
  reference: Reference,
  place: Place,
  run: Run,
): Binding {
  const [only] = parts.$expression;
  if (
    parts.$expression.length !== 1 ||
    only === undefined ||
    typeof only === "string" ||
    typeof step === "object"
  ) {
    run.report.error("unknown-field", place, `${reference.text} goes into text that is known only later`, {
      remedy: "refer to the resource's field itself",
    });
    return BROKEN_BINDING;
  }
  return { ...at, value: referenceValue(only.address, [...only.path, String(step)]) };
}

function reportMissing(at: Binding, step: Step, reference: Reference, place: Place, run: Run): void {
  const word = stepText(step);
  const choices = choicesIn(at.value);
  run.report.error(
    "unknown-field",
    place,
    `${reference.text}: there is no ${word} in this ${typeOf(at.value)}`,
    {
      remedy:
        choices.length > 0
          ? didYouMean(word, choices, "key")
          : "correct the reference, or give the value such a field",
    },
  );
}

function descend(
  binding: Binding,
  steps: readonly Step[],
  reference: Reference,
  place: Place,
  run: Run,
): Binding {
  let at = binding;
  for (const step of steps) {
    if (isBroken(at.value)) return BROKEN_BINDING;
    const next = isExpression(at.value)
      ? deeper(at, at.value, step, reference, place, run)
      : stepInto(at, step);
    if (next === undefined) {
      reportMissing(at, step, reference, place, run);
      return BROKEN_BINDING;
    }
    at = next;
  }
  return at;
}

function lookUp(reference: Reference, place: Place, run: Run): Binding {
  const { environment, report } = run;
  const exact: Place = { ...place, within: reference.text };
  if (environment.constant === true) {
    report.error(
      "not-constant",
      exact,
      `${environment.where} must stand as it is, and refers to ${reference.text}`,
      {
        remedy: "write the value itself; $${ is a literal ${",
      },
    );
    return BROKEN_BINDING;
  }
  if (reference.kind === "resource") return environment.resource(reference, exact) ?? BROKEN_BINDING;
  if (reference.kind === "variable") {
    const binding = environment.variable(reference.name);
    if (binding !== undefined) return descend(binding, reference.steps, reference, exact, run);
    report.error("unknown-variable", exact, `${environment.where} has no variable "${reference.name}"`, {
      remedy: didYouMean(reference.name, environment.variableNames(), "variable"),
    });
    return BROKEN_BINDING;
  }
  const { each } = environment;
  if (each === null || (reference.which !== "key" && reference.which !== "value")) {
    report.error(
      "unknown-reference",
      exact,
      each === null ? `${reference.text} has no meaning here` : `${reference.text}: each has key and value`,
      {
        remedy: `use \${each.key} and \${each.value} in the inputs of a Module that has forEach; hand them to the module as inputs`,
      },
    );
    return BROKEN_BINDING;
  }
  return descend(reference.which === "key" ? each.key : each.value, reference.steps, reference, exact, run);
}

/** Text and references of one part within a longer string; undefined when it cannot be put into text. */
function asText(
  binding: Binding,
  reference: Reference,
  place: Place,
  run: Run,
): readonly (string | ResourceReference)[] | undefined {
  const { value } = binding;
  if (isBroken(value)) return undefined;
  if (isExpression(value)) return value.$expression;
  if (typeof value === "string") return [value];
  if (typeof value === "number" || typeof value === "boolean") return [String(value)];
  run.report.error(
    "not-text",
    { ...place, within: reference.text },
    `${reference.text} is a ${typeOf(value)} and cannot be put into text`,
    {
      remedy: "use it as the whole value, or refer to a field of it",
    },
  );
  return undefined;
}

/** Joins neighbouring literals. */
function compact(parts: readonly (string | ResourceReference)[]): (string | ResourceReference)[] {
  const joined: (string | ResourceReference)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === "string" && typeof last === "string") joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function evaluateText(text: string, path: ValuePath, run: Run): Json {
  const place: Place = { ...run.place, path: [...run.place.path, ...path] };
  const { parts, faults } = parseTemplate(text);
  for (const fault of faults) {
    run.report.error("bad-reference", { ...place, within: fault.text }, fault.summary, {
      remedy: fault.remedy,
    });
  }
  if (faults.length > 0) return BROKEN;
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) {
    if (typeof only === "string") return only;
    const binding = lookUp(only, place, run);
    for (const below of binding.sensitive) run.sensitive.push([...path, ...below]);
    run.folders.push(...movedFolders(binding.folders, path));
    return binding.value;
  }
  const pieces: (string | ResourceReference)[] = [];
  let broken = false;
  for (const part of parts) {
    if (typeof part === "string") {
      pieces.push(part);
      continue;
    }
    const binding = lookUp(part, place, run);
    if (binding.sensitive.length > 0) run.sensitive.push(path);
    const texts = asText(binding, part, place, run);
    if (texts === undefined) broken = true;
    else pieces.push(...texts);
  }
  if (broken) return BROKEN;
  const joined = compact(pieces);
  const [first] = joined;
  return joined.length === 1 && typeof first === "string" ? first : { $expression: joined };
}

/** The same value with `${...}` replaced; parts without any are shared, not copied. */
function evaluateValue(value: Json, path: (string | number)[], run: Run): Json {
  if (typeof value === "string") return mayHoldReference(value) ? evaluateText(value, [...path], run) : value;
  if (Array.isArray(value)) {
    let changed = false;
    const items = value.map((item: Json, index) => {
      path.push(index);
      const result = evaluateValue(item, path, run);
      path.pop();
      if (result !== item) changed = true;
      return result;
    });
    return changed ? items : value;
  }
  if (!isObject(value)) return value;
  let copy: Record<string, Json> | undefined;
  for (const [key, child] of Object.entries(value)) {
    path.push(key);
    const result = evaluateValue(child, path, run);
    path.pop();
    if (result === child) continue;
    copy ??= { ...value };
    // A variable without a value: as if the line were not there.
    if (result === null) delete copy[key];
    else copy[key] = result;
  }
  return copy ?? value;
}

/** Evaluates the value that stands at `place`. */
export function evaluate(value: Json, place: Place, environment: Environment, report: Report): Binding {
  const run: Run = { environment, report, place, sensitive: [], folders: [] };
  const result = evaluateValue(value, [], run);
  return { value: result, sensitive: run.sensitive, folders: run.folders };
}

const NOTHING = { variable: () => undefined, variableNames: () => [], each: null, resource: () => undefined };

/** An environment in which nothing can be referred to: for values that must stand as they are. */
export function constantEnvironment(where: string): Environment {
  return { ...NOTHING, where, constant: true };
}

/** An environment that is not known yet: every reference is accepted and stands for any value. */
export const LATER: Environment = { ...NOTHING, where: "", variable: () => BROKEN_BINDING };
