/**
 * Checks that what was read has the shape of a State, field by field, and says exactly where it has not. A field this
 * version does not know is refused too: it would be lost at the next write.
 */
import { isObject, type Json, type JsonObject } from "../src/value/json.js";
import type { GitStamp, Intent, RecordedResource, State } from "./model.js";

type Check = (value: Json | undefined, path: string, problems: string[]) => void;
type Shape<T> = { readonly [K in keyof Required<T>]: Check };

const MAX_PROBLEMS = 20;

/** Problems as `path: what is wrong`, at most 20; none means that `value` is a State. */
export function stateProblems(value: Json): string[] {
  const problems: string[] = [];
  if (!isObject(value)) return ["the state is not an object"];
  checkShape(value, STATE, "", problems);
  return problems.slice(0, MAX_PROBLEMS);
}

const text: Check = (value, path, problems) => {
  if (typeof value !== "string" || value === "") problems.push(`${path}: must be a text that is not empty`);
};
const textOrNull: Check = (value, path, problems) => {
  if (value !== null) text(value, path, problems);
};
const flag: Check = (value, path, problems) => {
  if (typeof value !== "boolean") problems.push(`${path}: must be true or false`);
};
const count: Check = (value, path, problems) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    problems.push(`${path}: must be a whole number, 0 or more`);
  }
};
const object: Check = (value, path, problems) => {
  if (!isObject(value)) problems.push(`${path}: must be an object`);
};
const objectOrNull: Check = (value, path, problems) => {
  if (value !== null) object(value, path, problems);
};
const anything: Check = () => undefined;
const texts: Check = (value, path, problems) => {
  if (!Array.isArray(value)) {
    problems.push(`${path}: must be a list`);
    return;
  }
  value.forEach((item: Json, index) => {
    text(item, `${path}[${index}]`, problems);
  });
};
const time: Check = (value, path, problems) => {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) {
    problems.push(`${path}: must be a time like 2026-01-31T12:00:00Z`);
  }
};
const timeOrNull: Check = (value, path, problems) => {
  if (value !== null) time(value, path, problems);
};

function oneOf(...allowed: readonly Json[]): Check {
  return (value, path, problems) => {
    if (value === undefined || !allowed.includes(value))
      problems.push(`${path}: must be ${allowed.join(" or ")}`);
  };
}

const optionalChecks = new WeakSet<Check>();

/** A field that may be missing. */
function optional(check: Check): Check {
  const own: Check = (value, path, problems) => check(value, path, problems);
  optionalChecks.add(own);
  return own;
}

function isRequired(check: Check): boolean {
  return !optionalChecks.has(check);
}

function shaped<T>(shape: Shape<T>): Check {
  return (value, path, problems) => {
    if (isObject(value)) checkShape(value, shape, path, problems);
    else problems.push(`${path}: must be an object`);
  };
}

const GIT: Shape<GitStamp> = { commit: textOrNull, branch: textOrNull, dirty: flag };

const INTENT: Shape<Intent> = {
  action: oneOf("create", "update", "replace", "delete"),
  startedAt: time,
  spec: objectOrNull,
};

const RECORD: Shape<RecordedResource> = {
  address: text,
  kind: text,
  provider: text,
  identity: anything,
  spec: object,
  live: objectOrNull,
  attributes: object,
  dependsOn: texts,
  sensitivePaths: texts,
  preventDestroy: flag,
  appliedAt: timeOrNull,
  intent: optional(shaped(INTENT)),
};

const resources: Check = (value, path, problems) => {
  if (!isObject(value)) {
    problems.push(`${path}: must be an object`);
    return;
  }
  for (const [address, record] of Object.entries(value)) {
    if (problems.length >= MAX_PROBLEMS) return;
    const where = `${path}[${JSON.stringify(address)}]`;
    shaped(RECORD)(record, where, problems);
    if (isObject(record) && record["address"] !== address) {
      problems.push(`${where}.address: must be ${JSON.stringify(address)}, the key it is stored under`);
    }
  }
};

const STATE: Shape<State> = {
  formatVersion: oneOf(1),
  lineage: text,
  serial: count,
  ferryVersion: text,
  git: (value, path, problems) => {
    if (value !== null) shaped(GIT)(value, path, problems);
  },
  resources,
};

function checkShape<T>(value: JsonObject, shape: Shape<T>, path: string, problems: string[]): void {
  const checks: Readonly<Record<string, Check>> = shape;
  for (const [field, check] of Object.entries(checks)) {
    const present = Object.hasOwn(value, field) && value[field] !== undefined;
    if (present) check(value[field], joined(path, field), problems);
    else if (isRequired(check)) problems.push(`${joined(path, field)}: is missing`);
  }
  for (const field of Object.keys(value)) {
    if (!Object.hasOwn(checks, field)) problems.push(`${joined(path, field)}: is not known to this version`);
  }
}

function joined(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}
