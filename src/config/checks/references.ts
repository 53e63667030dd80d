/** References to fields: the field must exist, must have a value, and must not be a secret. */
import { didYouMean } from "../../diagnostics/suggestion.js";
import { childField, type FieldSchema, providedFields, specFields } from "../../schema/fields.js";
import { isSecret, type ResourceReference } from "../../value/expression.js";
import type { Json } from "../../value/json.js";
import { childAt, type PathStep, readStep } from "../../value/path.js";
import type { PlacedReference } from "../resources/fill.js";
import type { LoadedResource } from "../resources/resource.js";
import type { Place } from "../sources.js";
import { type CheckInput, specPlace } from "./input.js";

function fieldNames(kind: string): string[] {
  const { outputs, attributes } = providedFields(kind);
  return [
    ...outputs.properties.keys(),
    ...attributes.properties.keys(),
    ...specFields(kind).properties.keys(),
  ];
}

function written(target: LoadedResource, path: readonly string[]): string {
  return `\${${dotted([target.address, ...path])}}`;
}

function placeOf(resource: LoadedResource, { path, reference }: PlacedReference): Place {
  return { ...specPlace(resource, path), within: dotted([reference.address, ...reference.path]) };
}

/** `0` is a position, `[id=3]` the item of a keyed list, anything else a key. */
function stepOf(name: string): PathStep {
  if (/^\d+$/.test(name)) return Number(name);
  return name.startsWith("[") ? (readStep(name, 0)?.step ?? name) : name;
}

function dotted(path: readonly string[]): string {
  return path.join(".").replaceAll(".[", "[");
}

/** The value that a path leads to in the spec; undefined when nothing is set there. */
function valueAt(target: LoadedResource, path: readonly string[]): Json | undefined {
  let value: Json | undefined = target.spec;
  for (const step of path) {
    value = value === undefined ? undefined : childAt(value, stepOf(step));
  }
  return value;
}

/** Follows the schema; undefined when it has no such field. */
function fieldAt(root: FieldSchema, path: readonly string[]): FieldSchema | null | undefined {
  let field: FieldSchema | null = root;
  for (const step of path) {
    if (
      field === null ||
      (field.open && field.additional === null && field.properties.size === 0 && field.items === null)
    )
      return null;
    const next: FieldSchema | null =
      field.items !== null
        ? typeof stepOf(step) === "string"
          ? null
          : field.items
        : childField(field, step);
    if (next === null) return undefined;
    field = next;
  }
  return field;
}

/** Names that could have been meant by the last step of a path. */
function choicesAt(kind: string, path: readonly string[]): string[] {
  if (path.length === 1) return fieldNames(kind);
  return [...(fieldAt(specFields(kind), path.slice(0, -1))?.properties.keys() ?? [])];
}

interface Fault {
  readonly code: string;
  readonly summary: string;
  readonly remedy: string;
}

function faultOf({ path }: ResourceReference, target: LoadedResource): Fault | undefined {
  const text = written(target, path);
  if (path.length === 0) {
    const some = fieldNames(target.kind).slice(0, 6).join(", ");
    const summary = `${text} is a whole resource and no value`;
    return { code: "reference-without-field", summary, remedy: `name one of its fields: ${some}, …` };
  }
  const [first = ""] = path;
  const { outputs, attributes } = providedFields(target.kind);
  if (outputs.properties.has(first) || attributes.properties.has(first)) return undefined;
  const field = fieldAt(specFields(target.kind), path);
  if (field === undefined) {
    const summary = `${text}: ${target.kind} has no field ${dotted(path)}`;
    const remedy = didYouMean(path.at(-1) ?? "", choicesAt(target.kind, path), "field");
    return { code: "unknown-field", summary, remedy };
  }
  const value = valueAt(target, path);
  if (field?.secret === true || isSecret(value)) {
    const summary = `${text} is a secret, and secrets are not handed on`;
    return { code: "reference-to-secret", summary, remedy: "write the same env: or file: reference here" };
  }
  if (value !== undefined) return undefined;
  const summary = `${text} has no value: ${target.address} does not set it`;
  const remedy = `set ${dotted(path)} in ${target.address}, or write the value here`;
  return { code: "reference-without-value", summary, remedy };
}

export function checkReferences(input: CheckInput): void {
  for (const resource of input.resources) {
    for (const placed of resource.references) {
      const target = input.byAddress.get(placed.reference.address);
      const fault = target === undefined ? undefined : faultOf(placed.reference, target);
      if (fault !== undefined)
        input.report.error(fault.code, placeOf(resource, placed), fault.summary, fault);
    }
  }
}
