/**
 * Reads a deployed resource: units on its hosts, their files, and what the kind asks the servers themselves. Changes nothing
 * but, for an import, the mark of ownership.
 */
import { type Diagnostic, DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { ReadRequest, ReadResult } from "../provider.js";
import { foreignServer } from "./failures.js";
import type { DeployedServer, Fleet } from "./fleet.js";
import { liveSpec } from "./live.js";

export interface Observed {
  readonly attributes: JsonObject;
  readonly diagnostics: readonly Diagnostic[];
  /** Facts to keep with the identity: what was once true of it and cannot be seen at all times. */
  readonly facts?: JsonObject;
}

export interface ReadOptions {
  /** Take over servers that another state made, by their mark (import). */
  readonly adopt: boolean;
  /** Asks the servers; an answer that does not come is no reason to reject. */
  observe(deployed: readonly DeployedServer[]): Promise<Observed>;
}

/** Hosts that servers of it are, or may still be, on. `sources`: specs, and identities as given by `identityOf`. */
export function hostsOf(fleet: Fleet, ...sources: readonly Json[]): string[] {
  const hosts = sources.flatMap((source) => {
    const lists = isObject(source) ? [source[fleet.kind.list], source["servers"]] : [];
    return lists.flatMap((list) =>
      Array.isArray(list)
        ? list.flatMap((server: Json) =>
            isObject(server) && typeof server["host"] === "string" ? [server["host"]] : [],
          )
        : [],
    );
  });
  return [...new Set(hosts)].sort();
}

/** What finds the servers again: which of them are where. */
export function identityOf(servers: readonly { readonly id: string; readonly host: string }[]): JsonObject {
  return { servers: servers.map(({ id, host }) => ({ id, host })) };
}

/** Never rejects for what is wrong in the world: that is `unreadable`. */
export async function readDeployed(
  fleet: Fleet,
  request: ReadRequest,
  options: ReadOptions,
): Promise<ReadResult> {
  try {
    return await look(fleet, request, options);
  } catch (error) {
    if (error instanceof DiagnosticError) return { status: "unreadable", diagnostics: error.diagnostics };
    throw error;
  }
}

async function look(fleet: Fleet, request: ReadRequest, options: ReadOptions): Promise<ReadResult> {
  const { desired, recorded, identity, address } = request;
  const deployed = await fleet.deployed(hostsOf(fleet, desired ?? {}, recorded ?? {}, identity));
  if (deployed.length === 0) return { status: "absent", diagnostics: [] };
  const others = foreign(fleet, deployed);
  if (others.length > 0 && !options.adopt) {
    const complaints = others.map(({ id, host, record }) =>
      foreignServer(address, fleet.name(id), host, record?.lineage ?? ""),
    );
    return { status: "unreadable", diagnostics: complaints };
  }
  for (const server of others) await fleet.adopt(server);
  const { attributes, diagnostics, facts } = await options.observe(deployed);
  const live = liveSpec(fleet.kind, deployed, desired, resolvedNow(fleet, desired));
  return {
    status: "present",
    live,
    attributes,
    identity: { ...identityOf(deployed), ...facts },
    diagnostics,
  };
}

function foreign(fleet: Fleet, deployed: readonly DeployedServer[]): DeployedServer[] {
  const { lineage } = fleet.context;
  return deployed.filter(({ record }) => record !== null && lineage !== "" && record.lineage !== lineage);
}

/** Null while something the spec refers to is not known. */
function resolvedNow(fleet: Fleet, desired: JsonObject | null): Readonly<Record<string, string>> | null {
  if (desired === null) return null;
  try {
    return fleet.kind.resolve(fleet.address, desired, fleet.context.resource);
  } catch (error) {
    if (error instanceof DiagnosticError) return null;
    throw error;
  }
}
