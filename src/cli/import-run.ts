/** Carries out `ferry import`: reads the thing through its provider and records it. Touches nothing but the state. */
import { randomUUID } from "node:crypto";
import type { KindHandler, ReadResult } from "../../providers/provider.js";
import type { Lock } from "../../state/backend.js";
import { emptyState, finishIntent, stampState } from "../../state/edit.js";
import type { State } from "../../state/model.js";
import { createStateWriter } from "../../state/writer.js";
import type { Desired, DesiredResource } from "../config/desired.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggestion.js";
import { gitStamp } from "../git/stamp.js";
import { ferryVersion } from "../install/root.js";
import { READ_TIMEOUT_MS } from "../live/read.js";
import { ResourceViews } from "../live/views.js";
import { fillFingerprints } from "../secrets/fill.js";
import { type PlanRequest, withProject } from "./plan-run.js";
import { type Project, takeLock } from "./project.js";
import { type Reply, reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export interface ImportRequest extends Pick<PlanRequest, "configuration" | "onSecrets"> {
  readonly address: string;
  readonly id: string | null;
  readonly lockTimeoutMs: number;
}

export function runImport(request: ImportRequest, terminal: Terminal): Promise<Reply> {
  return withProject(request, terminal, async (project, interrupts) => {
    const resource = declared(project.desired, request.address);
    const handler = project.registry.handler(resource.kind);
    if (handler === undefined)
      throw refusal("unknown-kind", `no provider serves the kind ${resource.kind}`, "Run `ferry providers`.");
    if (request.id === null)
      throw refusal("usage-import", `the id of ${request.address} is missing`, handler.importHelp);
    const wait = { operation: "import", timeoutMs: request.lockTimeoutMs, signal: interrupts.stop };
    const lock = await takeLock(project.backend, wait, terminal);
    try {
      return await importUnderLock(project, lock, {
        resource,
        handler,
        id: request.id,
        signal: interrupts.stop,
      });
    } finally {
      await lock.release();
    }
  });
}

interface Subject {
  readonly resource: DesiredResource;
  readonly handler: KindHandler;
  readonly id: string;
  readonly signal: AbortSignal;
}

async function importUnderLock(project: Project, lock: Lock, subject: Subject): Promise<Reply> {
  const { resource, handler } = subject;
  const state = (await project.backend.read()) ?? emptyState(randomUUID(), ferryVersion());
  if (state.resources[resource.address] !== undefined) {
    throw refusal(
      "import-recorded",
      `${resource.address} is recorded already`,
      "Run `ferry plan` to see how it stands.",
    );
  }
  const views = await viewsOf(project, state);
  const desired = views.spec(resource.address) ?? {};
  const found = await read(project, state, subject, views);
  if (found.status !== "present") throw notFound(subject, found);
  const writer = createStateWriter(project.backend, lock, state);
  const git = await gitStamp(project.settings.root);
  const next = await writer.update((current) =>
    finishIntent(stampState(current, ferryVersion(), git), {
      address: resource.address,
      kind: resource.kind,
      provider: handler.provider,
      dependsOn: resource.dependsOn,
      sensitivePaths: resource.sensitivePaths,
      preventDestroy: resource.lifecycle.preventDestroy,
      identity: found.identity,
      // What cannot be read is taken from the configuration, so that it can be found and removed later.
      spec: { ...desired, ...found.live },
      live: found.live,
      attributes: found.attributes,
      appliedAt: new Date().toISOString(),
    }),
  );
  const text = `imported ${resource.address}\nNow \`ferry plan\` shows how it differs from the configuration.`;
  return reply(text, { address: resource.address, identity: found.identity, serial: next.serial }, [
    ...project.diagnostics,
    ...found.diagnostics,
  ]);
}

async function viewsOf(project: Project, state: State): Promise<ResourceViews> {
  const filled = await fillFingerprints(project.desired, project.secrets.withSalt(state.lineage));
  if (filled.value === undefined) throw new DiagnosticError(filled.diagnostics);
  const views = new ResourceViews(project.registry.handler);
  views.seed(filled.value.resources, state, new Map());
  return views;
}

async function read(
  project: Project,
  state: State,
  subject: Subject,
  views: ResourceViews,
): Promise<ReadResult> {
  const { resource, handler, id, signal } = subject;
  const { address } = resource;
  return handler.import(
    id,
    { address, desired: views.spec(address), recorded: null, identity: null },
    {
      projectRoot: project.settings.root,
      lineage: state.lineage,
      secrets: project.secrets.withSalt(state.lineage),
      signal: AbortSignal.any([signal, AbortSignal.timeout(READ_TIMEOUT_MS)]),
      now: Date.now,
      resource: (other) => views.resource(other),
    },
  );
}

function declared(desired: Desired, address: string): DesiredResource {
  const resource = desired.resources.find((candidate) => candidate.address === address);
  if (resource !== undefined) return resource;
  const near = nearest(
    address,
    desired.resources.map((candidate) => candidate.address),
  );
  throw refusal(
    "import-not-declared",
    `${address} is not declared in the configuration`,
    near === undefined
      ? "Declare it first, then import it."
      : `Did you mean ${near}? Otherwise declare it first.`,
  );
}

function notFound(subject: Subject, found: ReadResult): DiagnosticError {
  const { resource, handler, id } = subject;
  const diagnostics: Diagnostic[] = [...found.diagnostics];
  const what = found.status === "absent" ? "there is nothing of that id" : "it cannot be read";
  diagnostics.push(
    errorDiagnostic("import-not-found", `cannot import ${resource.address} from "${id}": ${what}`, {
      address: resource.address,
      detail: "Nothing was changed.",
      remedy: handler.importHelp,
    }),
  );
  return new DiagnosticError(diagnostics);
}

function refusal(code: string, summary: string, remedy: string): DiagnosticError {
  return new DiagnosticError([errorDiagnostic(code, summary, { detail: "Nothing was changed.", remedy })]);
}
