/**
 * Checks documents against their schemas and says in words what is wrong and how to put it right. The rules are the
 * schemas'; only the words are here.
 */
import { didYouMean } from "../diagnostics/suggestion.js";
import { childField, documentFields, type FieldSchema } from "../schema/fields.js";
import { type ValuePath, type Violation, violations } from "../schema/validators.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { valueAt } from "../value/path.js";
import { typeOf } from "./expression/binding.js";
import { mayHoldReference } from "./expression/template.js";
import { formatPath } from "./field-path.js";
import { idOf } from "./overlays.js";
import type { Report } from "./report.js";
import type { MergedDocument, Place } from "./sources.js";

interface Wording {
  readonly code: string;
  readonly summary: string;
  readonly remedy: string;
  readonly path: ValuePath;
  readonly target?: "key" | "value";
}

interface Subject {
  readonly violation: Violation;
  /** The field in words: `spec.servers[0].id of ZooKeeperEnsemble/zk-a`. */
  readonly field: string;
  /** Of the violated field. */
  readonly schema: FieldSchema | null;
  /** The value may be shown. */
  readonly open: boolean;
  /** The value came by a reference. */
  readonly referred: boolean;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

function words(type: unknown): string {
  const types = Array.isArray(type) ? type : [type];
  return types.map((name) => TYPE_WORDS[String(name)] ?? String(name)).join(" or ");
}

/** A short form of a value for a sentence; nothing of one that may be secret. */
function shown(subject: Subject): string {
  const { value } = subject.violation;
  if (!subject.open) return "what its masked value says";
  if (isObject(value) || Array.isArray(value)) return `a ${typeOf(value as Json)}`;
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

function firstExample(schema: JsonObject): string {
  const examples = schema["examples"];
  const example = Array.isArray(examples) ? (examples as readonly Json[])[0] : undefined;
  return example === undefined ? "" : `, for example ${JSON.stringify(example)}`;
}

function hintOf(subject: Subject, otherwise: string): string {
  const hint = subject.violation.schema["x-ferry-hint"];
  return typeof hint === "string" ? hint : otherwise;
}

function wrongType(subject: Subject): Wording {
  const { violation, field } = subject;
  const wanted = words(violation.params["type"]);
  const { value } = violation;
  let remedy = `write ${wanted}${firstExample(violation.schema)}`;
  if (value === null) remedy = "give it a value, or leave the line out";
  else if (wanted === "text" && (typeof value === "number" || typeof value === "boolean"))
    remedy = `quote it: "${value}"`;
  else if (wanted === "a list" && !Array.isArray(value))
    remedy = `write a list: [ … ]${firstExample(violation.schema)}`;
  else if (
    typeof value === "string" &&
    Number.isFinite(Number(value)) &&
    value !== "" &&
    wanted.includes("number")
  )
    remedy = "leave the quotes out";
  const allowed = violation.schema["enum"];
  if (Array.isArray(allowed))
    remedy = `use one of ${allowed.join(", ")}${typeof value === "boolean" ? ", in quotes" : ""}`;
  if (subject.referred)
    remedy = `the reference gives a ${typeOf(value as Json)}: declare the variable with another type, or use the reference within longer text`;
  if (subject.schema?.secret === true) remedy = hintOf(subject, remedy);
  return {
    code: "wrong-type",
    summary: `${field} must be ${wanted}, and is ${value === null ? "empty" : value === undefined ? "missing" : `${typeOf(value as Json) === "string" ? "text" : `a ${typeOf(value as Json)}`}`}`,
    remedy,
    path: violation.path,
  };
}

function missingField(subject: Subject): Wording {
  const { violation, field } = subject;
  const name = String(violation.params["missingProperty"]);
  const properties = violation.schema["properties"];
  const child = isObject(properties) && isObject(properties[name]) ? properties[name] : {};
  const about = childField(subject.schema, name)?.description ?? "";
  return {
    code: "missing-field",
    summary: `${field} has no ${name}`,
    remedy: `add ${name}${firstExample(child)}${about === "" ? "" : `: ${about}`}`,
    path: violation.path,
    target: "key",
  };
}

function unknownField(subject: Subject): Wording {
  const { violation, field } = subject;
  const name = String(violation.params["additionalProperty"]);
  const properties = violation.schema["properties"];
  return {
    code: "unknown-field",
    summary: `${field} has no field "${name}"`,
    remedy: didYouMean(name, isObject(properties) ? Object.keys(properties) : [], "field"),
    path: [...violation.path, name],
    target: "key",
  };
}

function notAllowed(subject: Subject): Wording {
  const { violation, field } = subject;
  const allowed = violation.params["allowedValues"];
  const choices = Array.isArray(allowed) ? allowed.map(String) : [String(violation.params["allowedValue"])];
  return {
    code: "wrong-value",
    summary: `${field} cannot be ${shown(subject)}`,
    remedy: didYouMean(String(violation.value), choices, "value"),
    path: violation.path,
  };
}

function exactlyOne(subject: Subject): Wording {
  const { violation, field } = subject;
  const branches = violation.schema["oneOf"];
  const names = (Array.isArray(branches) ? (branches as readonly Json[]) : []).flatMap((branch) =>
    isObject(branch) && Array.isArray(branch["required"]) ? branch["required"].map(String) : [],
  );
  const value = isObject(violation.value) ? violation.value : {};
  const given = names.filter((name) => value[name] !== undefined);
  const last = given.at(-1);
  return {
    code: "exactly-one",
    summary: `${field} needs exactly one of ${names.join(" and ")}, and has ${given.length === 0 ? "none" : given.join(" and ")}`,
    remedy: given.length === 0 ? `add one of ${names.join(" and ")}` : "keep one of them",
    path: last === undefined ? violation.path : [...violation.path, last],
    target: "key",
  };
}

function wrongKey(subject: Subject): Wording {
  const { violation, field } = subject;
  const key = String(violation.params["propertyName"]);
  return {
    code: "bad-key",
    summary: `${JSON.stringify(key)} cannot be a name in ${field}`,
    remedy: field.includes("children")
      ? "a znode's name has no slash and is neither . nor ..: nest children instead"
      : "use letters, digits, dashes and underscores, beginning with a letter",
    path: [...violation.path, key],
    target: "key",
  };
}

function outOfLimits(subject: Subject): Wording {
  const { violation, field } = subject;
  const limit = String(violation.params["limit"]);
  const rules: Readonly<Record<string, string>> = {
    minimum: `at least ${limit}`,
    maximum: `at most ${limit}`,
    exclusiveMinimum: `more than ${limit}`,
    exclusiveMaximum: `less than ${limit}`,
  };
  const rule = rules[violation.rule] ?? limit;
  return {
    code: "out-of-range",
    summary: `${field} must be ${rule}, and is ${shown(subject)}`,
    remedy: `write a number of ${rule}`,
    path: violation.path,
  };
}

function empty(subject: Subject): Wording {
  const { violation, field } = subject;
  const list = violation.rule === "minItems";
  return {
    code: "empty",
    summary: `${field} is ${list ? "an empty list" : "empty"}`,
    remedy: `give it ${list ? "an item" : "a value"}, or leave the line out`,
    path: violation.path,
  };
}

function repeated({ violation, field }: Subject): Wording {
  return {
    code: "repeated",
    summary: `${field} holds the same item twice`,
    remedy: "keep one of them",
    path: [...violation.path, Number(violation.params["i"])],
  };
}

function wrongForm(subject: Subject): Wording {
  const { violation, field, schema } = subject;
  const secret = schema?.secret === true;
  return {
    code: secret ? "plain-secret" : "bad-form",
    summary: secret
      ? `${field} must be a secret by reference, not the secret itself`
      : `${field} cannot be ${shown(subject)}`,
    remedy: hintOf(subject, "correct the value"),
    path: violation.path,
  };
}

function otherRule({ violation, field }: Subject): Wording {
  return {
    code: "invalid",
    summary: `${field} breaks the rule ${violation.rule}`,
    remedy: "see `ferry schema`",
    path: violation.path,
  };
}

/** By rule of JSON Schema. */
const WORDINGS: Readonly<Record<string, (subject: Subject) => Wording>> = {
  type: wrongType,
  required: missingField,
  additionalProperties: unknownField,
  enum: notAllowed,
  const: notAllowed,
  oneOf: exactlyOne,
  propertyNames: wrongKey,
  minimum: outOfLimits,
  maximum: outOfLimits,
  exclusiveMinimum: outOfLimits,
  exclusiveMaximum: outOfLimits,
  minLength: empty,
  minItems: empty,
  uniqueItems: repeated,
  pattern: wrongForm,
};

function fieldAt(kind: string, path: ValuePath): FieldSchema | null {
  let field: FieldSchema | null = documentFields(kind);
  for (const step of path) field = childField(field, step);
  return field;
}

function covers(sensitive: readonly ValuePath[], path: ValuePath): boolean {
  return sensitive.some((prefix) => prefix.every((step, at) => path[at] === step));
}

/**
 * Checks a whole document, variables already in place. `sensitive`: paths whose values must not be shown. True when it
 * holds.
 */
export function checkSchema(
  document: MergedDocument,
  value: JsonObject,
  sensitive: readonly ValuePath[],
  report: Report,
  address: string,
): boolean {
  const found = violations(document.kind, value);
  for (const violation of found) {
    const schema = fieldAt(document.kind, violation.path);
    const at = formatPath(violation.path);
    const open = schema?.secret !== true && schema?.sensitive !== true && !covers(sensitive, violation.path);
    // The same words for every instance of a module: what is wrong is wrong in the file.
    const name = idOf(document);
    const field = at === "" ? name : `${at} of ${name}`;
    const written = valueAt(document.value, violation.path);
    const referred = typeof written === "string" && written !== violation.value && mayHoldReference(written);
    const { code, summary, remedy, path, target } = (WORDINGS[violation.rule] ?? otherRule)({
      violation,
      field,
      schema,
      open,
      referred,
    });
    const place: Place = { document, path, ...(target === undefined ? {} : { target }) };
    report.error(code, place, summary, {
      remedy,
      address,
      masked: (schema?.secret === true || schema?.sensitive === true) && target !== "key",
    });
  }
  return found.length === 0;
}
