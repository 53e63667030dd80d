/** The migrations that a project declares, or the one of a `zk-migrate` file, as specifications. Connects to nothing. */
import { openRegistry, type Registry } from "../../providers/registry.js";
import type { State } from "../../state/model.js";
import { openBackend } from "../../state/open.js";
import type { DesiredResource, ProjectSettings } from "../config/desired.js";
import { loadProject } from "../config/load.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import { ResourceViews } from "../live/views.js";
import { readMigrationFile } from "../migration/declared/migration-file.js";
import { resolveMigration } from "../migration/declared/resolve-spec.js";
import type { MigrationSpec } from "../migration/model/spec.js";
import { fillFingerprints } from "../secrets/fill.js";
import { createSecretResolver, type ProjectSecrets } from "../secrets/resolver.js";
import type { ConfigurationRequest } from "./command.js";
import type { MigrateRequest, MigrationFileRequest } from "./migrate-world.js";
import { openConfiguration } from "./project.js";

export interface DeclaredMigrations {
  /** Warnings of the configuration. */
  readonly diagnostics: readonly Diagnostic[];
  /** Of one that is declared; without a name of the only one. Throws DiagnosticError. */
  spec(name: string | null): MigrationSpec;
}

export interface Declared extends DeclaredMigrations {
  readonly settings: ProjectSettings;
  readonly registry: Registry;
  /** All that the project declares, secrets with fingerprints; none where a file is the whole of it. */
  readonly resources: readonly DesiredResource[];
  readonly views: ResourceViews;
  /** Of the state; empty where there is none. */
  readonly lineage: string;
  /** Secrets that a file holds in clear, by the reference that stands for them. */
  readonly ownSecrets: ReadonlyMap<string, string>;
}

/** Rejects with DiagnosticError. The caller closes the registry. */
export async function declaredMigrations(
  { configuration, file }: MigrateRequest,
  signal: AbortSignal,
): Promise<Declared> {
  return file === null ? ofProject(configuration, signal) : ofFile(configuration, file);
}

async function ofProject(request: ConfigurationRequest, signal: AbortSignal): Promise<Declared> {
  const { desired: unfilled, diagnostics, registry } = await openConfiguration(request);
  try {
    const secrets = createSecretResolver({ root: unfilled.project.root, env: request.env, salt: "" });
    const state = await readState(unfilled.project, secrets, signal);
    const lineage = state?.lineage ?? "";
    // As an apply has them: what is deployed is compared by the fingerprints of its secrets.
    const { value: desired, diagnostics: problems } = await fillFingerprints(
      unfilled,
      secrets.withSalt(lineage),
    );
    if (desired === undefined) throw new DiagnosticError([...diagnostics, ...problems]);
    const views = new ResourceViews(registry.handler);
    views.seed(desired.resources, state, new Map());
    const { project: settings, resources } = desired;
    const spec = (name: string | null): MigrationSpec => specIn(resources, views, name);
    return { settings, registry, resources, views, lineage, diagnostics, spec, ownSecrets: new Map() };
  } catch (error) {
    await registry.close();
    throw error;
  }
}

async function readState(
  { root, state: settings, encryptionKey }: ProjectSettings,
  secrets: ProjectSecrets,
  signal: AbortSignal,
): Promise<State | null> {
  const backend = await openBackend(settings, { root, secrets, encryptionKey, signal });
  return backend.read().finally(() => backend.close());
}

function specIn(
  resources: readonly DesiredResource[],
  views: ResourceViews,
  name: string | null,
): MigrationSpec {
  const declared = resources.filter(({ kind }) => kind === "Migration");
  const [only] = declared;
  const found =
    name === null
      ? declared.length === 1
        ? only
        : undefined
      : declared.find((one) => one.name === name || one.address === name);
  if (found === undefined) {
    throw notDeclared(
      name,
      declared.map((one) => one.name),
    );
  }
  const { address } = found;
  return resolveMigration(found.name, views.spec(address) ?? found.spec, {
    address,
    resource: (other) => views.resource(other),
  });
}

async function ofFile(request: ConfigurationRequest, file: MigrationFileRequest): Promise<Declared> {
  const project = await loadProject(request);
  if (project.value === undefined) throw new DiagnosticError(project.diagnostics);
  const read = readMigrationFile({ ...file, directory: request.directory });
  const { value } = read;
  if (value === undefined) throw new DiagnosticError(read.diagnostics);
  const registry = await openRegistry(project.value.providers);
  return {
    settings: project.value,
    registry,
    resources: [],
    views: new ResourceViews(registry.handler),
    lineage: "",
    diagnostics: read.diagnostics,
    spec: () => value.spec,
    ownSecrets: value.secrets,
  };
}

function notDeclared(name: string | null, known: readonly string[]): DiagnosticError {
  const list = known.length === 0 ? "There is none at all." : `There are: ${known.join(", ")}.`;
  if (name === null) {
    return new DiagnosticError([
      errorDiagnostic("usage-migration", `${known.length} migrations are declared, and one is wanted`, {
        detail: list,
        remedy:
          known.length === 0
            ? "Declare one: `ferry schema Migration` says what can stand in it."
            : "Give the name of one of them.",
      }),
    ]);
  }
  const near = nearest(name, known);
  return new DiagnosticError([
    errorDiagnostic("usage-migration", `no migration ${name} is declared`, {
      detail: list,
      remedy: near === undefined ? "Declare it, or give the file that declares it." : `Did you mean ${near}?`,
    }),
  ]);
}
