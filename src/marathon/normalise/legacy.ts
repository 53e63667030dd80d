/**
 * Older notations of networks and ports in the present one, as Marathon converts them when it takes a definition in. Nothing
 * else is filled in here.
 */
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import { changed, filled, inObject, isOpaque, isPlain, without } from "./parts.js";

const MODES: Readonly<Record<string, string>> = {
  HOST: "host",
  BRIDGE: "container/bridge",
  USER: "container",
};

/** Without `ports`, `ipAddress`, `container.docker.network` and `container.docker.portMappings`. */
export function withoutLegacyNetworks(app: JsonObject): JsonObject {
  const { ipAddress, ports, ...rest } = app;
  if (isOpaque(ipAddress) || isOpaque(ports) || isOpaque(rest["container"])) return app;
  const networks = networksOf(ipAddress, dockerNetwork(rest["container"]));
  const modern: JsonObject = {
    ...rest,
    ...(networks === null ? {} : { networks }),
    ...(rest["portDefinitions"] === undefined && ports !== undefined
      ? { portDefinitions: portsOf(ports) }
      : {}),
  };
  const container = containerOf(rest["container"], ipAddress);
  return container === undefined ? modern : { ...modern, container };
}

function dockerNetwork(container: Json | undefined): string | null {
  const docker = isPlain(container) ? container["docker"] : undefined;
  const network = isPlain(docker) ? docker["network"] : undefined;
  return typeof network === "string" ? network : null;
}

/** Null: nothing says it in the old way. */
function networksOf(ipAddress: Json | undefined, docker: string | null): Json | null {
  const address = isPlain(ipAddress) ? ipAddress : null;
  if (address === null && docker === null) return null;
  const mode = docker === null ? "container" : (MODES[docker] ?? docker);
  const { networkName, labels } = address ?? {};
  const name = mode === "container" && networkName !== undefined ? { name: networkName } : {};
  return [{ mode, ...name, ...(mode === "host" || labels === undefined ? {} : { labels }) }];
}

function portsOf(ports: Json): Json {
  if (!Array.isArray(ports)) return ports;
  return (ports as readonly Json[]).map((port) => ({ port, protocol: "tcp" }));
}

/** An address of its own without a container means a Mesos container. */
function containerOf(container: Json | undefined, ipAddress: Json | undefined): Json | undefined {
  const present = container ?? (isPlain(ipAddress) ? { type: "MESOS" } : undefined);
  if (!isPlain(present)) return present;
  const mappings = isPlain(present["docker"]) ? present["docker"]["portMappings"] : undefined;
  const discovered = discoveredPorts(ipAddress);
  const found = Array.isArray(mappings) ? mappings : discovered;
  const moved =
    present["portMappings"] === undefined && found !== null ? { ...present, portMappings: found } : present;
  return changed(moved, "docker", (docker) =>
    inObject(docker, (fields) => without(fields, ["network", "portMappings"])),
  );
}

function discoveredPorts(ipAddress: Json | undefined): Json | null {
  const discovery = isPlain(ipAddress) ? ipAddress["discovery"] : undefined;
  const ports = isPlain(discovery) ? discovery["ports"] : undefined;
  if (!Array.isArray(ports) || ports.length === 0) return null;
  return (ports as readonly Json[]).map((port) => {
    if (!isObject(port) || isOpaque(port)) return port;
    const { number, ...rest } = filled(port, { number: 0 });
    return { containerPort: number ?? 0, ...rest };
  });
}
