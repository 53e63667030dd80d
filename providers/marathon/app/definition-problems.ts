/** What Marathon would refuse of an app and the schema cannot say, so that it is seen before anything is done. Pure. */
import { type Diagnostic, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { segmentsOf } from "../../../src/marathon/ids.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { isFields } from "../spec.js";

export interface Problem {
  readonly path: string;
  readonly diagnostic: Diagnostic;
}

const OPERATORS = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "UNLIKE", "MAX_PER", "IS"];
/** They are parts of Marathon's own URLs. */
const RESERVED = ["restart", "tasks", "versions"];

/** Of `spec.definition`. */
export function definitionProblems(spec: JsonObject): Problem[] {
  const { definition } = spec;
  return isFields(definition) ? appProblems(definition, "definition") : [];
}

/** Of an app wherever it stands. */
export function appProblems(app: JsonObject, path: string): Problem[] {
  return [
    ...idProblems(app, path),
    ...commandProblems(app, path),
    ...notationProblems(app, path),
    ...constraintProblems(app["constraints"], `${path}.constraints`),
    ...strategyProblems(app["unreachableStrategy"], `${path}.unreachableStrategy`),
  ];
}

function problem(path: string, summary: string, remedy: string): Problem {
  return { path, diagnostic: errorDiagnostic("marathon-definition", `${path}: ${summary}`, { remedy }) };
}

function idProblems({ id }: JsonObject, path: string): Problem[] {
  const last = typeof id === "string" ? segmentsOf(id).at(-1) : undefined;
  if (last === undefined || !RESERVED.includes(last)) return [];
  return [
    problem(
      `${path}.id`,
      `no app can be called ${last}: Marathon's own addresses end so`,
      "Choose another last part.",
    ),
  ];
}

function commandProblems(app: JsonObject, path: string): Problem[] {
  const { cmd, args, container } = app;
  if (cmd !== undefined && Array.isArray(args) && args.length > 0) {
    return [
      problem(`${path}.args`, "an app has a command or arguments, not both", "Keep one of cmd and args."),
    ];
  }
  const docker = isObject(container) ? container["docker"] : undefined;
  if (
    cmd !== undefined ||
    args !== undefined ||
    docker !== undefined ||
    (container !== undefined && !isFields(container))
  ) {
    return [];
  }
  return [problem(path, "the app has nothing to run", "Give it cmd, args, or a container with an image.")];
}

/** Marathon refuses old and new notation together, on some ways with an error of its own. */
function notationProblems(app: JsonObject, path: string): Problem[] {
  const container = isObject(app["container"]) ? app["container"] : {};
  const docker = isObject(container["docker"]) ? container["docker"] : {};
  const twice: readonly [string, Json | undefined, string, Json | undefined][] = [
    ["uris", app["uris"], "fetch", app["fetch"]],
    ["ports", app["ports"], "portDefinitions", app["portDefinitions"]],
    ["ipAddress", app["ipAddress"], "networks", app["networks"]],
    ["container.docker.network", docker["network"], "networks", app["networks"]],
    [
      "container.docker.portMappings",
      docker["portMappings"],
      "container.portMappings",
      container["portMappings"],
    ],
  ];
  return twice
    .filter(([, old, , present]) => old !== undefined && present !== undefined)
    .map(([old, , present]) =>
      problem(
        `${path}.${old}`,
        `${old} is the old notation of ${present}, and both are given`,
        `Keep ${present}.`,
      ),
    );
}

function constraintProblems(constraints: Json | undefined, path: string): Problem[] {
  if (!Array.isArray(constraints)) return [];
  return (constraints as readonly Json[]).flatMap((constraint, at) => {
    const operator = Array.isArray(constraint) ? (constraint as readonly Json[])[1] : undefined;
    if (typeof operator !== "string" || OPERATORS.includes(operator)) return [];
    const remedy = `Write one of ${OPERATORS.join(", ")}, in upper case.`;
    return [problem(`${path}[${at}]`, `${operator} is no operator of constraints`, remedy)];
  });
}

function strategyProblems(strategy: Json | undefined, path: string): Problem[] {
  if (!isObject(strategy)) return [];
  const { inactiveAfterSeconds: inactive, expungeAfterSeconds: expunge } = strategy;
  if (typeof inactive !== "number" || typeof expunge !== "number" || inactive <= expunge) return [];
  return [
    problem(
      path,
      "an instance is forgotten before it is replaced",
      "Let expungeAfterSeconds be at least inactiveAfterSeconds.",
    ),
  ];
}
