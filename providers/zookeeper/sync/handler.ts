/**
 * The kind Sync: the declaration of a synchronisation, kept on its target for everybody to look up. It starts and stops no
 * engine: that is for `ferry sync run`.
 */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { controlPaths } from "../../../src/sync/control/layout.js";
import { readDeclared, readStatus } from "../../../src/sync/control/read-records.js";
import type { SyncStatus } from "../../../src/sync/control/records.js";
import {
  type DeclaredRecord,
  normaliseDeclaration,
  publicDeclaration,
  withAccessOf,
} from "../../../src/sync/declared/declaration.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { isZooKeeperError, type ZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import type {
  ApplyResult,
  ChangeRequest,
  FieldRules,
  KindHandler,
  Progress,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../../provider.js";
import type { Connections } from "../znode/access.js";
import { clientOf, knownConnectString, nameOf, type SyncIdentity } from "./sides.js";
import { deleteSync, writeDeclaration } from "./write.js";

const RULES: FieldRules = {
  forcesReplacement: [],
  keyedLists: { paths: "source" },
  unorderedLists: ["paths[*].exclude"],
  sensitive: [],
  textFields: [],
};

function describeSteps(change: ChangeRequest): string[] {
  const name = nameOf(change.address);
  const { root, declared } = controlPaths(name);
  if (change.action === "delete") return [`delete ${root} on both sides, unless an engine is active`];
  const write = `write ${declared} on the target`;
  return change.action === "create"
    ? [write, `nothing is copied before an engine runs: ferry sync run ${name}`]
    : [write, "engines take the change when they are started again"];
}

function ofZooKeeper(address: string, error: ZooKeeperError): Diagnostic {
  return errorDiagnostic("zookeeper", `${address}: ${error.message}`, {
    address,
    detail: "No engine was touched, and nothing that is synchronised.",
    remedy: error.remedy ?? "Check that both ensembles serve (`ferry show`), then run the command again.",
  });
}

function diagnosticsOf(address: string, error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  if (isZooKeeperError(error)) return [ofZooKeeper(address, error)];
  throw error;
}

/** An ensemble that is not there holds no declaration: that is known without asking. */
function isTargetAbsent(spec: JsonObject, context: ProviderContext): boolean {
  const target = spec["target"];
  const ensemble = isObject(target) ? target["ensemble"] : undefined;
  return typeof ensemble === "string" && context.exists?.(ensemble) === false;
}

/** What engines said last; never compared. */
export function syncAttributes(status: SyncStatus | null): JsonObject {
  if (status === null) return { state: null, lag: null, engine: null };
  const { host, pid, sinceMs } = status.engine;
  const each = (value: (direction: SyncStatus["directions"][number]) => Json): JsonObject =>
    Object.fromEntries(status.directions.map((direction) => [direction.direction, value(direction)]));
  return {
    state: each(({ state }) => state),
    lag: each(({ lagMs }) => (lagMs === null ? null : { ...lagMs })),
    engine: { host, pid, since: iso(sinceMs), wrote: iso(status.writtenMs) },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function damaged(address: string, path: string): ReadResult {
  const summary = `${address}: ${path} does not hold a declaration of ferry: somebody wrote to it`;
  return {
    status: "unreadable",
    diagnostics: [
      errorDiagnostic("sync-record-damaged", summary, {
        address,
        detail: "Nothing was touched.",
        remedy: `Look at what it holds, then delete ${path}; the next apply writes it anew.`,
      }),
    ],
  };
}

async function readWanted(
  connections: Connections,
  spec: JsonObject,
  request: Pick<ReadRequest, "address" | "identity">,
  context: ProviderContext,
): Promise<ReadResult> {
  const { address, identity } = request;
  const name = nameOf(address);
  const paths = controlPaths(name);
  const subject = { address, spec, identity };
  const { client, connectString } = await clientOf(connections, "target", subject, context);
  const held = await readDeclared(client, paths);
  if (held === null) return { status: "absent", diagnostics: [] };
  if (held.record === null || !isObject(held.record.spec)) return damaged(address, paths.declared);
  const known: SyncIdentity = {
    name,
    source: knownConnectString(spec, "source", identity, context),
    target: connectString,
  };
  return {
    status: "present",
    live: withAccessOf(held.record.spec, spec),
    attributes: syncAttributes(await readStatus(client, paths)),
    identity: known,
    diagnostics: [],
  };
}

/** Builds the handler; connections are shared and closed by the provider. */
export function syncHandler(connections: Connections): KindHandler {
  async function read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    const spec = request.desired ?? request.recorded;
    if (spec === null || isTargetAbsent(spec, context)) return { status: "absent", diagnostics: [] };
    try {
      return await readWanted(connections, spec, request, context);
    } catch (error) {
      return { status: "unreadable", diagnostics: diagnosticsOf(request.address, error) };
    }
  }

  async function apply(
    change: ChangeRequest,
    context: ProviderContext,
    report: (progress: Progress) => void,
  ): Promise<ApplyResult> {
    const { address, identity } = change;
    try {
      if (change.action === "delete") {
        const subject = { address, spec: change.before, identity };
        return await deleteSync(connections, subject, context, report);
      }
      const { after: spec } = change;
      const { client } = await clientOf(connections, "target", { address, spec, identity }, context);
      const record: DeclaredRecord = { format: 1, address, spec: publicDeclaration(spec) };
      await writeDeclaration(client, controlPaths(nameOf(address)), record, change.action, report);
      const now = await readWanted(connections, spec, change, context);
      if (now.status !== "present") return { status: "failed", identity, diagnostics: now.diagnostics };
      return { ...now, status: "done" };
    } catch (error) {
      return { status: "failed", identity, diagnostics: diagnosticsOf(address, error) };
    }
  }

  return {
    kind: "Sync",
    provider: "zookeeper",
    rules: RULES,
    normalise: normaliseDeclaration,
    validate: () => [],
    outputs: () => ({}),
    attributeNames: ["state", "lag", "engine"],
    describeSteps,
    read,
    apply,
    importHelp: "the name of the Sync (its declaration is taken over from the target)",
    import: (id, request, context) => importSync(id, request, context, read),
  };
}

async function importSync(
  id: string,
  request: ReadRequest,
  context: ProviderContext,
  read: KindHandler["read"],
): Promise<ReadResult> {
  if (id === nameOf(request.address)) return read(request, context);
  return {
    status: "unreadable",
    diagnostics: [
      errorDiagnostic("import-id", `${request.address} is the Sync ${nameOf(request.address)}, not ${id}`, {
        address: request.address,
        detail: "Nothing is changed.",
        remedy: `Give its own name, or declare a Sync of the name ${id}.`,
      }),
    ],
  };
}
