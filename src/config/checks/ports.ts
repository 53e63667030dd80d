/** Ports of servers: no two on the same machine may be the same, whatever they are for. */
import { isObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, ofKind, placeName, serversOf, specPlace } from "./input.js";

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
  readonly ensemble: LoadedResource;
  readonly path: readonly (string | number)[];
  readonly what: string;
}

/** Two hosts with one address are one machine. */
function machineOf(address: string, input: CheckInput): string {
  const spec = input.byAddress.get(address)?.spec["address"];
  if (typeof spec !== "string") return address;
  return LOOPBACK.has(spec) ? "127.0.0.1" : spec.toLowerCase();
}

function usesOf(
  ensemble: LoadedResource,
  input: CheckInput,
): { readonly key: string; readonly port: number; readonly use: Use }[] {
  return serversOf(ensemble).flatMap(({ item, index }) => {
    const host = item["host"];
    if (typeof host !== "string") return [];
    const machine = machineOf(host, input);
    return PORTS.flatMap((name) => {
      const port = item[name];
      if (typeof port !== "number") return [];
      const id = isObject(item["id"]) ? index : item["id"];
      const use: Use = {
        ensemble,
        path: ["servers", index, name],
        what: `${name} of server ${String(id)} of ${ensemble.address}`,
      };
      return [{ key: `${machine}:${port}`, port, use }];
    });
  });
}

export function checkPorts(input: CheckInput): void {
  const taken = new Map<string, Use>();
  for (const ensemble of ofKind(input, "ZooKeeperEnsemble")) {
    for (const { key, port, use } of usesOf(ensemble, input)) {
      const other = taken.get(key);
      if (other === undefined) {
        taken.set(key, use);
        continue;
      }
      input.report.error(
        "port-clash",
        specPlace(use.ensemble, use.path),
        `the ${use.what} is port ${port} on ${key.slice(0, key.lastIndexOf(":"))}, which is taken`,
        {
          detail: `it is the ${other.what} too, at ${placeName(other.ensemble, other.path)}`,
          remedy:
            "give one of them another port (ports not written have their defaults), or put the server on another host",
          address: use.ensemble.address,
        },
      );
    }
  }
}
