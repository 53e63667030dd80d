/**
 * Binds what carries a migration out and what looks at it: the runner of actions over the kinds' own handlers, the sessions of the
 * synchronisation, the observer. Begins nothing.
 */
import { resolve } from "node:path";
import type { ProjectSettings } from "../config/desired.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { REAL_CLOCK } from "../http/connection.js";
import type { Kinds } from "../migration/actions/deployed-control.js";
import type { MigrationSpec } from "../migration/model/spec.js";
import { type MigrationWorld, openWorld } from "../migration/world/open-world.js";
import type { ProjectSecrets } from "../secrets/resolver.js";
import { accessesOf, type ResolveSecret } from "./migrate-access.js";
import type { Declared } from "./migrate-declared.js";

export interface HandsOptions {
  readonly spec: MigrationSpec;
  /** Of the record; a plan that was never begun has none. */
  readonly migrationId: string;
  readonly declared: Declared;
  readonly secrets: ProjectSecrets;
  /** One line for people. */
  readonly log: (text: string) => void;
}

/** Rejects with DiagnosticError when a secret or the state cannot be read. The caller closes it. */
export async function handsOf(options: HandsOptions): Promise<MigrationWorld> {
  const { spec, migrationId, declared, log } = options;
  requireState(options);
  const secret = secretOf(options);
  const accesses = await accessesOf(spec, secret);
  return openWorld({
    spec,
    migrationId,
    kinds: kindsOf(options),
    secret,
    mesos: (address) => accesses.server(address),
    marathon: (framework) => accesses.framework(framework),
    archiveFolder: archiveFolder(declared.settings, migrationId),
    clock: REAL_CLOCK,
    log,
  });
}

/** Beside the state where that is on this machine. */
function archiveFolder({ root, state }: ProjectSettings, migrationId: string): string {
  return resolve(root, state.kind === "local" ? state.path : ".ferry", "archives", migrationId);
}

/** What is deployed carries the mark of the state: without one, an apply would not know it again. */
function requireState({ spec, declared }: HandsOptions): void {
  if (declared.resources.length === 0 || declared.lineage !== "") return;
  throw new DiagnosticError([
    errorDiagnostic(
      "migration-not-applied",
      `${spec.name} is declared, and nothing of the project was ever applied`,
      {
        detail: "What the migration deploys has to be known to the state. Nothing was begun.",
        remedy: "Run `ferry apply` first: it records the declaration, and begins nothing of the migration.",
      },
    ),
  ]);
}

/** Secrets of the project, and those that a file holds itself. */
export function secretOf({ declared, secrets }: Pick<HandsOptions, "declared" | "secrets">): ResolveSecret {
  return async (reference) => {
    const own = declared.ownSecrets.get(reference);
    return own === undefined ? secrets.resolve(reference) : Buffer.from(own);
  };
}

/** The kinds as `ferry apply` has them: what is deployed is marked and found by the state's lineage. */
function kindsOf({ declared, secrets }: HandsOptions): Kinds {
  const { settings, registry, views, lineage } = declared;
  return {
    handler: registry.handler,
    context: (signal) => ({
      projectRoot: settings.root,
      lineage,
      secrets: secrets.withSalt(lineage),
      signal,
      now: Date.now,
      resource: (address) => views.resource(address),
    }),
  };
}
