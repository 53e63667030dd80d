/** Paths of fields as text, in the grammar of src/value/path.ts: `a.b[0].c`, `servers[id=3].host`, `a["x.y"]`. Computes only. */
import type { ValuePath } from "../schema/validators.js";
import { type FieldSchema, childField } from "../schema/fields.js";
import { isObject, type Json } from "../value/json.js";

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Lists whose items the schema tells apart by a key show that key; others the position. */
export function formatPath(path: ValuePath, fields: FieldSchema | null = null, root: Json = null): string {
  let text = "";
  let field = fields;
  let value: Json | undefined = root;
  for (const step of path) {
    const item: Json | undefined = Array.isArray(value)
      ? value[Number(step)]
      : isObject(value)
        ? value[String(step)]
        : undefined;
    if (typeof step === "number") {
      const key = field?.key;
      const id = key !== undefined && isObject(item) ? item[key] : undefined;
      text += typeof id === "string" || typeof id === "number" ? `[${key}=${id}]` : `[${step}]`;
    } else if (!PLAIN.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
    field = childField(field, step);
    value = item;
  }
  return text;
}
