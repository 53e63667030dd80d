/**
 * Validation by the schemas. Compiles each kind once, when it is first met, and reports every violation as data: where
 * in the value, which rule, what the schema says there. Words for people are made elsewhere.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { isExpression } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { SHARED_SCHEMAS, schemaFile, schemaFileName } from "./schema-files.js";

export type ValuePath = readonly (string | number)[];

export interface Violation {
  readonly path: ValuePath;
  /** The rule of JSON Schema that is broken: `type`, `required`, … */
  readonly rule: string;
  /** Parameters of the rule as ajv gives them, e.g. `{missingProperty}`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema that holds the rule. */
  readonly schema: JsonObject;
  /** The value that breaks it. */
  readonly value: unknown;
}

const ANNOTATIONS = [
  "x-ferry-hint",
  "x-ferry-reference",
  "x-ferry-secret",
  "x-ferry-sensitive",
  "x-ferry-file",
  "x-ferry-path",
  "x-ferry-key",
  "x-ferry-at-most-one",
  "x-ferry-outputs",
  "x-ferry-attributes",
];

let engine: Ajv | undefined;
const compiled = new Map<string, ValidateFunction>();

function validatorFor(kind: string): ValidateFunction {
  const known = compiled.get(kind);
  if (known !== undefined) return known;
  if (engine === undefined) {
    engine = new Ajv({
      allErrors: true,
      verbose: true,
      strict: false,
      validateSchema: false,
      addUsedSchema: false,
    });
    engine.addVocabulary(ANNOTATIONS);
    for (const name of SHARED_SCHEMAS) engine.addSchema(schemaFile(name), name);
  }
  const validate = engine.compile(schemaFile(schemaFileName(kind)));
  compiled.set(kind, validate);
  return validate;
}

/** Steps of a JSON pointer; steps into lists become numbers. */
function pathOf(pointer: string, root: Json): (string | number)[] {
  const path: (string | number)[] = [];
  let value: unknown = root;
  for (const part of pointer.split("/").slice(1)) {
    const step = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) {
      path.push(Number(step));
      value = value[Number(step)];
    } else {
      path.push(step);
      value = isObject(value) ? value[step] : undefined;
    }
  }
  return path;
}

/** Rules that only say that another rule is broken. */
const ECHOES = new Set(["if", "propertyNames"]);

function isEcho(error: ErrorObject): boolean {
  if (error.keyword === "propertyNames") return false;
  // Branches of oneOf hold `required` only; the oneOf itself is what is reported.
  if (/\/(oneOf|anyOf)\/\d+\/required$/.test(error.schemaPath)) return true;
  if (error.propertyName !== undefined) return true;
  return ECHOES.has(error.keyword);
}

/**
 * Every violation of the schema of `kind` by a whole document. Where a reference to another resource stands, any value
 * is accepted: what it will be is known only later.
 */
export function violations(kind: string, document: JsonObject): Violation[] {
  const validate = validatorFor(kind);
  if (validate(document)) return [];
  const errors = (validate.errors ?? []).filter((error) => !isExpression(error.data) && !isEcho(error));
  const mistyped = new Set(
    errors.filter((error) => error.keyword === "type").map((error) => error.instancePath),
  );
  return errors
    .filter((error) => error.keyword === "type" || !mistyped.has(error.instancePath))
    .map((error) => ({
      path: pathOf(error.instancePath, document),
      rule: error.keyword,
      params: error.params,
      schema: isObject(error.parentSchema) ? error.parentSchema : {},
      value: error.data,
    }));
}
