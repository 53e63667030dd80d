/**
 * One server of an ensemble started, stopped, removed or looked at by itself: what a migration drives. It keeps to the members a
 * server was told of, and neither changes the membership nor waits for anybody to follow.
 */
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../../src/value/json.js";
import type { OperationResult, Progress, ServerOperation } from "../../provider.js";
import type { Cluster, DeployedServer } from "./cluster.js";
import { currentServers } from "./current.js";
import { foreign } from "./read.js";
import { Rollout, type RolloutTarget } from "./rollout.js";
import { ensembleOf, normaliseEnsemble, type ServerSpec } from "./spec.js";
import { unitName } from "./unit.js";

/** Safe to repeat. Rejects with DiagnosticError; touches no server but the one named. */
export async function operateEnsemble(
  cluster: Cluster,
  operation: ServerOperation,
  report: (progress: Progress) => void,
): Promise<OperationResult> {
  const spec = normaliseEnsemble(operation.spec);
  const server = ensembleOf(spec).servers.find(({ id }) => String(id) === operation.server);
  if (server === undefined) throw unknownServer(cluster.address, operation.server);
  const found = await find(cluster, server);
  if (operation.action !== "status") refuseForeign(cluster, found);
  const runtime = await cluster.runtime(server.host);
  const unit = unitName(cluster.address, server.id);
  switch (operation.action) {
    case "start":
      await start(cluster, spec, server, found, report);
      break;
    case "stop":
      if (found === null) break;
      report({ message: `stop server ${server.id}` });
      await runtime.stop(unit, cluster.signal);
      break;
    case "remove":
      if (found !== null) report({ message: `stop server ${server.id} and remove it from ${server.host}` });
      await runtime.remove(unit, { purgeData: operation.purgeData }, cluster.signal);
      break;
    case "status":
      break;
  }
  return resultOf(spec, await find(cluster, server));
}

async function find(cluster: Cluster, { id, host }: ServerSpec): Promise<DeployedServer | null> {
  return (await cluster.deployed([host])).find((server) => server.id === id) ?? null;
}

async function start(
  cluster: Cluster,
  spec: JsonObject,
  { id }: ServerSpec,
  found: DeployedServer | null,
  report: (progress: Progress) => void,
): Promise<void> {
  const same = found !== null && matches(spec, found);
  if (same && found.unit.running) return;
  report({ message: `${found?.unit.running === true ? "restart" : "start"} server ${id}` });
  const versions = new Map(found?.record == null ? [] : [[id, found.record.version] as const]);
  const target: RolloutTarget = { raw: spec, secrets: await cluster.secrets(spec), versions };
  const members = found?.record?.members ?? ensembleOf(spec).servers.map((server) => server.id);
  await new Rollout(cluster, target, null, report).renew(id, members);
}

function matches(spec: JsonObject, found: DeployedServer): boolean {
  const [current] = currentServers({ deployed: [found], wanted: spec, leader: null, membership: [found.id] });
  return current !== undefined && !current.outdated && !current.moved;
}

function resultOf(spec: JsonObject, found: DeployedServer | null): OperationResult {
  if (found === null) return { running: false, there: false, pid: null, startedAt: null, matches: false };
  const { running, pid, startedAt } = found.unit;
  return { running, there: true, pid, startedAt, matches: matches(spec, found) };
}

function unknownServer(address: string, server: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("unknown-server", `${address}: there is no server ${server} in it`, {
      address,
      detail: "Nothing was touched.",
      remedy: "Name one of its servers.",
    }),
  ]);
}

function refuseForeign(cluster: Cluster, found: DeployedServer | null): void {
  const { lineage } = cluster.context;
  const record = found?.record ?? null;
  if (found === null || record === null || lineage === "" || record.lineage === lineage) return;
  throw new DiagnosticError([foreign(cluster.address, found)]);
}
