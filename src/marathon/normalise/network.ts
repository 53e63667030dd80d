/** Networks of an app, and the ports that go with them, as Marathon reads them back. Facts section 2.2. */
import type { Json, JsonObject } from "../../value/json.js";
import { filled, inList, isOpaque, isPlain, without, withoutEmpty } from "./parts.js";

type Mode = "host" | "bridge" | "container";

const DEFAULT_MAPPING: JsonObject = { containerPort: 0, name: "default" };
const DEFAULT_DEFINITION: JsonObject = { port: 0, name: "default" };

export function normaliseNetworks(networks: Json | undefined): Json {
  if (networks === undefined || (Array.isArray(networks) && networks.length === 0)) return [{ mode: "host" }];
  return inList(networks, (network) => withoutEmpty(filled(network, { mode: "container" }), ["labels"]));
}

/** Undefined when it is not known yet. */
function modeOf(networks: Json): Mode | undefined {
  if (!Array.isArray(networks)) return undefined;
  const modes = (networks as readonly Json[]).map((network) =>
    isPlain(network) ? network["mode"] : undefined,
  );
  if (modes.some((mode) => typeof mode !== "string")) return undefined;
  if (modes.includes("host")) return "host";
  return modes.includes("container/bridge") ? "bridge" : "container";
}

/** Ports where the mode of the networks wants them: of the host in portDefinitions, otherwise in the container. */
export function normalisePorts(app: JsonObject): JsonObject {
  const mode = modeOf(app["networks"] ?? null);
  if (mode === undefined || isOpaque(app["container"])) return app;
  return mode === "host" ? hostPorts(app) : containerPorts(app, mode);
}

function hostPorts(app: JsonObject): JsonObject {
  const { container } = app;
  const definitions = app["portDefinitions"] ?? [DEFAULT_DEFINITION];
  return {
    ...app,
    ...(isPlain(container) ? { container: without(container, ["portMappings"]) } : {}),
    portDefinitions: inList(definitions, (definition) =>
      withoutEmpty(filled(definition, { port: 0, protocol: "tcp" }), ["labels"]),
    ),
  };
}

function containerPorts(app: JsonObject, mode: Mode): JsonObject {
  const { portDefinitions, ...rest } = app;
  // Networks other than the host's need a container, and Marathon makes one.
  const container = isPlain(app["container"]) ? app["container"] : { type: "MESOS", volumes: [] };
  const mappings = container["portMappings"] ?? [DEFAULT_MAPPING];
  const wanted = isPlain(app["container"]) ? asManyAs(mappings, portDefinitions) : mappings;
  const portMappings = inList(wanted, (mapping) => normaliseMapping(mapping, mode));
  return { ...rest, container: { ...container, portMappings }, requirePorts: false };
}

/** Port definitions beyond the mappings become empty mappings; what they say is lost. */
function asManyAs(mappings: Json, definitions: Json | undefined): Json {
  if (!Array.isArray(mappings) || !Array.isArray(definitions)) return mappings;
  const missing = Math.max(definitions.length - mappings.length, 0);
  return [...(mappings as readonly Json[]), ...Array.from({ length: missing }, (): JsonObject => ({}))];
}

function normaliseMapping(written: JsonObject, mode: Mode): JsonObject {
  const mapping = filled(written, { containerPort: 0, labels: {}, protocol: "tcp", servicePort: 0 });
  const onHost = mode === "bridge" ? filled(mapping, { hostPort: 0 }) : mapping;
  return withoutEmpty(onHost, ["networkNames"]);
}
