/** Ports of servers: no two on the same machine may be the same, whatever they are for. */
import { isObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { DEPLOYED_LISTS } from "./deployed-servers.js";
import { type CheckInput, itemsAt, ofKind, placeName, specPlace } from "./input.js";

/** Of a ZooKeeper server; others have one `port`, on an `ip` of their own if they say so. */
const PORTS = [
  "clientPort",
  "secureClientPort",
  "quorumPort",
  "electionPort",
  "adminPort",
  "metricsPort",
  "observerMasterPort",
];
const LOOPBACK = new Set(["localhost", "::1", "127.0.0.1"]);

interface Use {
  readonly resource: LoadedResource;
  readonly path: readonly (string | number)[];
  readonly what: string;
}

/** Two hosts with one address are one machine. */
function machineOf(address: string, input: CheckInput): string {
  const spec = input.byAddress.get(address)?.spec["address"];
  return typeof spec === "string" ? machineName(spec) : address;
}

function machineName(address: string): string {
  return LOOPBACK.has(address) ? "127.0.0.1" : address.toLowerCase();
}

function usesOf(
  resource: LoadedResource,
  list: string,
  names: readonly string[],
  input: CheckInput,
): { readonly key: string; readonly port: number; readonly use: Use }[] {
  return itemsAt(resource.spec, list).flatMap(({ item, index }) => {
    const { host, ip } = item;
    if (typeof host !== "string") return [];
    const machine = typeof ip === "string" ? machineName(ip) : machineOf(host, input);
    return names.flatMap((name) => {
      const port = item[name];
      if (typeof port !== "number") return [];
      const id = isObject(item["id"]) ? index : item["id"];
      const use: Use = {
        resource,
        path: [list, index, name],
        what: `${name} of server ${String(id)} of ${resource.address}`,
      };
      return [{ key: `${machine}:${port}`, port, use }];
    });
  });
}

/** Kind, its list of servers, and the fields of a server that are ports. */
const KINDS: readonly (readonly [string, string, readonly string[]])[] = [
  ["ZooKeeperEnsemble", "servers", PORTS],
  ...Object.entries(DEPLOYED_LISTS).map(([kind, list]) => [kind, list, ["port"]] as const),
];

export function checkPorts(input: CheckInput): void {
  const taken = new Map<string, Use>();
  const uses = KINDS.flatMap(([kind, list, names]) =>
    ofKind(input, kind).flatMap((resource) => usesOf(resource, list, names, input)),
  );
  for (const { key, port, use } of uses) {
    const other = taken.get(key);
    if (other === undefined) {
      taken.set(key, use);
      continue;
    }
    input.report.error(
      "port-clash",
      specPlace(use.resource, use.path),
      `the ${use.what} is port ${port} on ${key.slice(0, key.lastIndexOf(":"))}, which is taken`,
      {
        detail: `it is the ${other.what} too, at ${placeName(other.resource, other.path)}`,
        remedy:
          "give one of them another port (ports not written have their defaults), or put the server on another host",
        address: use.resource.address,
      },
    );
  }
}
