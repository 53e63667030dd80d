/**
 * Older spellings of an app turned into the present ones: docker.network and docker.portMappings, ipAddress, ports, uris. What
 * must not be said in both ways at once is refused. Pure.
 */
import type { Json, JsonObject } from "../../../../value/json.js";
import { compact, type Fields, objectOf, objects, strings, without } from "../fields.js";
import { type Fault, notValid } from "../refusal.js";

const ARCHIVES = /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip|tar)$/;

/** Throws a Refusal (422) when an old and a new form say the same thing. */
export function withoutLegacy(raw: JsonObject): JsonObject {
  const faults = conflicts(raw);
  if (faults.length > 0) throw notValid(faults);
  const container = objectOf(raw["container"]);
  const docker = container === null ? null : objectOf(container["docker"]);
  const networks = networksOf(raw, docker);
  const fetch = fetchOf(raw);
  const portDefinitions = raw["portDefinitions"] ?? definitionsOf(raw["ports"]);
  return {
    ...without(raw, "uris", "ports", "ipAddress", "residency"),
    ...compact({ networks, fetch, portDefinitions, container: containerOf(raw, container, docker) }),
  };
}

function conflicts(raw: JsonObject): Fault[] {
  const faults: Fault[] = [];
  const whole = (wrong: boolean, error: string) => {
    if (wrong) faults.push({ path: "/", error });
  };
  const container = objectOf(raw["container"]);
  const docker = container === null ? null : objectOf(container["docker"]);
  const networks = objects(raw["networks"]).length > 0;
  if (docker?.["credential"] !== undefined) {
    faults.push({ path: "/container/docker/credential", error: "must be empty" });
  }
  if (docker !== null && container?.["type"] === "MESOS") {
    for (const name of ["network", "parameters", "portMappings"]) {
      const given = docker[name];
      if (given === undefined || (Array.isArray(given) && given.length === 0)) continue;
      faults.push({ path: `/container/docker/${name}`, error: "must be empty" });
    }
  }
  whole(
    docker?.["network"] !== undefined && networks,
    "must not specify both container.docker.network and networks",
  );
  whole(raw["ipAddress"] !== undefined && networks, "must not specify both networks and ipAddress");
  const ports = Array.isArray(raw["ports"]) ? (raw["ports"] as readonly Json[]) : [];
  const fixed = ports.filter((port) => port !== 0);
  whole(new Set(fixed).size !== fixed.length, "ports must be unique");
  const definitions = objects(raw["portDefinitions"]);
  whole(
    raw["ipAddress"] !== undefined && (ports.length > 0 || definitions.length > 0),
    "cannot specify both an IP address and port",
  );
  const same = JSON.stringify(definitions.map(({ port = 0 }) => port)) === JSON.stringify(ports);
  whole(
    ports.length > 0 && definitions.length > 0 && !same,
    "cannot specify both ports and port definitions",
  );
  if (strings(raw["uris"]).length > 0 && objects(raw["fetch"]).length > 0) {
    faults.push({ path: "/uris", error: "may not be set in conjunction with fetch" });
  }
  return faults;
}

function networksOf(raw: JsonObject, docker: JsonObject | null): Json | undefined {
  const ip = objectOf(raw["ipAddress"]);
  const user = () =>
    compact({ mode: "container", name: ip?.["networkName"], labels: ip?.["labels"] } satisfies Fields);
  switch (docker?.["network"]) {
    case "HOST":
    case "NONE":
      return [{ mode: "host" }];
    case "BRIDGE":
      return [{ mode: "container/bridge" }];
    case "USER":
      return [user()];
    default:
      return ip === null ? raw["networks"] : [user()];
  }
}

function containerOf(
  raw: JsonObject,
  container: JsonObject | null,
  docker: JsonObject | null,
): Json | undefined {
  const discovery = objectOf(objectOf(raw["ipAddress"])?.["discovery"]);
  const discovered = objects(discovery?.["ports"]).map(({ number = 0, ...rest }) => ({
    containerPort: number,
    ...rest,
  }));
  const inferred = docker?.["portMappings"] ?? (discovered.length === 0 ? undefined : discovered);
  if (container === null) {
    return inferred === undefined ? undefined : { type: "MESOS", portMappings: inferred };
  }
  return compact({
    ...container,
    docker: docker === null ? undefined : without(docker, "network", "portMappings", "credential"),
    portMappings: container["portMappings"] ?? inferred,
  });
}

function definitionsOf(ports: Json | undefined): Json | undefined {
  return Array.isArray(ports) ? (ports as readonly Json[]).map((port) => ({ port })) : undefined;
}

function fetchOf(raw: JsonObject): Json | undefined {
  if (!Array.isArray(raw["uris"])) return raw["fetch"];
  const uris = strings(raw["uris"]);
  if (uris.length === 0) return raw["fetch"] ?? [];
  return uris.map((uri) => ({ uri, extract: ARCHIVES.test(uri), executable: false, cache: false }));
}
