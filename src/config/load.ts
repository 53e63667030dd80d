/**
 * The way from files to the desired state. Reads files and nothing else: no server, no secret. All errors come back at
 * once, as data.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Outcome } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/suggestion.js";
import { isObject, type Json } from "../value/json.js";
import { movesOf } from "./checks/moves.js";
import { runChecks } from "./checks/run.js";
import type { Desired, DesiredResource, ProjectSettings } from "./desired.js";
import { expandPaths, findRoot, givenFiles, named, PROJECT_FILE, yamlFilesBelow } from "./discover.js";
import { readDocuments } from "./documents.js";
import type { Binding } from "./expression/binding.js";
import { configurationFingerprint } from "./fingerprint.js";
import { ModuleExpander } from "./modules/expand.js";
import { Lazy } from "./modules/lazy.js";
import { ModuleLibrary } from "./modules/library.js";
import { addressText, Scope } from "./modules/scope.js";
import { applyOverlays, unpatched } from "./overlays.js";
import { checkProject, declaredEnvironments, includedPaths, projectSettings } from "./project.js";
import { Report } from "./report.js";
import { buildResources } from "./resources/build.js";
import type { LoadedResource } from "./resources/resource.js";
import type { MergedDocument, RawDocument } from "./sources.js";
import { readDeclarations, readVariables } from "./variables.js";

export interface LoadRequest {
  /** Where ferry was started (or --chdir), absolute; given paths and shown paths are relative to it. */
  readonly directory: string;
  /** Files and folders given by the user; empty: what the project includes. */
  readonly paths: readonly string[];
  readonly environment: string | null;
  readonly variableFiles: readonly string[];
  /** `name=value` */
  readonly variables: readonly string[];
  /** FERRY_VAR_name gives the variable `name`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Opened {
  readonly request: LoadRequest;
  readonly root: string;
  readonly report: Report;
  readonly project: MergedDocument | undefined;
  readonly overlays: readonly RawDocument[];
  readonly settings: ProjectSettings;
  readonly variables: ReadonlyMap<string, Lazy<Binding>>;
}

function projectDocument(root: string, directory: string, report: Report): MergedDocument | undefined {
  const path = join(root, PROJECT_FILE);
  if (!existsSync(path)) return undefined;
  const documents = readDocuments(named([path], directory), report).map(unpatched);
  const projects = documents.filter((document) => document.kind === "Project");
  for (const document of documents.filter((other) => other !== projects[0])) {
    report.error(
      "misplaced-document",
      { document, path: ["kind"] },
      `${PROJECT_FILE} holds one document of kind Project, and this is another one`,
      {
        remedy: "move it to a file of its own",
      },
    );
  }
  return projects[0];
}

/** Names of environments: as declared, else those that have overlays. */
function knownEnvironments(root: string, project: MergedDocument | undefined): readonly string[] {
  const declared = declaredEnvironments(project);
  if (declared !== undefined) return declared;
  const folder = join(root, "overlays");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return [entry.name];
    return entry.name.endsWith(".vars.yaml") ? [entry.name.slice(0, -".vars.yaml".length)] : [];
  });
}

function readOverlays(
  root: string,
  request: LoadRequest,
  project: MergedDocument | undefined,
  report: Report,
): RawDocument[] {
  const { environment, directory } = request;
  if (environment === null) return [];
  const known = knownEnvironments(root, project);
  if (!known.includes(environment)) {
    report.error("unknown-environment", null, `there is no environment "${environment}"`, {
      remedy:
        known.length > 0
          ? didYouMean(environment, known, "environment")
          : "declare it under spec.environments in ferry.yaml, or make the folder overlays/NAME",
    });
    return [];
  }
  const folder = join(root, "overlays", environment);
  return existsSync(folder) ? readDocuments(named(yamlFilesBelow(folder, root), directory), report) : [];
}

function open(request: LoadRequest): Opened {
  const report = new Report();
  const root = findRoot(request.directory, request.paths);
  const written = projectDocument(root, request.directory, report);
  const overlays = readOverlays(root, request, written, report);
  const ofProject = overlays.filter((overlay) => overlay.kind === "Project");
  const merged =
    written === undefined ? [] : applyOverlays([written], ofProject, request.environment ?? "", report);
  const project = merged[0];
  const valid = project !== undefined && checkProject(project, report);
  const spec: Json | undefined = project?.value["spec"];
  const declared =
    valid && project !== undefined && isObject(spec)
      ? readDeclarations(project, spec["variables"], ["spec", "variables"])
      : [];
  const usable = valid || project === undefined;
  const values = usable ? readVariables(declared, { ...request, root }, report) : new Map<string, Binding>();
  const variables = new Map([...values].map(([name, binding]) => [name, new Lazy(() => binding)]));
  const settings = projectSettings(
    {
      document: valid ? project : undefined,
      root,
      fallbackName: basename(root),
      environment: request.environment,
      values: projectScope([], variables, report),
    },
    report,
  );
  const others = overlays.filter((overlay) => overlay.kind !== "Project");
  if (!usable) report.projectUnusable = true;
  return { request, root, report, project, overlays: others, settings, variables };
}

