/**
 * The project file: its settings with defaults filled in. Without one everything has its default.
 */

import { ferryVersion } from "../install/root.js";
import { isSecret } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import type { ProjectSettings, StateBackendSettings } from "./desired.js";
import { constantEnvironment, type Environment, evaluate, LATER } from "./expression/evaluate.js";
import { Report } from "./report.js";
import { fillSpec } from "./resources/fill.js";
import { checkSchema } from "./schema-check.js";
import type { MergedDocument } from "./sources.js";
import { satisfies } from "./version-range.js";

/** Fields that decide how everything else is read, and so cannot use variables. */
const FIXED = ["requiredVersion", "variables", "environments", "include", "moved", "git"] as const;

function specOf(document: MergedDocument | undefined): JsonObject {
  const spec = document?.value["spec"];
  return isObject(spec) ? spec : {};
}

/** Checks the parts of the project file that must be known before variables are; true when they can be used. */
export function checkProject(document: MergedDocument, report: Report): boolean {
  const spec = specOf(document);
  for (const field of FIXED) {
    const value = spec[field];
    if (value === undefined || field === "variables") continue;
    const place = { document, path: ["spec", field] };
    evaluate(value, place, constantEnvironment(`spec.${field} of the project`), report);
  }
  const { value } = evaluate(document.value, { document, path: [] }, LATER, new Report());
  const valid = isObject(value) && checkSchema(document, value, [], report, `Project/${document.name}`);
  const range = spec["requiredVersion"];
  if (valid && typeof range === "string" && !satisfies(ferryVersion(), range)) {
    report.error(
      "wrong-version",
      { document, path: ["spec", "requiredVersion"] },
      `this project wants ferry ${range}, and this is ${ferryVersion()}`,
      {
        remedy: "use a version of ferry that the project admits, or change spec.requiredVersion",
      },
    );
  }
  return valid;
}

/** spec.include; undefined when the default applies. */
export function includedPaths(document: MergedDocument | undefined): readonly string[] | undefined {
  const include = specOf(document)["include"];
  return Array.isArray(include)
    ? include.filter((item): item is string => typeof item === "string")
    : undefined;
}

export function declaredEnvironments(document: MergedDocument | undefined): readonly string[] | undefined {
  const names = specOf(document)["environments"];
  return Array.isArray(names) ? names.filter((item): item is string => typeof item === "string") : undefined;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : isSecret(value) ? value.$secret : "";
}

function backendOf(spec: JsonObject): StateBackendSettings {
  const state = isObject(spec["state"]) ? spec["state"] : {};
  const backend = isObject(state["backend"]) ? state["backend"] : {};
  const zookeeper = backend["zookeeper"];
  if (isObject(zookeeper)) {
    const auth = Array.isArray(zookeeper["auth"]) ? zookeeper["auth"].filter(isObject) : [];
    return {
      kind: "zookeeper",
      connectString: text(zookeeper["connectString"]),
      path: text(zookeeper["path"]),
      auth: auth.map((entry) => ({ scheme: text(entry["scheme"]), credential: text(entry["credential"]) })),
    };
  }
  const local = isObject(backend["local"]) ? backend["local"] : {};
  return { kind: "local", path: text(local["path"]) || ".ferry" };
}

export interface ProjectRequest {
  readonly document: MergedDocument | undefined;
  readonly root: string;
  readonly fallbackName: string;
  readonly environment: string | null;
  /** With the variables of the project. */
  readonly values: Environment;
}

/** The project comes before all resources. */
function onlyVariables(values: Environment, report: Report): Environment {
  return {
    where: values.where,
    variable: (name) => values.variable(name),
    variableNames: () => values.variableNames(),
    each: null,
    resource: (reference, place) => {
      report.error("not-constant", place, `the project file cannot refer to resources: ${reference.text}`, {
        remedy: "write the value itself, or use a variable",
      });
      return undefined;
    },
  };
}

/** The settings, with variables in place. Secrets stay references. */
export function projectSettings(request: ProjectRequest, report: Report): ProjectSettings {
  const { document, root, environment } = request;
  const written = specOf(document);
  let spec: JsonObject = {};
  if (document !== undefined) {
    const place = { document, path: ["spec"] };
    const changing = Object.fromEntries(
      Object.entries(written).filter(([key]) => !FIXED.some((name) => name === key)),
    );
    const { value, sensitive } = evaluate(changing, place, onlyVariables(request.values, report), report);
    const checked: JsonObject = { ...document.value, spec: value };
    const paths = sensitive.map((path) => ["spec", ...path]);
    const valid =
      value === changing || checkSchema(document, checked, paths, report, `Project/${document.name}`);
    if (valid && isObject(value)) {
      spec = fillSpec({
        kind: "Project",
        document,
        spec: value,
        root,
        resolve: () => undefined,
        report,
        address: `Project/${document.name}`,
      }).spec;
    }
  }
  const state = isObject(spec["state"]) ? spec["state"] : {};
  const key = state["encryptionKey"];
  const git = isObject(written["git"]) ? written["git"]["branch"] : undefined;
  return {
    root,
    name: document?.name ?? request.fallbackName,
    state: backendOf(spec),
    ...(key === undefined ? {} : { encryptionKey: text(key) }),
    ...(typeof git === "string" ? { gitBranch: git } : {}),
    providers: isObject(spec["providers"]) ? spec["providers"] : {},
    environment,
  };
}
