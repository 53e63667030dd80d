/**
 * Modules on disk: a folder with module.yaml (inputs, outputs) and documents. Reads each folder once, however often it is
 * used; evaluates nothing.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { didYouMean } from "../../diagnostics/suggestion.js";
import { installRoot } from "../../install/root.js";
import { RESOURCE_KINDS } from "../../schema/schema-files.js";
import { isObject, type Json } from "../../value/json.js";
import { isWithin, MODULE_FILE, yamlFilesIn } from "../discover.js";
import { type FileToRead, readDocuments } from "../documents.js";
import { unpatched } from "../overlays.js";
import type { Report } from "../report.js";
import { checkSchema } from "../schema-check.js";
import { type MergedDocument, originOf, type Place, shownPath } from "../sources.js";
import { readDeclarations, type VariableDeclaration } from "../variables.js";

const BUILTIN = "ferry:";

export interface ModuleOutput {
  readonly expression: Json;
  readonly place: Place;
}

export interface ModuleSource {
  /** Absolute. */
  readonly folder: string;
  readonly inputs: ReadonlyMap<string, VariableDeclaration>;
  readonly outputs: ReadonlyMap<string, ModuleOutput>;
  readonly documents: readonly MergedDocument[];
}

function builtinNames(): string[] {
  const folder = join(installRoot(), "modules");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, MODULE_FILE)));
}

export class ModuleLibrary {
  private readonly read = new Map<string, ModuleSource | null>();

  constructor(
    /** Where ferry was started. */
    private readonly directory: string,
    private readonly report: Report,
  ) {}

  /** The folder that `source` in a Module document names; null (reported) when there is no module. */
  folderOf(document: MergedDocument, source: string): string | null {
    const place: Place = { document, path: ["spec", "source"] };
    if (source.startsWith(BUILTIN)) {
      const name = source.slice(BUILTIN.length);
      const names = builtinNames();
      if (names.includes(name)) return join(installRoot(), "modules", name);
      this.report.error("unknown-module", place, `no module "${name}" comes with ferry`, {
        remedy: didYouMean(name, names, "module"),
      });
      return null;
    }
    const folder = resolve(originOf(document, place.path).file.directory, source);
    if (existsSync(join(folder, MODULE_FILE))) return folder;
    const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
    this.report.error(
      "unknown-module",
      place,
      isFolder ? `${source} holds no ${MODULE_FILE}` : `there is no folder ${source}`,
      {
        detail: `looked in ${shownPath(this.directory, folder)}`,
        remedy: `correct the path: it is relative to this YAML file, and the folder has a ${MODULE_FILE} with kind: ModuleDefinition`,
      },
    );
    return null;
  }

  private shownName(file: string): string {
    const builtin = join(installRoot(), "modules");
    if (isWithin(file, builtin) && !isWithin(file, this.directory))
      return `${BUILTIN}${relative(builtin, file)}`;
    return shownPath(this.directory, file);
  }

  /** Reads a module; null (reported) when its definition cannot be used. */
  load(folder: string): ModuleSource | null {
    const known = this.read.get(folder);
    if (known !== undefined) return known;
    const source = this.loadFolder(folder);
    this.read.set(folder, source);
    return source;
  }

  private loadFolder(folder: string): ModuleSource | null {
    const files = yamlFilesIn(folder).map((path): FileToRead => ({ path, name: this.shownName(path) }));
    const raw = readDocuments(files, this.report);
    const documents = raw.map(unpatched);
    const definitions = documents.filter((document) => document.kind === "ModuleDefinition");
    const [definition, second] = definitions;
    if (second !== undefined) {
      this.report.error(
        "misplaced-document",
        { document: second, path: ["kind"] },
        "this module has two definitions",
        { remedy: `keep the one in ${MODULE_FILE}` },
      );
    }
    if (definition === undefined) {
      const shown = this.shownName(join(folder, MODULE_FILE));
      this.report.error("unknown-module", null, `${shown} holds no document of kind ModuleDefinition`, {
        remedy: "begin it with apiVersion: ferry/v1 and kind: ModuleDefinition",
      });
      return null;
    }
    this.checkKinds(documents);
    const valid = checkSchema(
      definition,
      definition.value,
      [],
      this.report,
      `ModuleDefinition/${definition.name}`,
    );
    return valid ? describe(folder, definition, documents) : null;
  }

  private checkKinds(documents: readonly MergedDocument[]): void {
    for (const document of documents) {
      if (document.kind !== "Project") continue;
      this.report.error(
        "misplaced-document",
        { document, path: ["kind"] },
        "a module cannot hold a Project",
        { remedy: "put it into ferry.yaml of the project" },
      );
    }
  }
}

function describe(
  folder: string,
  definition: MergedDocument,
  documents: readonly MergedDocument[],
): ModuleSource {
  const spec = isObject(definition.value["spec"]) ? definition.value["spec"] : {};
  const inputs = readDeclarations(definition, spec["inputs"], ["spec", "inputs"]);
  const outputs = isObject(spec["outputs"]) ? Object.entries(spec["outputs"]) : [];
  return {
    folder,
    inputs: new Map(inputs.map((input) => [input.name, input])),
    outputs: new Map(
      outputs.map(([name, expression]) => [
        name,
        { expression, place: { document: definition, path: ["spec", "outputs", name] } },
      ]),
    ),
    documents: documents.filter(
      (document) => document.kind === "Module" || RESOURCE_KINDS.includes(document.kind),
    ),
  };
}

/** The last part of a folder's path, for messages. */
export function folderName(folder: string): string {
  return basename(folder);
}
