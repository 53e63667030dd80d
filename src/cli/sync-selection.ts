/**
 * Which Sync a command means: loads the configuration, chooses among its Syncs, and resolves what the chosen one refers to.
 * It needs no state and connects to nothing.
 */
import type { Registry } from "../../providers/registry.js";
import type { Desired, DesiredResource } from "../config/desired.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import { ResourceViews } from "../live/views.js";
import { createSecretResolver, type ProjectSecrets } from "../secrets/resolver.js";
import { type Resolving, resolveRules, resolveSide, resolveSync } from "../sync/declared/resolve-spec.js";
import type { PathRule, SideSpec, SyncSpec } from "../sync/spec.js";
import type { JsonObject } from "../value/json.js";
import type { ConfigurationRequest } from "./command.js";
import { openConfiguration } from "./project.js";

/** One declared Sync; nothing is resolved before it is asked for, so that no secret is read in vain. */
export interface DeclaredSync {
  readonly address: string;
  readonly name: string;
  /** In normal form. */
  readonly spec: JsonObject;
  /** Everything an engine needs. Rejects with DiagnosticError, as the others do. */
  resolve(): Promise<SyncSpec>;
  side(which: "source" | "target"): Promise<SideSpec>;
  rules(): readonly PathRule[];
}

export interface SelectedSyncs {
  readonly syncs: readonly DeclaredSync[];
  /** Warnings of the configuration. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface SyncRequest {
  readonly configuration: ConfigurationRequest;
  /** Names or addresses of Syncs, none for all. */
  readonly names: readonly string[];
  readonly onSecrets: (redact: (text: string) => string) => void;
}

/** Words of a command line: files and folders end in .yaml or .yml or have a slash, everything else is a name. */
export function filesAndNames(words: readonly string[]): {
  readonly files: readonly string[];
  readonly names: readonly string[];
} {
  const isFile = (word: string): boolean =>
    /\.ya?ml$/.test(word) || word === "." || (word.includes("/") && !/(^|\.)Sync\/[^/]*$/.test(word));
  return { files: words.filter(isFile), names: words.filter((word) => !isFile(word)) };
}

/** The Syncs that are meant, in the order of their addresses. Rejects with DiagnosticError. */
export async function selectSyncs(request: SyncRequest): Promise<SelectedSyncs> {
  const { desired, diagnostics, registry } = await openConfiguration(request.configuration);
  try {
    const { root } = desired.project;
    const secrets = createSecretResolver({ root, env: request.configuration.env, salt: "" });
    request.onSecrets((text) => secrets.redact(text));
    const declared = desired.resources.filter(({ kind }) => kind === "Sync");
    const chosen = request.names.length === 0 ? declared : namedOf(declared, request.names);
    if (chosen.length === 0) throw none(request);
    return { syncs: chosen.map((resource) => opened(resource, desired, registry, secrets)), diagnostics };
  } finally {
    await registry.close();
  }
}

/** The one Sync that is meant. Rejects with DiagnosticError `usage-sync` when there are several. */
export async function selectSync(
  request: SyncRequest,
): Promise<{ readonly sync: DeclaredSync; readonly diagnostics: readonly Diagnostic[] }> {
  const { syncs, diagnostics } = await selectSyncs(request);
  const [sync] = syncs;
  if (sync !== undefined && syncs.length === 1) return { sync, diagnostics };
  throw usage(`there are ${syncs.length} Syncs, and one is wanted`, {
    detail: `They are ${syncs.map(({ address }) => address).join(", ")}.`,
    remedy: "Give the name of one of them.",
  });
}

function opened(
  resource: DesiredResource,
  desired: Desired,
  registry: Registry,
  secrets: ProjectSecrets,
): DeclaredSync {
  const views = new ResourceViews(registry.handler);
  views.seed(desired.resources, null, new Map());
  const { address, name } = resource;
  const spec = views.spec(address) ?? resource.spec;
  const resolving: Resolving = {
    address,
    outputs: (other) => views.resource(other)?.outputs,
    secret: (reference) => secrets.resolve(reference),
  };
  return {
    address,
    name,
    spec,
    resolve: () => resolveSync(name, spec, resolving),
    side: (which) => resolveSide(spec, which, resolving),
    rules: () => resolveRules(spec, resolving),
  };
}

function namedOf(declared: readonly DesiredResource[], names: readonly string[]): DesiredResource[] {
  const unknown = names.filter((name) => !declared.some((resource) => isNamed(resource, name)));
  const [first] = unknown;
  if (first !== undefined) throw unknownSync(first, declared);
  return declared.filter((resource) => names.some((name) => isNamed(resource, name)));
}

function isNamed({ address, name }: DesiredResource, wanted: string): boolean {
  return wanted === name || wanted === address;
}

function unknownSync(name: string, declared: readonly DesiredResource[]): DiagnosticError {
  const near = nearest(name, [...declared.map((one) => one.name), ...declared.map(({ address }) => address)]);
  const known = declared.map((one) => one.name).join(", ");
  const list = declared.length === 0 ? "There is no Sync at all." : `There are: ${known}.`;
  return usage(`there is no Sync ${name}`, {
    detail: list,
    remedy:
      near === undefined
        ? `Declare it, or give the file that declares it; a folder is written with a slash: ./${name}.`
        : `Did you mean ${near}?`,
  });
}

function none({ configuration }: SyncRequest): DiagnosticError {
  const where = configuration.paths.length === 0 ? "this project" : configuration.paths.join(", ");
  return usage(`there is no Sync in ${where}`, {
    remedy: "Declare one: `ferry schema Sync` says what can stand in it.",
  });
}

function usage(summary: string, more: Partial<Diagnostic>): DiagnosticError {
  return new DiagnosticError([errorDiagnostic("usage-sync", summary, more)]);
}
