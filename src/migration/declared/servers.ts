/** Servers of one tier, declared or only named, as ServerRef: what actions and records call them. Computes only. */

import { isObject, type JsonObject } from "../../value/json.js";
import type { ServerRef, SideName } from "../model/spec.js";
import { factsOf, listAt, type Resolving, textAt, unresolved } from "./reading.js";

/** How the servers of a kind are written in its spec. */
interface Written {
  readonly list: string;
  readonly port: string;
}

const WRITTEN: Readonly<Record<string, Written>> = {
  ZooKeeperEnsemble: { list: "servers", port: "clientPort" },
  MesosMasters: { list: "servers", port: "port" },
  MesosAgents: { list: "agents", port: "port" },
  MarathonInstance: { list: "servers", port: "port" },
  MesosFramework: { list: "servers", port: "port" },
};

/** The servers of a declared resource that are meant to run, in the order in which they are declared. */
export function deployedServers(resource: string, resolving: Resolving): readonly ServerRef[] {
  const { kind, spec } = factsOf(resource, resolving);
  const written = WRITTEN[kind];
  if (written === undefined) throw unresolved(`${resource} has no servers`, resolving);
  return listAt(spec, written.list)
    .filter(isObject)
    .filter((server) => server["running"] !== false)
    .map((server) => {
      const id = String(server["id"]);
      return {
        name: `${resource}#${id}`,
        address: `${placeOf(server, resource, resolving)}:${String(server[written.port])}`,
        deployed: { resource, server: id },
      };
    });
}

function placeOf(server: JsonObject, resource: string, resolving: Resolving): string {
  const ip = textAt(server, "ip");
  if (ip !== undefined) return ip;
  const host = textAt(server, "host") ?? "";
  const address = resolving.resource(host)?.spec["address"];
  if (typeof address === "string") return address;
  throw unresolved(`the address of ${host}, on which a server of ${resource} runs, is not known`, resolving);
}

/** Servers that are only named: nobody but a person can start or stop them. */
export function namedServers(
  side: SideName,
  tier: "zookeeper" | "master" | "agent",
  addresses: readonly string[],
): readonly ServerRef[] {
  return addresses.map((address) => ({ name: `${side}-${tier} ${address}`, address, deployed: null }));
}

/** Instances of a framework that is only named. */
export function namedInstances(framework: string, addresses: readonly string[]): readonly ServerRef[] {
  return addresses.map((address) => ({ name: `${framework} ${address}`, address, deployed: null }));
}
