/** Servers that ferry starts on hosts, of any kind but ZooKeeper: ids told apart, and what the hosts can run. */
import { isObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, itemsAt, ofKind, placeName, specPlace } from "./input.js";

/** Kind → the list of its servers. */
export const DEPLOYED_LISTS: Readonly<Record<string, string>> = {
  MesosMasters: "servers",
  MesosAgents: "agents",
  MesosFramework: "servers",
  MarathonInstance: "servers",
};

export function checkDeployedServers(input: CheckInput): void {
  for (const [kind, list] of Object.entries(DEPLOYED_LISTS)) {
    for (const resource of ofKind(input, kind)) {
      checkIds(resource, list, input);
      checkRuntimes(resource, list, input);
    }
  }
}

function checkIds(resource: LoadedResource, list: string, input: CheckInput): void {
  const seen = new Map<string, number>();
  for (const { item, index } of itemsAt(resource.spec, list)) {
    const { id } = item;
    if (typeof id !== "number" && typeof id !== "string") continue;
    const other = seen.get(String(id));
    if (other === undefined) {
      seen.set(String(id), index);
      continue;
    }
    input.report.error(
      "duplicate-server-id",
      specPlace(resource, [list, index, "id"]),
      `${resource.address} has two servers with the id ${id}`,
      {
        detail: `the other one is at ${placeName(resource, [list, other, "id"])}`,
        remedy: "give each server an id of its own; keep the ids of servers that exist already",
        address: resource.address,
      },
    );
  }
}

function checkRuntimes(resource: LoadedResource, list: string, input: CheckInput): void {
  const hosts = itemsAt(resource.spec, list).map(({ item }) => item["host"]);
  const runtimes = hosts.map((host) => {
    const runtime = typeof host === "string" ? input.byAddress.get(host)?.spec["runtime"] : undefined;
    if (!isObject(runtime)) return "unknown";
    return isObject(runtime["docker"]) ? "docker" : "process";
  });
  const { address, spec } = resource;
  if (runtimes.includes("docker") && spec["image"] === undefined) {
    input.report.error(
      "missing-image",
      specPlace(resource, [list], "key"),
      `${address} has servers on Docker hosts, and no image`,
      { remedy: "add image, with the program that program names in it", address },
    );
  }
  if (spec["container"] === undefined || !runtimes.every((runtime) => runtime === "process")) return;
  input.report.error(
    "container-without-docker",
    specPlace(resource, ["container"], "key"),
    `${address} has container settings, and all of its hosts run processes`,
    { remedy: "leave container out, or put the servers on hosts with runtime.docker", address },
  );
}
