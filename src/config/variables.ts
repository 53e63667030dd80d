/**
 * Variables of a project: declared types and defaults, and values from outside. Later ones win: default, the environment's
 * overlays/ENV.vars.yaml, --var-file in order, FERRY_VAR_name, --var.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { didYouMean } from "../diagnostics/suggestion.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";
import { readValues } from "./documents.js";
import {
  type Binding,
  isOfType,
  plain,
  typeOf,
  type ValueType,
  wholeSensitive,
} from "./expression/binding.js";
import { constantEnvironment, evaluate } from "./expression/evaluate.js";
import type { Report } from "./report.js";
import { type MergedDocument, type Place, type RawDocument, shownPath } from "./sources.js";
import { parseYamlValue } from "./yaml/parse.js";

export interface VariableDeclaration {
  readonly name: string;
  readonly type: ValueType;
  readonly sensitive: boolean;
  /** Undefined: a value must be given. Null: it may be left out, and a field that takes it then is too. */
  readonly fallback: Json | undefined;
  readonly place: Place;
}

/** Prefix of environment variables that give values. */
export const ENVIRONMENT_PREFIX = "FERRY_VAR_";

export interface GivenValues {
  readonly directory: string;
  readonly root: string;
  readonly environment: string | null;
  readonly variableFiles: readonly string[];
  /** `name=value` */
  readonly variables: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Declarations under `path` of a document that holds to its schema. */
export function readDeclarations(
  document: MergedDocument,
  declared: Json | undefined,
  path: readonly string[],
): VariableDeclaration[] {
  if (!isObject(declared)) return [];
  return Object.entries(declared).map(([name, value]) => {
    const fields: JsonObject = isObject(value) ? value : {};
    return {
      name,
      type: (fields["type"] ?? "string") as ValueType,
      sensitive: fields["sensitive"] === true,
      fallback: fields["default"],
      place: { document, path: [...path, name] },
    };
  });
}

export function bind(value: Json, declaration: { readonly sensitive: boolean }): Binding {
  return declaration.sensitive ? wholeSensitive(value) : plain(value);
}

/** The default of a declaration, checked; undefined when there is none. */
export function defaultOf(declaration: VariableDeclaration, report: Report): Json | undefined {
  if (declaration.fallback === undefined || declaration.fallback === null) return declaration.fallback;
  const place = { ...declaration.place, path: [...declaration.place.path, "default"] };
  const { value } = evaluate(declaration.fallback, place, constantEnvironment("a default"), report);
  if (!isOfType(value, declaration.type)) {
    report.error(
      "variable-type",
      place,
      `the default of "${declaration.name}" is a ${typeOf(value)}, its type is ${declaration.type}`,
      {
        remedy: "correct the type or the default; quote a number that is meant as text",
        masked: declaration.sensitive,
      },
    );
  }
  return value;
}

/** Text from the command line or an environment variable, read as the declared type; undefined when it is not one. */
function readText(text: string, type: ValueType): Json | undefined {
  if (type === "string") return text;
  if (type === "number")
    return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  const value = parseYamlValue(text);
  return value !== undefined && isOfType(value, type) ? value : undefined;
}

const HOW_TO_WRITE: Readonly<Record<ValueType, string>> = {
  string: "give any text",
  number: "give a number, for example 3",
  boolean: "give true or false",
  list: "give a list as JSON or YAML, for example [a, b]",
  map: "give a map as JSON or YAML, for example {a: 1}",
};

class VariableReader {
  private readonly values = new Map<string, Json>();
  /** Given a value that was reported. */
  private readonly refused = new Set<string>();
  private readonly declarations: ReadonlyMap<string, VariableDeclaration>;

  constructor(
    declarations: readonly VariableDeclaration[],
    private readonly report: Report,
  ) {
    this.declarations = new Map(declarations.map((declaration) => [declaration.name, declaration]));
  }

  defaults(): void {
    for (const declaration of this.declarations.values()) {
      const value = defaultOf(declaration, this.report);
      if (value !== undefined) this.values.set(declaration.name, value);
    }
  }

  file(path: string, name: string): void {
    const read = readValues({ path, name }, this.report);
    if (read === undefined) return;
    for (const document of read.documents) {
      if (!isObject(document.value)) {
        this.report.error(
          "bad-variable-file",
          { file: read.file, span: document.span },
          `${name} is no map of variables`,
          { remedy: "write lines of `name: value`" },
        );
        continue;
      }
      const raw: RawDocument = {
        file: read.file,
        kind: "variables",
        name,
        value: document.value,
        span: document.span,
      };
      for (const [variable, value] of Object.entries(document.value)) this.fromFile(raw, variable, value);
    }
  }

