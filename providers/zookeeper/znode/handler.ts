/** The kind ZNode: a declared tree of znodes with data and access lists. */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { isUnknown } from "../../../src/value/expression.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import { isZooKeeperError, type ZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import type {
  ApplyResult,
  ChangeRequest,
  FieldRules,
  KindHandler,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../../provider.js";
import { type Connections, clientFor, isTree } from "./access.js";
import { readTree } from "./read.js";
import { declaredNodes, normaliseTree, treeOf, withFormer } from "./tree.js";
import { deleteTree, refuseExisting, TreeError, writeTree } from "./write.js";

const RULES: FieldRules = {
  forcesReplacement: ["path", "ensemble", "connectString"],
  keyedLists: {},
  unorderedLists: [],
  sensitive: [],
  textFields: ["data"],
  livesIn: ["ensemble"],
};

/** ZooKeeper refuses packets from 1 MiB on (jute.maxbuffer); the rest of the packet needs a little room. */
const LARGEST_DATA = 1_000_000;

function validateNode(
  path: string,
  field: string,
  node: JsonObject,
): { path: string; diagnostic: Diagnostic }[] {
  const { data, dataBase64, children } = node;
  const size =
    typeof data === "string"
      ? Buffer.byteLength(data)
      : typeof dataBase64 === "string"
        ? Math.floor((dataBase64.length * 3) / 4)
        : 0;
  const below = Object.entries((children ?? {}) as JsonObject).flatMap(([name, child]) =>
    validateNode(
      `${path}/${name}`,
      `${field === "" ? "" : `${field}.`}children[${JSON.stringify(name)}]`,
      child as JsonObject,
    ),
  );
  if (size <= LARGEST_DATA) return below;
  const diagnostic = errorDiagnostic(
    "data-too-large",
    `the data of ${path} has ${size} bytes; a znode takes about 1 MB`,
    {
      remedy: "Keep the content elsewhere and let the znode hold where, or split it.",
    },
  );
  return [{ path: field === "" ? "data" : `${field}.data`, diagnostic }, ...below];
}

function validate(spec: JsonObject): { path: string; diagnostic: Diagnostic }[] {
  const path = spec["path"];
  if (typeof path !== "string") return [];
  const isSystem = path === "/zookeeper" || path.startsWith("/zookeeper/");
  const reserved = errorDiagnostic("system-path", `${path} belongs to ZooKeeper itself`, {
    remedy: "Choose another path; /zookeeper holds quotas and the ensemble's configuration.",
  });
  return [...(isSystem ? [{ path: "path", diagnostic: reserved }] : []), ...validateNode(path, "", spec)];
}

function describeSteps(change: ChangeRequest): string[] {
  const spec = change.action === "delete" ? change.before : change.after;
  if (!isTree(spec) || isUnknown(spec["children"])) return [];
  const tree = treeOf(spec);
  const count = declaredNodes(tree.path, tree).length;
  const nodes = count === 1 ? tree.path : `${tree.path} and ${count - 1} below it`;
  if (change.action === "create") return [`create ${nodes}`];
  if (change.action === "delete")
    return [`delete ${nodes}${tree.exclusive ? ", with undeclared children" : ""}`];
  return [];
}

