/** The migrations that a project declares, or the one of a `zk-migrate` file, as specifications. Connects to nothing. */
import { openRegistry, type Registry } from "../../providers/registry.js";
import type { Desired, ProjectSettings } from "../config/desired.js";
import { loadProject } from "../config/load.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import { ResourceViews } from "../live/views.js";
import { readMigrationFile } from "../migration/declared/migration-file.js";
import { resolveMigration } from "../migration/declared/resolve-spec.js";
import type { MigrationSpec } from "../migration/model/spec.js";
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
  /** Null where the migration stands in a file of its own. */
  readonly desired: Desired | null;
  /** Secrets that a file holds in clear, by the reference that stands for them. */
  readonly ownSecrets: ReadonlyMap<string, string>;
}

/** Rejects with DiagnosticError. The caller closes the registry. */
export async function declaredMigrations({ configuration, file }: MigrateRequest): Promise<Declared> {
  return file === null ? ofProject(configuration) : ofFile(configuration, file);
}

async function ofProject(request: ConfigurationRequest): Promise<Declared> {
  const { desired, diagnostics, registry } = await openConfiguration(request);
  const spec = specsOf(desired, registry);
  return { settings: desired.project, registry, desired, diagnostics, spec, ownSecrets: new Map() };
}

/** Those of a configuration by name. Secrets are compared only where `desired` has their fingerprints. */
export function specsOf(desired: Desired, registry: Registry): DeclaredMigrations["spec"] {
  const views = new ResourceViews(registry.handler);
  views.seed(desired.resources, null, new Map());
  const declared = desired.resources.filter(({ kind }) => kind === "Migration");
  return (name) => {
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
  };
}

async function ofFile(request: ConfigurationRequest, file: MigrationFileRequest): Promise<Declared> {
  const project = await loadProject(request);
  if (project.value === undefined) throw new DiagnosticError(project.diagnostics);
  const read = readMigrationFile({ ...file, directory: request.directory });
  const { value } = read;
  if (value === undefined) throw new DiagnosticError(read.diagnostics);
  return {
    settings: project.value,
    registry: await openRegistry(project.value.providers),
    desired: null,
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
