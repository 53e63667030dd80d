/** Filling in defaults where a value may also be unknown yet. Pure. */
import { isUnknown } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

/** Defaults of an object that may be left out; unknown values are left as they are. */
export function filled(value: Json | undefined, fill: (given: JsonObject) => JsonObject): Json {
  if (value !== undefined && (!isObject(value) || isUnknown(value))) return value;
  return fill(value ?? {});
}
