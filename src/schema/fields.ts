/**
 * The schemas as a tree of fields that a walk over a value can follow: references resolved, ferry's own annotations
 * (`x-ferry-*`) as properties. Recursive schemas give a recursive tree. Validates nothing.
 */
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { resolveReference, schemaFile, schemaFileName } from "./schema-files.js";

export interface FieldSchema {
  readonly types: readonly string[];
  readonly title: string;
  readonly description: string;
  /** Undefined: no default. */
  readonly fallback: Json | undefined;
  /** What to write instead, in the imperative; for remedies. */
  readonly hint: string | undefined;
  /** Kinds of resources whose address the field takes; empty: it takes none. */
  readonly references: readonly string[];
  readonly secret: boolean;
  readonly sensitive: boolean;
  /** Takes the path of a file relative to the YAML file, whose content stands in its place. */
  readonly file: boolean;
  /** Takes the path of a file relative to the YAML file, which stays a path, relative to the project. */
  readonly projectPath: boolean;
  /** For lists: the field that tells the items apart. */
  readonly key: string | undefined;
  /** Fields of which at most one may be given. */
  readonly atMostOne: readonly string[];
  readonly properties: ReadonlyMap<string, FieldSchema>;
  /** Of keys not among the properties; null when there may be none or anything. */
  readonly additional: FieldSchema | null;
  readonly open: boolean;
  readonly items: FieldSchema | null;
}

type Building = { -readonly [K in keyof FieldSchema]: FieldSchema[K] };

const known = new WeakMap<JsonObject, FieldSchema>();

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function strings(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** The node a `$ref` leads to, with what stands beside the `$ref` laid over it. */
function follow(file: string, node: JsonObject): { file: string; node: JsonObject } {
  const reference = node["$ref"];
  if (typeof reference !== "string") return { file, node };
  const target = resolveReference(file, reference);
  const below = follow(target.file, target.node);
  const { $ref: _, ...beside } = node;
  return { file: below.file, node: { ...below.node, ...beside } };
}

function annotations(node: JsonObject): Building {
  return {
    types: strings(node["type"]),
    title: text(node["title"]) ?? "",
    description: text(node["description"]) ?? "",
    fallback: node["default"],
    hint: text(node["x-ferry-hint"]),
    references: strings(node["x-ferry-reference"]),
    secret: node["x-ferry-secret"] === true,
    sensitive: node["x-ferry-sensitive"] === true,
    file: node["x-ferry-file"] === true,
    projectPath: node["x-ferry-path"] === true,
    key: text(node["x-ferry-key"]),
    atMostOne: strings(node["x-ferry-at-most-one"]),
    properties: new Map(),
    additional: null,
    open: node["additionalProperties"] !== false,
    items: null,
  };
}

function build(file: string, written: JsonObject): FieldSchema {
  const cached = known.get(written);
  if (cached !== undefined) return cached;
  const { file: home, node } = follow(file, written);
  const field = annotations(node);
  known.set(written, field);
  const properties = node["properties"];
  if (isObject(properties)) {
    field.properties = new Map(
      Object.entries(properties).flatMap(([name, child]) =>
        isObject(child) ? [[name, build(home, child)] as const] : [],
      ),
    );
  }
  const additional = node["additionalProperties"];
  if (isObject(additional)) field.additional = build(home, additional);
  const items = node["items"];
  if (isObject(items)) field.items = build(home, items);
  return field;
}

/** The fields of a whole document of `kind`. */
export function documentFields(kind: string): FieldSchema {
  const file = schemaFileName(kind);
  return build(file, schemaFile(file));
}

/** The fields of `spec` of `kind`. */
export function specFields(kind: string): FieldSchema {
  const spec = documentFields(kind).properties.get("spec");
  if (spec === undefined) throw new Error(`schemas/${schemaFileName(kind)} has no spec`);
  return spec;
}

/** The field schema of a child: a named property, an entry of a map, or an item of a list. */
export function childField(field: FieldSchema | null, step: string | number): FieldSchema | null {
  if (field === null) return null;
  if (typeof step === "number") return field.items;
  return field.properties.get(step) ?? field.additional;
}

export interface ProvidedFields {
  /** Known before anything is applied. */
  readonly outputs: FieldSchema;
  /** Known only once it exists. */
  readonly attributes: FieldSchema;
}

const provided = new Map<string, ProvidedFields>();

/** What others may refer to besides the fields of the spec. */
export function providedFields(kind: string): ProvidedFields {
  const cached = provided.get(kind);
  if (cached !== undefined) return cached;
  const file = schemaFileName(kind);
  const schema = schemaFile(file);
  const fieldsOf = (annotation: string): FieldSchema =>
    build(file, { type: "object", properties: schema[annotation] ?? {} });
  const result = { outputs: fieldsOf("x-ferry-outputs"), attributes: fieldsOf("x-ferry-attributes") };
  provided.set(kind, result);
  return result;
}
