/**
 * Schemas for editors: one self-contained JSON Schema per kind, in which `${...}` may stand in place of any value, as in
 * the language itself. Computes from schemas/, writes nothing.
 */
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { COMMON_SCHEMA, DOCUMENT_KINDS, SHARED_SCHEMAS, schemaFile, schemaFileName } from "./schema-files.js";

export interface SchemaSummary {
  readonly kind: string;
  readonly description: string;
}

const REFERENCE = "\\$\\{.+\\}";
/** Steps whose children are names chosen by users or plain data, not schemas. */
const NAME_MAPS = new Set(["properties", "definitions"]);
const PLAIN_DATA = new Set([
  "default",
  "examples",
  "enum",
  "const",
  "required",
  "x-ferry-outputs",
  "x-ferry-attributes",
]);

/** Every kind with one line about it. */
export function listSchemas(): SchemaSummary[] {
  return DOCUMENT_KINDS.map((kind) => {
    const description = schemaFile(schemaFileName(kind))["description"];
    return { kind, description: typeof description === "string" ? description : "" };
  });
}

function definitionName(file: string, name: string): string {
  return file === COMMON_SCHEMA ? `common.${name}` : `${file.replace(/\.schema\.json$/, "")}.${name}`;
}

/** A reference to another file as one into the bundle. */
function localReference(file: string, reference: string): string {
  const [target = "", pointer = ""] = reference.split("#");
  const name = pointer.split("/").pop() ?? "";
  return `#/definitions/${definitionName(target === "" ? file : target, name)}`;
}

/** Lets a `${...}` stand where `node` wants something else. */
function acceptReference(node: JsonObject): JsonObject {
  if (node["const"] !== undefined) return node;
  const type = node["type"];
  const types = Array.isArray(type) ? type : [type];
  const restricted = node["enum"] !== undefined || node["pattern"] !== undefined;
  if (type === undefined || (types.includes("string") && !restricted)) return node;
  if (!types.includes("string")) return { ...node, type: [...types, "string"] as Json[], pattern: REFERENCE };
  const { title, description, default: fallback, examples, ...rules } = node;
  const shown = Object.entries({ title, description, default: fallback, examples }).filter(
    ([, v]) => v !== undefined,
  );
  return {
    ...Object.fromEntries(shown),
    anyOf: [rules, { type: "string", pattern: REFERENCE }],
  } as JsonObject;
}

function rewrite(file: string, value: Json, step: string, top: boolean): Json {
  if (PLAIN_DATA.has(step)) return value;
  if (Array.isArray(value)) return value.map((item: Json) => rewrite(file, item, "", false));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, child]): [string, Json] => {
    if (key === "$ref" && typeof child === "string") return [key, localReference(file, child)];
    if (NAME_MAPS.has(key) && isObject(child)) {
      const named = Object.entries(child).map(([name, node]) => [name, rewrite(file, node, "", false)]);
      return [key, Object.fromEntries(named)];
    }
    return [key, rewrite(file, child, key, false)];
  });
  const copy = Object.fromEntries(entries) as JsonObject;
  return top || step === "propertyNames" || !("type" in copy) ? copy : acceptReference(copy);
}

function definitionsOf(file: string): JsonObject {
  const definitions = schemaFile(file)["definitions"];
  if (!isObject(definitions)) return {};
  return Object.fromEntries(
    Object.entries(definitions).map(([name, node]) => [
      definitionName(file, name),
      rewrite(file, node, "", name === "name" || name === "apiVersion"),
    ]),
  );
}

/** The schema of one kind with everything it refers to; undefined for an unknown kind. */
export function publishedSchema(kind: string): JsonObject | undefined {
  if (!DOCUMENT_KINDS.includes(kind)) return undefined;
  const file = schemaFileName(kind);
  const { definitions: _, ...schema } = schemaFile(file);
  const body = rewrite(file, schema, "", true);
  if (!isObject(body)) return undefined;
  const all = [...sharedFilesOf(file), file].map(definitionsOf);
  return { ...body, definitions: Object.assign({}, ...all) as JsonObject };
}

/** Shared files that a file refers to, by itself or through another one. */
function sharedFilesOf(file: string): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const text = JSON.stringify(schemaFile(name));
    for (const other of SHARED_SCHEMAS) {
      if (found.has(other) || !text.includes(`"${other}#`)) continue;
      found.add(other);
      visit(other);
    }
  };
  visit(file);
  return [...found];
}

/** One schema for every document of a project: which one holds is decided by `kind`. */
export function publishedBundle(): JsonObject {
  const definitions: Record<string, Json> = Object.assign({}, ...SHARED_SCHEMAS.map(definitionsOf));
  const choices = DOCUMENT_KINDS.map((kind): JsonObject => {
    const file = schemaFileName(kind);
    const { definitions: _, $schema: __, ...schema } = schemaFile(file);
    Object.assign(definitions, definitionsOf(file), { [kind]: rewrite(file, schema, "", true) });
    return {
      if: { properties: { kind: { const: kind } }, required: ["kind"] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
      then: { $ref: `#/definitions/${kind}` },
    };
  });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "ferry",
    description: "Any document of a ferry project.",
    type: "object",
    required: ["apiVersion", "kind"],
    properties: {
      apiVersion: { $ref: "#/definitions/common.apiVersion" },
      kind: { type: "string", enum: [...DOCUMENT_KINDS], description: "What the document declares." },
    },
    allOf: choices,
    definitions,
  };
}