function projectScope(
  documents: readonly MergedDocument[],
  variables: ReadonlyMap<string, Lazy<Binding>>,
  report: Report,
): Scope {
  const parts = {
    prefix: "",
    parent: null,
    module: null,
    where: "the project",
    folders: [],
    documents,
    variables,
  };
  return new Scope(parts, report);
}

function documentFiles({ request, root, report, project }: Opened): string[] {
  const given = request.paths.filter((path) => path !== "");
  if (given.length > 0) return givenFiles(given, request.directory, root, report);
  const included = includedPaths(project) ?? ["."];
  return expandPaths(included, root, root, (path) => {
    const where =
      project === undefined ? null : { document: project, path: ["spec", "include", included.indexOf(path)] };
    report.error("missing-path", where, `spec.include names ${path}, which does not exist`, {
      remedy: "correct the path: it is relative to the project",
    });
  });
}

function checkPlaces(documents: readonly MergedDocument[], report: Report): void {
  for (const document of documents) {
    const misplaced = document.kind === "Project" || document.kind === "ModuleDefinition";
    if (!misplaced) continue;
    report.error("misplaced-document", { document, path: ["kind"] }, `a ${document.kind} cannot stand here`, {
      remedy:
        document.kind === "Project"
          ? `put it into ${PROJECT_FILE} at the root of the project`
          : "put it into module.yaml in the module's own folder",
    });
  }
}

interface Found {
  readonly resources: readonly LoadedResource[];
  /** Addresses of all resources, of faulty ones too. */
  readonly declared: ReadonlySet<string>;
}

function readResources(opened: Opened): Found {
  const { request, root, report, overlays, variables } = opened;
  const written = readDocuments(named(documentFiles(opened), request.directory), report).map(unpatched);
  checkPlaces(written, report);
  const documents = applyOverlays(written, overlays, request.environment ?? "", report);
  const scope = projectScope(documents, variables, report);
  const expander = new ModuleExpander(new ModuleLibrary(request.directory, report), report);
  expander.populate(scope);
  const context = { root, rootScope: scope, report };
  const scopes = expander.allScopes(scope);
  return {
    resources: scopes.flatMap((inner) => buildResources(inner, context)),
    declared: new Set(
      scopes.flatMap((inner) => inner.documents.map((document) => addressText(inner.prefix, document))),
    ),
  };
}

function finished(resource: LoadedResource): DesiredResource {
  const { address, kind, name, labels, lifecycle, spec, sensitivePaths, document } = resource;
  const [origin] = document.origins;
  if (origin === undefined) throw new Error(`${address} comes from no document`);
  const dependsOn = [...resource.dependsOn].filter((other) => other !== address).sort();
  return {
    address,
    kind,
    name,
    labels,
    lifecycle,
    spec,
    dependsOn,
    sensitivePaths,
    source: origin.file.range(origin.span),
  };
}

/** Loads and checks a configuration. No value when there is any error. */
export async function loadConfiguration(request: LoadRequest): Promise<Outcome<Desired>> {
  const opened = open(request);
  const { report, settings, project } = opened;
  const { resources, declared } = readResources(opened);
  const moves = movesOf(project, declared, report);
  runChecks({ resources, report });
  const diagnostics = report.diagnostics();
  if (report.hasErrors) return { diagnostics };
  const done = resources.map(finished).sort((a, b) => (a.address < b.address ? -1 : 1));
  const fingerprint = configurationFingerprint({ resources: done, moves });
  return { value: { project: settings, resources: done, moves, fingerprint }, diagnostics };
}

/** The settings of the project alone, for commands that look at the state only: faults of other documents do not matter. */
export async function loadProject(request: LoadRequest): Promise<Outcome<ProjectSettings>> {
  const { report, settings } = open(request);
  return report.hasErrors
    ? { diagnostics: report.diagnostics() }
    : { value: settings, diagnostics: report.diagnostics() };
}