  private fromFile(raw: RawDocument, name: string, written: Json): void {
    const place: Place = {
      document: { kind: raw.kind, name: raw.name, value: raw.value, origins: [raw] },
      path: [name],
    };
    const declaration = this.declarations.get(name);
    if (declaration === undefined) {
      this.report.error(
        "unknown-variable",
        { ...place, target: "key" },
        `no variable "${name}" is declared`,
        {
          remedy: `${didYouMean(name, this.declarations.keys(), "variable")} (variables are declared under spec.variables in ferry.yaml)`,
        },
      );
      return;
    }
    const { value } = evaluate(written, place, constantEnvironment("a file of variables"), this.report);
    if (value !== null && !isOfType(value, declaration.type)) {
      this.refused.add(name);
      this.report.error(
        "variable-type",
        place,
        `the variable "${name}" is a ${declaration.type}, and this is a ${typeOf(value)}`,
        {
          remedy: `${HOW_TO_WRITE[declaration.type]}; quote a number that is meant as text`,
          masked: declaration.sensitive,
        },
      );
    } else this.values.set(name, value);
  }

  environment(env: GivenValues["env"]): void {
    for (const [key, text] of Object.entries(env)) {
      if (!key.startsWith(ENVIRONMENT_PREFIX) || text === undefined) continue;
      const name = key.slice(ENVIRONMENT_PREFIX.length);
      const declaration = this.declarations.get(name);
      if (declaration !== undefined) {
        this.text(declaration, text, `the environment variable ${key}`);
        continue;
      }
      this.report.warning(
        "unknown-variable",
        null,
        `the environment variable ${key} is given, but no variable "${name}" is declared`,
        {
          remedy: didYouMean(name, this.declarations.keys(), "variable"),
        },
      );
    }
  }

  option(option: string): void {
    const at = option.indexOf("=");
    const name = at < 0 ? option : option.slice(0, at);
    const declaration = this.declarations.get(name);
    if (at < 1) {
      this.report.error("bad-variable", null, "--var needs a name and a value", {
        detail: `given: ${name}`,
        remedy: "write --var name=value",
      });
    } else if (declaration === undefined) {
      this.report.error("unknown-variable", null, `--var gives "${name}", but no such variable is declared`, {
        remedy: `${didYouMean(name, this.declarations.keys(), "variable")} (variables are declared under spec.variables in ferry.yaml)`,
      });
    } else this.text(declaration, option.slice(at + 1), "--var");
  }

  private text(declaration: VariableDeclaration, text: string, origin: string): void {
    const value = readText(text, declaration.type);
    if (value !== undefined) {
      this.values.set(declaration.name, value);
      return;
    }
    this.refused.add(declaration.name);
    this.report.error(
      "variable-type",
      declaration.place,
      `${origin} gives "${declaration.name}" a value that is no ${declaration.type}`,
      {
        remedy: HOW_TO_WRITE[declaration.type],
      },
    );
  }

  bindings(): Map<string, Binding> {
    const bindings = new Map<string, Binding>();
    for (const declaration of this.declarations.values()) {
      const value = this.values.get(declaration.name);
      if (value !== undefined) bindings.set(declaration.name, bind(value, declaration));
      else {
        bindings.set(declaration.name, plain({ $expression: [] }));
        if (this.refused.has(declaration.name)) continue;
        this.report.error(
          "missing-variable",
          { ...declaration.place, target: "key" },
          `the variable "${declaration.name}" has no value`,
          {
            remedy: `give --var ${declaration.name}=…, set ${ENVIRONMENT_PREFIX}${declaration.name}, put it into a file for --var-file, or declare a default`,
          },
        );
      }
    }
    return bindings;
  }
}

/** The value of every declared variable. */
export function readVariables(
  declarations: readonly VariableDeclaration[],
  given: GivenValues,
  report: Report,
): Map<string, Binding> {
  const reader = new VariableReader(declarations, report);
  reader.defaults();
  if (given.environment !== null) {
    const path = join(given.root, "overlays", `${given.environment}.vars.yaml`);
    if (existsSync(path)) reader.file(path, shownPath(given.directory, path));
  }
  for (const file of given.variableFiles) reader.file(resolve(given.directory, file), file);
  reader.environment(given.env);
  for (const option of given.variables) reader.option(option);
  return reader.bindings();
}
