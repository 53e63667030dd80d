/** Networks, ports and containers of an app in the form that GET shows. Expects the present spelling; pure. */
import type { Json, JsonObject } from "../../../../value/json.js";
import { compact, objectOf, objects, unlessEmpty } from "../fields.js";

export type NetworkMode = "host" | "container" | "container/bridge";

/** Host when nothing is said; an object without a mode means a container network. */
export function networksOf(given: Json | undefined, defaultName: string | null): JsonObject[] {
  const networks = objects(given);
  if (networks.length === 0) return [{ mode: "host" }];
  return networks.map(({ mode = "container", name, labels }) =>
    compact({
      mode,
      name: mode === "container" ? (name ?? defaultName ?? undefined) : undefined,
      labels: unlessEmpty(labels),
    }),
  );
}

export function modeOf(networks: Json | undefined): NetworkMode {
  const mode = objects(networks)[0]?.["mode"];
  return mode === "container" || mode === "container/bridge" ? mode : "host";
}

/** One port named `default` when nothing is said; none off the host network. */
export function portDefinitionsOf(given: Json | undefined, mode: NetworkMode): Json | undefined {
  if (mode !== "host") return undefined;
  const definitions = given === undefined ? [{ port: 0, name: "default" }] : objects(given);
  return (definitions as readonly JsonObject[]).map(({ port = 0, labels, name, protocol = "tcp" }) =>
    compact({ port, labels: unlessEmpty(labels), name, protocol }),
  );
}

/** Made up (type MESOS) where a network needs one. */
export function containerOf(given: Json | undefined, mode: NetworkMode): Json | undefined {
  const container = objectOf(given);
  if (container === null && mode === "host") return undefined;
  const type = container === null ? "MESOS" : (container["type"] ?? "DOCKER");
  const docker = container === null ? null : objectOf(container["docker"]);
  return compact({
    type,
    docker: docker === null ? undefined : dockerOf(docker),
    volumes: objects(container?.["volumes"]).map(volumeOf),
    portMappings: mode === "host" ? undefined : mappingsOf(container?.["portMappings"], mode),
    linuxInfo: container?.["linuxInfo"],
  });
}

function dockerOf(docker: JsonObject): Json {
  const { forcePullImage = false, image = "", parameters = [], privileged = false, pullConfig } = docker;
  return compact({ forcePullImage, image, parameters, privileged, pullConfig });
}

function mappingsOf(given: Json | undefined, mode: NetworkMode): Json {
  const mappings = given === undefined ? [{ containerPort: 0, name: "default" }] : objects(given);
  return (mappings as readonly JsonObject[]).map((mapping) => {
    const { containerPort = 0, hostPort, labels = {}, name, protocol = "tcp", servicePort = 0 } = mapping;
    return compact({
      containerPort,
      hostPort: hostPort ?? (mode === "container/bridge" ? 0 : undefined),
      labels,
      name,
      protocol,
      servicePort,
      networkNames: unlessEmpty(mapping["networkNames"]),
    });
  });
}

function volumeOf(volume: JsonObject): JsonObject {
  const { containerPath = "", hostPath, secret, mode = "RW" } = volume;
  const persistent = objectOf(volume["persistent"]);
  const external = objectOf(volume["external"]);
  if (persistent !== null) {
    const { type, size = 0, maxSize, profileName, constraints = [] } = persistent;
    const kind = type ?? (profileName === undefined ? "root" : "mount");
    return compact({
      containerPath,
      persistent: compact({ type: kind, size, maxSize, profileName, constraints }),
      mode,
    });
  }
  if (external !== null) {
    const { name, provider, options, size, shared = false } = external;
    return compact({
      containerPath,
      external: compact({ name, provider, options: unlessEmpty(options), size, shared }),
      mode,
    });
  }
  if (secret !== undefined) return { containerPath, secret };
  return compact({ containerPath, hostPath, mode });
}

export function volumesOf(container: Json | undefined): JsonObject[] {
  return objects(objectOf(container)?.["volumes"]);
}