function ofZooKeeper(address: string, error: ZooKeeperError): Diagnostic {
  const remedies: Readonly<Record<string, string>> = {
    NO_AUTH:
      "Give the znode `auth` with a credential that its access list allows (read and admin rights to compare it).",
    UNREACHABLE: "Check that the ensemble runs and has a quorum (`ferry show`), then run the command again.",
  };
  const remedy = remedies[error.code] ?? error.remedy;
  return errorDiagnostic("zookeeper", `${address}: ${error.message}`, {
    address,
    detail: "Nothing else of it was touched.",
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function diagnosticsOf(address: string, error: unknown): readonly Diagnostic[] {
  if (error instanceof TreeError) return [error.diagnostic];
  if (error instanceof DiagnosticError) return error.diagnostics;
  if (isZooKeeperError(error)) return [ofZooKeeper(address, error)];
  throw error;
}

/** Builds the handler; connections are shared and closed by the provider. */
export function znodeHandler(connections: Connections): KindHandler {
  async function readWanted(
    spec: JsonObject,
    request: ReadRequest,
    context: ProviderContext,
  ): Promise<ReadResult> {
    const declared = treeOf(spec);
    const former = isTree(request.recorded) ? treeOf(request.recorded) : undefined;
    const tree = former?.path === declared.path ? withFormer(declared, former) : declared;
    const { client, connectString } = await clientFor(
      connections,
      request.address,
      tree,
      request.identity,
      context,
    );
    const found = await readTree(client, tree, context);
    if (found === null) return { status: "absent", diagnostics: [] };
    const identity: Json = { path: tree.path, connectString };
    return {
      status: "present",
      live: found.live,
      attributes: { znodes: found.facts },
      identity,
      diagnostics: [],
    };
  }

  async function read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    const spec = request.desired ?? request.recorded;
    if (!isTree(spec)) return { status: "absent", diagnostics: [] };
    if (isEnsembleAbsent(spec, context)) return { status: "absent", diagnostics: [] };
    try {
      return await readWanted(spec, request, context);
    } catch (error) {
      return { status: "unreadable", diagnostics: diagnosticsOf(request.address, error) };
    }
  }

  async function apply(
    change: ChangeRequest,
    context: ProviderContext,
    report: Parameters<KindHandler["apply"]>[2],
  ): Promise<ApplyResult> {
    const { address, identity } = change;
    try {
      const tree = treeOf(change.action === "delete" ? change.before : change.after);
      const { client } = await clientFor(connections, address, tree, identity, context);
      const writing = { address, client, context, report };
      if (change.action === "delete") {
        await deleteTree(tree, writing);
        return { status: "deleted", diagnostics: [] };
      }
      if (change.action === "create") await refuseExisting(tree.path, writing);
      await writeTree(tree, change.action === "update" ? treeOf(change.before) : null, writing);
      const now = await readWanted(
        change.after,
        { address, desired: change.after, recorded: null, identity },
        context,
      );
      if (now.status !== "present") return { status: "failed", identity, diagnostics: now.diagnostics };
      return {
        status: "done",
        live: now.live,
        attributes: now.attributes,
        identity: now.identity,
        diagnostics: [],
      };
    } catch (error) {
      return { status: "failed", identity, diagnostics: diagnosticsOf(address, error) };
    }
  }

  return {
    kind: "ZNode",
    provider: "zookeeper",
    rules: RULES,
    normalise: normaliseTree,
    validate,
    outputs: (spec) => ({ path: spec["path"] ?? null }),
    attributeNames: ["znodes"],
    describeSteps,
    read,
    apply,
    importHelp: "the path of the znode, for example /shop (the ensemble is taken from the configuration)",
    import: (id, request, context) => importNode(id, request, context, read),
  };
}

/** An ensemble that is not there has no znodes: that is known without asking. */
function isEnsembleAbsent(spec: JsonObject, context: ProviderContext): boolean {
  const ensemble = spec["ensemble"];
  return typeof ensemble === "string" && context.exists?.(ensemble) === false;
}

async function importNode(
  id: string,
  request: ReadRequest,
  context: ProviderContext,
  read: KindHandler["read"],
): Promise<ReadResult> {
  const path = request.desired?.["path"];
  if (path === id) return read(request, context);
  return {
    status: "unreadable",
    diagnostics: [
      errorDiagnostic("import-path", `${request.address} declares the path ${String(path)}, not ${id}`, {
        address: request.address,
        detail: "Nothing is changed.",
        remedy: `Give the declared path, or declare ${id}.`,
      }),
    ],
  };
}
