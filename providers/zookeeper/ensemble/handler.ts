/** The kind ZooKeeperEnsemble: puts the pure parts and the edge behind the interface of a kind. */
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.js";
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../../src/value/json.js";
import type {
  ChangeRequest,
  FieldRules,
  KindHandler,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../../provider.js";
import { applyEnsemble, createSteps } from "./apply.js";
import { bootstrapText } from "./bootstrap.js";
import { Cluster, type Dependencies } from "./cluster.js";
import { usesReconfig } from "./current.js";
import { operateEnsemble } from "./operate.js";
import { ensembleOutputs } from "./outputs.js";
import { readEnsemble } from "./read.js";
import { ensembleOf, normaliseEnsemble } from "./spec.js";
import { type CurrentServer, changeSteps, stepText } from "./steps.js";

const RULES: FieldRules = {
  forcesReplacement: [],
  keyedLists: { servers: "id" },
  unorderedLists: ["fourLetterWords"],
  sensitive: [],
  textFields: [],
};

/** Fields that change what ferry does, and nothing on any server. */
const FERRY_ONLY = /^(rolling|deletion|bootstrap)\b/;

function describeUpdate(change: Extract<ChangeRequest, { action: "update" }>): string[] {
  const before = ensembleOf(change.before);
  const after = ensembleOf(change.after);
  const restart = change.fields.some((path) => !path.startsWith("servers") && !FERRY_ONLY.test(path));
  const touched = (id: number): boolean =>
    change.fields.some((path) => path.startsWith(`servers[id=${id}].`) && !path.endsWith(".running"));
  const place = (id: number, list: typeof after.servers): string => {
    const server = list.find((candidate) => candidate.id === id);
    return JSON.stringify([
      server?.host,
      server?.quorumPort,
      server?.electionPort,
      server?.clientPort,
      server?.role,
    ]);
  };
  const kept = new Set(after.servers.map((server) => server.id));
  const current = before.servers.map(
    (server): CurrentServer => ({
      id: server.id,
      running: server.running,
      leader: false,
      outdated: restart || touched(server.id),
      moved:
        kept.has(server.id) &&
        server.clientPort !== undefined &&
        place(server.id, before.servers) !== place(server.id, after.servers),
      member: true,
      stale: false,
    }),
  );
  const reconfig = usesReconfig(after, after.version ?? before.version ?? "3.8.0");
  const steps = changeSteps({ current, wanted: after.servers, reconfig });
  const note = steps.some((step) => step.kind === "restart")
    ? ["(whichever server leads when it starts is restarted last)"]
    : [];
  return [...steps.map(stepText), ...note];
}

function describeSteps(change: ChangeRequest): string[] {
  if (change.action === "create") {
    return [...bootstrapText(ensembleOf(change.after)), ...createSteps(change.after).map(stepText)];
  }
  if (change.action === "update") return describeUpdate(change);
  const { servers, deletion } = ensembleOf({ servers: [], ...change.before });
  const data = deletion.keepData ? "its data stays" : "its data is deleted";
  return servers.map((server) => `stop server ${server.id} and remove it from ${server.host}; ${data}`);
}

function validate(spec: JsonObject): readonly { path: string; diagnostic: Diagnostic }[] {
  if (!Array.isArray(spec["servers"])) return [];
  const { metrics, servers, tls } = ensembleOf(spec);
  const missing = (condition: boolean, port: "metricsPort" | "secureClientPort", why: string) =>
    servers
      .filter((server) => condition && server[port] === undefined)
      .map((server) => ({
        path: `servers[id=${server.id}]`,
        diagnostic: errorDiagnostic("missing-port", `server ${server.id} has no ${port}, and ${why}`, {
          remedy: `Add ${port} to server ${server.id}.`,
        }),
      }));
  return [
    ...missing(metrics.provider === "prometheus", "metricsPort", "metrics.provider is prometheus"),
    ...missing(tls.client !== undefined, "secureClientPort", "tls.client is declared"),
  ];
}

/** Builds the handler; `dependencies` reach hosts and servers. */
export function ensembleHandler(dependencies: Dependencies): KindHandler {
  async function withCluster<T>(
    address: string,
    context: ProviderContext,
    act: (cluster: Cluster) => Promise<T>,
  ): Promise<T> {
    const cluster = new Cluster(address, context, dependencies);
    try {
      return await act(cluster);
    } finally {
      await cluster.close();
    }
  }
  async function read(request: ReadRequest, context: ProviderContext, adopt: boolean): Promise<ReadResult> {
    try {
      return await withCluster(request.address, context, (cluster) => readEnsemble(cluster, request, adopt));
    } catch (error) {
      if (error instanceof DiagnosticError) return { status: "unreadable", diagnostics: error.diagnostics };
      throw error;
    }
  }
  return {
    kind: "ZooKeeperEnsemble",
    provider: "zookeeper",
    rules: RULES,
    normalise: normaliseEnsemble,
    validate,
    outputs: ensembleOutputs,
    attributeNames: ["quorum", "leader", "version", "zxid", "status"],
    describeSteps,
    read: (request, context) => read(request, context, false),
    apply: (change, context, report) =>
      withCluster(change.address, context, (cluster) => applyEnsemble(cluster, change, report)),
    operate: (operation, context, report) =>
      withCluster(operation.address, context, (cluster) => operateEnsemble(cluster, operation, report)),
    importHelp:
      "any word (for example `deployed`): the servers are looked for on the hosts the configuration declares",
    import: (_id, request, context) => read(request, context, true),
  };
}
