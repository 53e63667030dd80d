/**
 * Follows a spec along its schema and brings it into the form of desired.ts: defaults filled in, addresses absolute,
 * secrets as SecretValue, data files as data, other paths relative to the project. Expects a spec that holds to its schema.
 */
import { readFileSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { type FieldSchema, specFields } from "../../schema/fields.js";
import type { ValuePath } from "../../schema/validators.js";
import { isExpression, type ResourceReference } from "../../value/expression.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import { isWithin } from "../discover.js";
import { type FolderOf, folderAt, isBroken } from "../expression/binding.js";
import { formatPath } from "../field-path.js";
import type { Report } from "../report.js";
import { type MergedDocument, originOf, type Place } from "../sources.js";

/**
 * The absolute address of what an address field names; undefined when there is none (and that has been reported).
 * `absolute`: the address came from a reference and is absolute already.
 */
export type ResolveAddress = (
  address: string,
  kinds: readonly string[],
  place: Place,
  absolute: boolean,
) => string | undefined;

export interface FillRequest {
  readonly kind: string;
  readonly document: MergedDocument;
  readonly spec: JsonObject;
  /** Of the project, absolute. */
  readonly root: string;
  readonly resolve: ResolveAddress;
  readonly report: Report;
  readonly address: string;
  /** Where parts of the document come from that were handed into a module; paths from the document's root. */
  readonly folders?: readonly FolderOf[];
}

/** A reference and where it stands in the filled spec. */
export interface PlacedReference {
  readonly path: ValuePath;
  readonly reference: ResourceReference;
}

export interface Filled {
  readonly spec: JsonObject;
  /** Addresses in address fields. */
  readonly addresses: readonly string[];
  readonly references: readonly PlacedReference[];
  /** By the schema. */
  readonly sensitive: readonly ValuePath[];
}

interface Filling extends FillRequest {
  readonly addresses: Set<string>;
  readonly references: PlacedReference[];
  readonly sensitive: ValuePath[];
  readonly path: (string | number)[];
}

function placeOf(filling: Filling, target: "key" | "value" = "value"): Place {
  return { document: filling.document, path: ["spec", ...filling.path], target };
}

function fieldName(filling: Filling): string {
  return `${formatPath(["spec", ...filling.path])} of ${filling.address}`;
}

/** The folder that a path written there is relative to. */
function folderOf(path: ValuePath, filling: Filling): string {
  return folderAt(filling.folders ?? [], path) ?? originOf(filling.document, path).file.directory;
}

/** `file:` paths are relative to the YAML file for the user, to the project for everybody else. */
function fillSecret(reference: string, filling: Filling): Json {
  if (!reference.startsWith("file:")) return { $secret: reference, fingerprint: null };
  const written = reference.slice("file:".length);
  return { $secret: `file:${projectPath(written, filling)}`, fingerprint: null };
}

/** A path as written beside the value, relative to the project; an absolute one stays. */
function projectPath(written: string, filling: Filling): string {
  if (isAbsolute(written)) return written;
  const folder = folderOf(["spec", ...filling.path], filling);
  return relative(filling.root, resolve(folder, written)).split(sep).join("/");
}

function fillExpression(value: Json, field: FieldSchema, filling: Filling): Json {
  if (!isExpression(value) || isBroken(value)) return value;
  const [only] = value.$expression;
  if (field.references.length > 0) {
    if (
      value.$expression.length === 1 &&
      only !== undefined &&
      typeof only !== "string" &&
      only.path.length === 0
    ) {
      return fillAddress(only.address, field.references, filling, true);
    }
    filling.report.error(
      "not-an-address",
      placeOf(filling),
      `${fieldName(filling)} takes an address, not a value of a resource`,
      {
        remedy: `write the address itself, for example ${field.references[0]}/name`,
      },
    );
    return value;
  }
  if (field.secret || field.file || field.projectPath) {
    filling.report.error(
      "not-constant",
      placeOf(filling),
      `${fieldName(filling)} cannot come from another resource`,
      {
        remedy: field.secret ? "write env:NAME or file:PATH" : "write the path of a file",
      },
    );
    return value;
  }
  const path = [...filling.path];
  for (const part of value.$expression)
    if (typeof part !== "string") filling.references.push({ path, reference: part });
  return value;
}

function fillAddress(address: string, kinds: readonly string[], filling: Filling, absolute: boolean): Json {
  const resolved = filling.resolve(address, kinds, placeOf(filling), absolute);
  if (resolved === undefined) return address;
  filling.addresses.add(resolved);
  return resolved;
}

/** Replaces dataFile by data (valid UTF-8) or dataBase64. */
function readDataFile(result: Record<string, Json>, name: string, filling: Filling): void {
  const written = result[name];
  delete result[name];
  if (typeof written !== "string") return;
  const path = [...filling.path, name];
  const place: Place = { document: filling.document, path: ["spec", ...path] };
  const folder = folderOf(place.path, filling);
  const file = resolve(folder, written);
  const home = isWithin(folder, filling.root) ? filling.root : folder;
  if (isAbsolute(written) || !isWithin(file, home)) {
    filling.report.error("file-outside", place, `${written} is outside the project`, {
      detail: `the project is ${filling.root}`,
      remedy:
        "put the file into the project and write its path relative to this YAML file, so that everybody who plans has it",
    });
    return;
  }
  try {
    const content = readFileSync(file);
    const text = content.toString("utf8");
    if (Buffer.from(text, "utf8").equals(content)) result["data"] = text;
    else result["dataBase64"] = content.toString("base64");
  } catch (error) {
    filling.report.error(
      "unreadable-file",
      place,
      `the file ${written} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      {
        detail: `looked for ${file}`,
        remedy: "correct the path: it is relative to this YAML file",
      },
    );
  }
}

function checkAtMostOne(value: JsonObject, field: FieldSchema, filling: Filling): boolean {
  const given = field.atMostOne.filter((name) => value[name] !== undefined);
  const last = given.at(-1);
  if (given.length < 2 || last === undefined) return true;
  filling.path.push(last);
  filling.report.error(
    "at-most-one",
    placeOf(filling, "key"),
    `${filling.address} has ${given.join(" and ")} at the same place`,
    {
      remedy: `keep one of ${given.join(" and ")}`,
      address: filling.address,
    },
  );
  filling.path.pop();
  return false;
}

function fillMap(value: JsonObject, field: FieldSchema, filling: Filling): JsonObject {
  const result: Record<string, Json> = {};
  for (const [key, child] of Object.entries(value)) {
    filling.path.push(key);
    result[key] = fillValue(child, field.properties.get(key) ?? field.additional, filling);
    filling.path.pop();
  }
  for (const [key, child] of field.properties) {
    if (child.fallback === undefined || result[key] !== undefined) continue;
    filling.path.push(key);
    result[key] = fillValue(child.fallback, child, filling);
    filling.path.pop();
  }
  if (field.atMostOne.length === 0) return result;
  if (checkAtMostOne(value, field, filling)) {
    for (const name of field.atMostOne) {
      if (field.properties.get(name)?.file === true && result[name] !== undefined)
        readDataFile(result, name, filling);
    }
  }
  return result;
}

function fillValue(value: Json, field: FieldSchema | null, filling: Filling): Json {
  if (field === null) {
    collectReferences(value, filling);
    return value;
  }
  if (field.sensitive) filling.sensitive.push([...filling.path]);
  if (isExpression(value)) return fillExpression(value, field, filling);
  if (typeof value === "string") {
    if (field.secret) return fillSecret(value, filling);
    if (field.projectPath) return projectPath(value, filling);
    return field.references.length === 0 ? value : fillAddress(value, field.references, filling, false);
  }
  if (Array.isArray(value)) {
    return value.map((item: Json, index) => {
      filling.path.push(index);
      const filled = fillValue(item, field.items, filling);
      filling.path.pop();
      return filled;
    });
  }
  return isObject(value) ? fillMap(value, field, filling) : value;
}

/** Below fields that the schema leaves open. */
function collectReferences(value: Json, filling: Filling): void {
  if (isExpression(value)) {
    const path = [...filling.path];
    for (const part of value.$expression)
      if (typeof part !== "string") filling.references.push({ path, reference: part });
  } else if (Array.isArray(value) || isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      filling.path.push(Array.isArray(value) ? Number(key) : key);
      collectReferences(child as Json, filling);
      filling.path.pop();
    }
  }
}

/** Fills the spec of one document. */
export function fillSpec(request: FillRequest): Filled {
  const filling: Filling = { ...request, addresses: new Set(), references: [], sensitive: [], path: [] };
  const spec = fillMap(request.spec, specFields(request.kind), filling);
  return {
    spec,
    addresses: [...filling.addresses],
    references: filling.references,
    sensitive: filling.sensitive,
  };
}
