/** The example documents of a real Marathon, read from the fixtures that the provider's tests use too. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installRoot } from "../../../src/install/root.js";
import type { Json, JsonObject } from "../../../src/value/json.js";

const FOLDER = join(installRoot(), "test", "marathon", "fixtures");

/** Throws when there is no such file. */
export function example(name: string): Json {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as Json;
}

export function exampleObject(name: string): JsonObject {
  return example(name) as JsonObject;
}

/** The part of an example at a path of names and indices. */
export function part(value: Json, ...path: readonly (string | number)[]): Json {
  let at: Json = value;
  for (const name of path) {
    const next: Json | undefined = (at as { readonly [key: string]: Json })[name];
    if (next === undefined) throw new Error(`the example has no ${path.join("/")}`);
    at = next;
  }
  return at;
}
