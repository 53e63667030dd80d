/** References to fields: the field must exist, must have a value, and must not be a secret. */
import { didYouMean } from "../../diagnostics/suggestion.js";
import { childField, type FieldSchema, providedFields, specFields } from "../../schema/fields.js";
import { isSecret } from "../../value/expression.js";
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

function checkReference(
  resource: LoadedResource,
  placed: PlacedReference,
  target: LoadedResource,
  input: CheckInput,
): void {
  const { path } = placed.reference;
  const place = placeOf(resource, placed);
  const [first = ""] = path;
  const text = written(target, path);
  if (path.length === 0) {
    input.report.error("reference-without-field", place, `${text} is a whole resource and no value`, {
      remedy: `name one of its fields: ${fieldNames(target.kind).slice(0, 6).join(", ")}, …`,
    });
    return;
  }
  const { outputs, attributes } = providedFields(target.kind);
  if (outputs.properties.has(first) || attributes.properties.has(first)) return;
  const field = fieldAt(specFields(target.kind), path);
  if (field === undefined) {
    const known =
      path.length === 1
        ? fieldNames(target.kind)
        : [...(fieldAt(specFields(target.kind), path.slice(0, -1))?.properties.keys() ?? [])];
    input.report.error("unknown-field", place, `${text}: ${target.kind} has no field ${dotted(path)}`, {
      remedy: didYouMean(path.at(-1) ?? "", known, "field"),
    });
    return;
  }
  const value = valueAt(target, path);
  if (field?.secret === true || isSecret(value)) {
    input.report.error("reference-to-secret", place, `${text} is a secret, and secrets are not handed on`, {
      remedy: "write the same env: or file: reference here",
    });
  } else if (value === undefined) {
    input.report.error(
      "reference-without-value",
      place,
      `${text} has no value: ${target.address} does not set it`,
      {
        remedy: `set ${dotted(path)} in ${target.address}, or write the value here`,
      },
    );
  }
}

export function checkReferences(input: CheckInput): void {
  for (const resource of input.resources) {
    for (const placed of resource.references) {
      const target = input.byAddress.get(placed.reference.address);
      if (target !== undefined) checkReference(resource, placed, target, input);
    }
  }
}
