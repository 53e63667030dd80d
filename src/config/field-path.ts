/** Paths of fields as text: the grammar of src/value/path.ts, list items by their key where the schema gives one. Computes only. */
import { childField, type FieldSchema } from "../schema/fields.js";
import type { ValuePath } from "../schema/validators.js";
import { isObject, type Json } from "../value/json.js";
import { childAt, type PathStep, formatPath as pathText } from "../value/path.js";

function stepOf(step: string | number, field: FieldSchema | null, item: Json | undefined): PathStep {
  const key = typeof step === "number" ? field?.key : undefined;
  const id = key !== undefined && isObject(item) ? item[key] : undefined;
  return key !== undefined && (typeof id === "string" || typeof id === "number") ? { key, value: id } : step;
}

/** `fields` and `root` belong together: the schema and the value in which the path leads. */
export function formatPath(path: ValuePath, fields: FieldSchema | null = null, root: Json = null): string {
  const steps: PathStep[] = [];
  let field = fields;
  let value: Json | undefined = root;
  for (const step of path) {
    const item: Json | undefined = value === undefined ? undefined : childAt(value, step);
    steps.push(stepOf(step, field, item));
    field = childField(field, step);
    value = item;
  }
  return pathText(steps);
}
