/** metadata.lifecycle.ignoreChanges: a path that names no field ignores nothing, and would do so silently. */
import { didYouMean } from "../../diagnostics/suggestion.js";
import { type FieldSchema, specFields } from "../../schema/fields.js";
import type { LoadedResource } from "../resources/resource.js";
import type { CheckInput } from "./input.js";

const STEP = /^\.?([A-Za-z_][A-Za-z0-9_-]*|\*)|^\["([^"]*)"\]|^\[(\d+|\*|[A-Za-z_]+=[^\]]+)\]/;

/** The first word that names no field, with the fields there are; undefined when the path can be followed. */
function strayWord(path: string, kind: string): { word: string; known: string[] } | undefined {
  let rest = path.startsWith("spec.") ? path.slice("spec.".length) : path;
  let field: FieldSchema | null = specFields(kind);
  while (rest !== "" && field !== null) {
    const match: RegExpExecArray | null = STEP.exec(rest);
    if (match === null) return { word: rest, known: [] };
    const word = match[1] ?? match[2];
    rest = rest.slice(match[0].length);
    if (word === undefined) field = field.items;
    else if (word === "*") field = field.additional;
    else if (field.properties.has(word) || field.additional !== null)
      field = field.properties.get(word) ?? field.additional;
    else if (field.open && field.properties.size === 0) return undefined;
    else return { word, known: [...field.properties.keys()] };
  }
  return undefined;
}

function checkResource(resource: LoadedResource, input: CheckInput): void {
  resource.lifecycle.ignoreChanges.forEach((path, index) => {
    const stray = strayWord(path, resource.kind);
    if (stray === undefined) return;
    const place = { document: resource.document, path: ["metadata", "lifecycle", "ignoreChanges", index] };
    input.report.error(
      "unknown-field",
      place,
      `ignoreChanges of ${resource.address} names ${path}, and ${resource.kind} has no such field`,
      {
        remedy: didYouMean(stray.word, stray.known, "field"),
        address: resource.address,
      },
    );
  });
}

export function checkIgnoredFields(input: CheckInput): void {
  for (const resource of input.resources) checkResource(resource, input);
}
