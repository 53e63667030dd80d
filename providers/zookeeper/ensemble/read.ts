/**
 * Reads an ensemble: units on its hosts, their files, what each server says of itself, and the membership the ensemble
 * holds. Changes nothing but, for an import, the mark of ownership.
 */
import { type Diagnostic, errorDiagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { ReadRequest, ReadResult } from "../../provider.js";
import type { Cluster, DeployedServer } from "./cluster.js";
import { liveSpec } from "./live.js";
import { ensembleOf, type ServerSpec } from "./spec.js";
import { leaderOf, type Observations, observeAll } from "./waiting.js";

/** Hosts that servers of it are, or may still be, on. */
export function hostsOf(...sources: readonly Json[]): string[] {
  const hosts = sources.flatMap((source) => {
    const servers = isObject(source) ? source["servers"] : undefined;
    if (!Array.isArray(servers)) return [];
    return servers.flatMap((server: Json) =>
      isObject(server) && typeof server["host"] === "string" ? [server["host"]] : [],
    );
  });
  return [...new Set(hosts)].sort();
}

/** The servers of a deployed ensemble in the typed form, from their own records. */
export function deployedSpecs(deployed: readonly DeployedServer[]): ServerSpec[] {
  return deployed.flatMap(({ record, unit }) =>
    record === null ? [] : [{ ...(record.server as unknown as ServerSpec), running: unit.running }],
  );
}

/** A server that another state made. */
export function foreign(address: string, deployed: DeployedServer): Diagnostic {
  return errorDiagnostic(
    "belongs-to-another-state",
    `${address}: server ${deployed.id} on ${deployed.host} belongs to another state`,
    {
      address,
      detail: `Its mark names the lineage ${deployed.record?.lineage}. ferry touches nothing that another state owns. Nothing is changed.`,
      remedy: `Use the state that made it, or take it over on purpose with \`ferry import ${address} ${deployed.host}\`.`,
    },
  );
}

/** Reads it; `adopt` takes over servers that another state made, by their mark (import). */
export async function readEnsemble(
  cluster: Cluster,
  request: ReadRequest,
  adopt = false,
): Promise<ReadResult> {
  const hosts = hostsOf(request.desired ?? {}, request.recorded ?? {}, request.identity);
  const deployed = await cluster.deployed(hosts);
  if (deployed.length === 0) return { status: "absent", diagnostics: [] };
  const { lineage } = cluster.context;
  const others = deployed.filter(
    ({ record }) => record !== null && record.lineage !== lineage && lineage !== "",
  );
  if (others.length > 0 && !adopt)
    return { status: "unreadable", diagnostics: others.map((server) => foreign(request.address, server)) };
  for (const server of others) await cluster.adopt(server);
  const observations = await observeDeployed(cluster, deployed);
  const versions = new Map(
    [...observations].flatMap(([id, seen]) => (seen === null ? [] : [[id, seen.version] as const])),
  );
  const live = withUnreported(liveSpec(deployed, request.desired, versions), request);
  return {
    status: "present",
    live,
    attributes: attributesOf(deployed, observations),
    identity: { servers: deployed.map(({ id, host }) => ({ id, host })) },
    diagnostics: warnings(request.address, deployed, observations),
  };
}

/** A server that no longer has its record cannot tell its ports; the recorded ones are taken. */
function withUnreported(live: JsonObject, request: ReadRequest): JsonObject {
  const recorded = request.recorded?.["servers"];
  const servers = live["servers"];
  if (!Array.isArray(recorded) || !Array.isArray(servers)) return live;
  const known = new Map(recorded.map((server: Json) => [isObject(server) ? server["id"] : null, server]));
  return {
    ...live,
    servers: servers.map((server: Json) => {
      const before = isObject(server) ? known.get(server["id"] ?? null) : undefined;
      return isObject(server) && isObject(before) && server["clientPort"] === undefined
        ? { ...before, ...server }
        : server;
    }),
  };
}

async function observeDeployed(cluster: Cluster, deployed: readonly DeployedServer[]): Promise<Observations> {
  const running = deployed.filter((server) => server.unit.running);
  const sections = deployed[0]?.record?.sections ?? {};
  const spec = ensembleOf({ ...sections, servers: [] });
  return observeAll(cluster, spec, deployedSpecs(running));
}

function attributesOf(deployed: readonly DeployedServer[], observations: Observations): JsonObject {
  const leader = leaderOf(observations);
  const leading = leader === null ? null : (observations.get(leader) ?? null);
  return {
    quorum: leader !== null,
    leader,
    version: leading?.version ?? null,
    zxid: leading?.zxid ?? null,
    status: deployed.map((server): JsonObject => {
      const seen = observations.get(server.id) ?? null;
      const { pid, exit, startedAt } = server.unit;
      if (seen === null) return { id: server.id, host: server.host, role: null, pid, exit, startedAt };
      return { id: server.id, host: server.host, ...seen, pid, startedAt };
    }),
  };
}

function warnings(
  address: string,
  deployed: readonly DeployedServer[],
  observations: Observations,
): Diagnostic[] {
  const silent = deployed.filter((server) => server.unit.running && observations.get(server.id) == null);
  return silent.map((server) =>
    warningDiagnostic(
      "server-silent",
      `${address}: server ${server.id} on ${server.host} runs and does not serve`,
      {
        address,
        detail: "It answers neither the four-letter words nor the admin server, or belongs to no quorum.",
        remedy: "It may still be starting; look again. If it stays so, read its log.",
      },
    ),
  );
}
