/**
 * Which places of a resource are sensitive: by the rules of its kind, by its schema and variables, wherever a secret
 * stands, and wherever a reference brings a sensitive value of another resource in.
 */
import type { FieldRules } from "../../providers/provider.js";
import { isExpression, isSecret, type ResourceReference, referencesIn } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { appendStep, childAt, formatPath, parsePath } from "../value/path.js";
import { collectSensitiveTexts, itemSteps, Masker } from "./mask.js";
import type { ViewLookup } from "./resolve.js";
import { resolveSpec } from "./resolve.js";
import { compileRules, type RuleNode } from "./rules.js";

export interface Sensitivity {
  readonly rules: RuleNode;
  readonly texts: ReadonlySet<string>;
  readonly masker: Masker;
  /** Something of the resource is sensitive. */
  readonly active: boolean;
}

export interface SensitiveParts {
  readonly rules: FieldRules;
  /** Paths in `written` and in earlier specs. */
  readonly sensitivePaths: readonly string[];
  /** As in the configuration, references and all; null when it is not declared. */
  readonly written: JsonObject | null;
  /** Everything of it that could be shown: resolved, recorded, live. */
  readonly values: readonly JsonObject[];
  readonly others: ReadonlyMap<string, Sensitivity>;
  readonly lookup: ViewLookup;
}

/** What of one resource must not be shown. */
export function sensitivityOf(parts: SensitiveParts): Sensitivity {
  const plain = compileRules(parts.rules);
  const paths = new Set(parts.sensitivePaths.map((path) => keyedPath(path, parts.written ?? {}, plain)));
  for (const value of new Set(parts.values))
    if (holdsSecret(value)) collectSecretPaths(value, plain, "", paths);
  const brought = parts.written === null || parts.others.size === 0 ? [] : broughtIn(parts, plain);
  for (const path of brought) paths.add(path);
  if (paths.size === 0 && parts.rules.sensitive.length === 0) {
    return { rules: plain, texts: NONE, masker: new Masker(plain, NONE, false), active: false };
  }
  const rules = compileRules(parts.rules, [...paths].sort());
  const texts = new Set<string>();
  for (const value of new Set(parts.values)) collectSensitiveTexts(value, rules, texts);
  return { rules, texts, masker: new Masker(rules, texts, true), active: true };
}

const NONE: ReadonlySet<string> = new Set();

/** A path that names an item of a keyed list by position, as one that names it by key, as comparisons do. */
function keyedPath(text: string, spec: JsonObject, rules: RuleNode): string {
  const path = parsePath(text);
  if (path === undefined) return text;
  let node = rules;
  let value: Json | undefined = spec;
  const steps = path.map((step) => {
    const byPosition = typeof step === "number" && Array.isArray(value);
    const keyed = byPosition ? (itemSteps(value as readonly Json[], node)[step] ?? step) : step;
    value = value === undefined ? undefined : childAt(value, step);
    node = node.child(keyed);
    return keyed;
  });
  return formatPath(steps);
}

function holdsSecret(value: Json): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item: Json) => holdsSecret(item));
  if (!isObject(value)) return false;
  if (isSecret(value)) return true;
  for (const key of Object.keys(value)) if (holdsSecret(value[key] ?? null)) return true;
  return false;
}

function collectSecretPaths(value: Json, rules: RuleNode, path: string, into: Set<string>): void {
  if (isSecret(value)) into.add(path);
  else if (Array.isArray(value)) {
    if (!value.some((item) => typeof item === "object" && item !== null)) return;
    itemSteps(value, rules).forEach((step, at) => {
      collectSecretPaths(value[at] ?? null, rules.child(step), appendStep(path, step), into);
    });
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      const item = value[key] ?? null;
      if (typeof item === "object" && item !== null) {
        collectSecretPaths(item, rules.child(key), appendStep(path, key), into);
      }
    }
  }
}

/** Places whose reference leads to something sensitive of another resource. */
function broughtIn(parts: SensitiveParts, rules: RuleNode): string[] {
  const found: string[] = [];
  const visit = (value: Json, node: RuleNode, path: string): void => {
    if (isExpression(value)) {
      if (referencesIn(value).some((reference) => isSensitive(reference, parts))) found.push(path);
    } else if (Array.isArray(value)) {
      itemSteps(value, node).forEach((step, at) => {
        visit(value[at] ?? null, node.child(step), appendStep(path, step));
      });
    } else if (isObject(value)) {
      for (const [key, item] of Object.entries(value)) visit(item, node.child(key), appendStep(path, key));
    }
  };
  visit(parts.written ?? {}, rules, "");
  return found;
}

function isSensitive(reference: ResourceReference, parts: SensitiveParts): boolean {
  const other = parts.others.get(reference.address);
  if (other === undefined) return false;
  const node = reference.path.reduce((rules, step) => rules.child(step), other.rules);
  if (node.sensitive) return true;
  const value = resolveSpec({ value: { $expression: [reference] } }, parts.lookup);
  const texts = JSON.stringify(value);
  for (const text of other.texts) if (texts.includes(JSON.stringify(text).slice(1, -1))) return true;
  return holdsSensitive(reference, other, parts);
}

/** A reference to a whole object with something sensitive inside, of whatever type. */
function holdsSensitive(reference: ResourceReference, other: Sensitivity, parts: SensitiveParts): boolean {
  const view = parts.lookup(reference.address);
  if (view === undefined) return false;
  const value = reference.path.reduce<Json | undefined>(
    (current, step) => (current === undefined ? undefined : childAt(current, step)),
    view.spec,
  );
  if (!isObject(value)) return false;
  return other.masker.paths([view.spec]).some((path) => {
    const prefix = reference.path.reduce(appendStep, "");
    return prefix === "" || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
  });
}
