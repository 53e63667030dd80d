/**
 * Opens a project: configuration, secrets, providers and state backend. It is where the parts meet; each part's work is
 * in its own folder.
 */
import type { KindHandler } from "../../providers/provider.js";
import { openRegistry, type Registry } from "../../providers/registry.js";
import type { Lock, StateBackend } from "../../state/backend.js";
import { openBackend } from "../../state/open.js";
import { createLockOwner, describeOwner } from "../../state/owner.js";
import type { Desired, DesiredResource, ProjectSettings } from "../config/desired.js";
import { loadConfiguration, loadProject } from "../config/load.js";
import { type Diagnostic, DiagnosticError, hasErrors } from "../diagnostics/diagnostic.js";
import { createSecretResolver, type ProjectSecrets } from "../secrets/resolver.js";
import type { ConfigurationRequest } from "./command.js";
import { migrationProgress } from "./migration-progress.js";
import type { Terminal } from "./terminal.js";

export interface Configuration {
  /** Secrets without fingerprints. */
  readonly desired: Desired;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly registry: Registry;
}

/** Loads and checks the configuration, each resource by its provider too. Rejects with all errors at once. */
export async function openConfiguration(request: ConfigurationRequest): Promise<Configuration> {
  const loaded = await loadConfiguration(request);
  if (loaded.value === undefined) throw new DiagnosticError(loaded.diagnostics);
  const desired = loaded.value;
  const { project } = desired;
  const registry = await openRegistry(project.providers, {
    migrationProgress: migrationProgress(project, request.env),
  });
  const diagnostics = [
    ...loaded.diagnostics,
    ...desired.resources.flatMap((resource) => checkResource(resource, registry.handler(resource.kind))),
  ];
  if (!hasErrors(diagnostics)) return { desired, diagnostics, registry };
  await registry.close();
  throw new DiagnosticError(diagnostics);
}

function checkResource(resource: DesiredResource, handler: KindHandler | undefined): Diagnostic[] {
  if (handler === undefined) return [];
  return handler.validate(resource.spec).map(({ path, diagnostic }) => ({
    address: resource.address,
    source: resource.source,
    ...diagnostic,
    summary:
      diagnostic.source === undefined && path !== ""
        ? `${resource.address}: ${diagnostic.summary}`
        : diagnostic.summary,
  }));
}

export interface Project extends Configuration {
  readonly settings: ProjectSettings;
  readonly secrets: ProjectSecrets;
  readonly backend: StateBackend;
  close(): Promise<void>;
}

/** Opens everything; the caller closes it. */
export async function openProject(request: ConfigurationRequest, signal: AbortSignal): Promise<Project> {
  const configuration = await openConfiguration(request);
  const settings = configuration.desired.project;
  const secrets = createSecretResolver({ root: settings.root, env: request.env, salt: "" });
  const { registry } = configuration;
  try {
    const { encryptionKey } = settings;
    const backend = await openBackend(settings.state, {
      root: settings.root,
      secrets,
      encryptionKey,
      signal,
    });
    const close = async (): Promise<void> => {
      await Promise.allSettled([registry.close(), backend.close()]);
    };
    return { ...configuration, settings, secrets, backend, close };
  } catch (error) {
    await registry.close();
    throw error;
  }
}

export interface OpenedState {
  readonly backend: StateBackend;
  readonly redact: (text: string) => string;
}

/** Opens the state's backend only, for commands that look at no resource. The caller closes it. */
export async function openState(request: ConfigurationRequest, signal: AbortSignal): Promise<OpenedState> {
  const loaded = await loadProject(request);
  if (loaded.value === undefined) throw new DiagnosticError(loaded.diagnostics);
  const { root, state, encryptionKey } = loaded.value;
  const secrets = createSecretResolver({ root, env: request.env, salt: "" });
  const backend = await openBackend(state, { root, secrets, encryptionKey, signal });
  return { backend, redact: (text) => secrets.redact(text) };
}

export interface LockOptions {
  /** The command that wants it. */
  readonly operation: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Takes the state's lock, telling whom it waits for. */
export function takeLock(backend: StateBackend, options: LockOptions, terminal: Terminal): Promise<Lock> {
  return backend.lock({
    owner: createLockOwner(options.operation),
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    onWait: (holder) => terminal.note(`Waiting for the state's lock, held by ${describeOwner(holder)}`),
  });
}
