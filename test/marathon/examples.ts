/** The example documents of Marathon's API beside the tests; see fixtures/README.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installRoot } from "../../src/install/root.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

/** A whole file, by its name without `.json`. */
export function example(name: string): Json {
  const file = join(installRoot(), "test/marathon/fixtures", `${name}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Json;
}

/** What a path leads to, which must be an object. */
export function objectIn(value: Json, ...path: readonly (string | number)[]): JsonObject {
  const found = path.reduce<Json | undefined>((current, step) => {
    if (Array.isArray(current)) return (current as readonly Json[])[Number(step)];
    return isObject(current) ? current[step] : undefined;
  }, value);
  if (!isObject(found)) throw new Error(`the example has no object at ${path.join(".")}`);
  return found;
}
