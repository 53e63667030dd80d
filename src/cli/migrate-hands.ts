/**
 * Binds what carries a migration out and what looks at it to the project: its kinds, its secrets, its state. It connects to nothing by itself
 * and begins nothing.
 */
import { resolve } from "node:path";
import type { ProviderContext } from "../../providers/provider.js";
import type { Registry } from "../../providers/registry.js";
import { openBackend } from "../../state/open.js";
import type { Desired, ProjectSettings } from "../config/desired.js";
import { DiagnosticError } from "../diagnostics/diagnostic.js";
import { REAL_CLOCK } from "../http/connection.js";
import { ResourceViews } from "../live/views.js";
import type { MigrationSpec } from "../migration/model/spec.js";
import { marathonAccess, mesosAccess } from "../migration/world/access.js";
import { type MigrationWorld, openWorld } from "../migration/world/open-world.js";
import { fillFingerprints } from "../secrets/fill.js";
import type { ProjectSecrets } from "../secrets/resolver.js";

/** The project as the migration's servers see it. */
export interface Surroundings {
  /** With the fingerprints of secrets; null where the migration stands in a file of its own. */
  readonly desired: Desired | null;
  readonly context: (signal: AbortSignal) => ProviderContext;
}

export interface HandsOptions {
  readonly spec: MigrationSpec;
  /** Of the record; a plan that was never begun has none. */
  readonly migrationId: string;
  readonly surroundings: Surroundings;
  readonly settings: ProjectSettings;
  readonly registry: Registry;
  readonly secrets: ProjectSecrets;
  /** Secrets that a file holds in clear, by the reference that stands for them. */
  readonly ownSecrets: ReadonlyMap<string, string>;
  readonly log: (text: string) => void;
}

/** Rejects with DiagnosticError. The caller closes it. */
export async function handsOf(options: HandsOptions): Promise<MigrationWorld> {
  const { spec, migrationId, settings, registry, secrets, ownSecrets, log } = options;
  const secret = async (reference: string): Promise<Buffer> => {
    const own = ownSecrets.get(reference);
    return own === undefined ? secrets.resolve(reference) : Buffer.from(own, "utf8");
  };
  return openWorld({
    spec,
    migrationId,
    kinds: { handler: (kind) => registry.handler(kind), context: options.surroundings.context },
    secret,
    mesos: await mesosAccess(spec, secret),
    marathon: await marathonAccess(spec, secret),
    archiveFolder: archiveFolder(settings, migrationId),
    clock: REAL_CLOCK,
    log,
  });
}

/** Beside the state where that is on this machine. */
export function archiveFolder({ root, state }: ProjectSettings, migrationId: string): string {
  return resolve(root, state.kind === "local" ? state.path : ".ferry", "archives", migrationId);
}

/** Everything declared, as far as it is known before anything is read. Rejects with DiagnosticError. */
export async function surroundingsOf(
  desired: Desired | null,
  registry: Registry,
  {
    settings,
    secrets,
    signal,
  }: Pick<HandsOptions, "settings" | "secrets"> & { readonly signal: AbortSignal },
): Promise<Surroundings> {
  const { root, state: stateSettings, encryptionKey } = settings;
  const backend = await openBackend(stateSettings, { root, secrets, encryptionKey, signal });
  try {
    const state = await backend.read();
    const lineage = state?.lineage ?? "";
    const salted = secrets.withSalt(lineage);
    const filled = desired === null ? null : await fillFingerprints(desired, salted);
    if (filled !== null && filled.value === undefined) throw new DiagnosticError(filled.diagnostics);
    const known = filled?.value ?? null;
    const views = new ResourceViews(registry.handler);
    views.seed(known?.resources ?? [], state, new Map());
    const context = (stop: AbortSignal): ProviderContext => ({
      projectRoot: root,
      lineage,
      secrets: salted,
      signal: stop,
      now: Date.now,
      resource: (address) => views.resource(address),
    });
    return { desired: known, context };
  } finally {
    await backend.close();
  }
}
