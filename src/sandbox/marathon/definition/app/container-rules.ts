/** The rules for networks, ports, images and volumes of an app. Pure. */
import type { JsonObject } from "../../../../value/json.js";
import { isPattern } from "../constraint.js";
import { numberOf, objectOf, objects, strings } from "../fields.js";
import type { Fault } from "../refusal.js";
import { type DefinitionSettings, featureFault } from "../settings.js";

/** Of the request as written: what defaults would hide. */
export function writtenPortFaults(given: JsonObject, settings: DefinitionSettings): Fault[] {
  const networks = objects(given["networks"]);
  const modes = networks.map(({ mode = "container" }) => mode);
  const mappings = objects(objectOf(given["container"])?.["portMappings"]);
  const definitions = objects(given["portDefinitions"]);
  const faults: Fault[] = [];
  const whole = (broken: boolean, error: string) => {
    if (broken) faults.push({ path: "/", error });
  };
  whole(modes.includes("host") && mappings.length > 0, "portMappings are not allowed with host-networking");
  whole(
    modes.some((mode) => mode !== "host") && definitions.length > 0,
    "portDefinitions are only allowed with host-networking",
  );
  const nameless = networks.some(({ name }, at) => modes[at] === "container" && name === undefined);
  const add = (broken: boolean, error: string) => {
    if (broken) faults.push({ path: "/networks", error });
  };
  add(
    nameless && settings.defaultNetworkName === null,
    "Network name must be specified when container network is selected.",
  );
  const host = networks.filter((_, at) => modes[at] === "host");
  add(
    host.some(({ name, labels }) => name !== undefined || Object.keys(objectOf(labels) ?? {}).length > 0),
    "Host networks may not have names or labels",
  );
  const bridge = networks.filter((_, at) => modes[at] === "container/bridge");
  add(
    bridge.some(({ name }) => name !== undefined),
    "Bridge networks may not have names",
  );
  const names = networks.map(({ name }) => name ?? "");
  const doubled =
    modes.filter((mode) => mode === "container").length > 1 && new Set(names).size < names.length;
  add(doubled, "Duplicate networks are not allowed");
  const mixed = new Set(modes).size > 1 || host.length > 1 || bridge.length > 1;
  add(mixed, "May specify a single host network, single bridge network, or else 1-to-n container networks");
  return faults;
}

export function containerFaults(app: JsonObject, settings: DefinitionSettings): Fault[] {
  const container = objectOf(app["container"]);
  const faults: Fault[] = portFaults(objects(app["portDefinitions"]), "/portDefinitions", "port");
  if (container === null) return faults;
  const docker = objectOf(container["docker"]);
  const mappings = objects(container["portMappings"]);
  faults.push(...portFaults(mappings, "/container/portMappings", null), ...mappingFaults(app, mappings));
  const isDocker = container["type"] === "DOCKER";
  if (isDocker && docker === null) faults.push({ path: "/container/docker", error: "not defined" });
  if (docker !== null) {
    if (docker["image"] === "") faults.push({ path: "/container/docker/image", error: "must not be empty" });
    faults.push(...pullFaults(docker, isDocker, settings));
  }
  const many = objects(app["networks"]).length > 1;
  if (isDocker && many) {
    const error = "may only specify a single container network when using the Docker container engine";
    faults.push({ path: "/", error });
  }
  faults.push(...volumeFaults(container, app, settings));
  return faults;
}

function pullFaults(docker: JsonObject, isDocker: boolean, settings: DefinitionSettings): Fault[] {
  const path = "/container/docker/pullConfig";
  if (docker["pullConfig"] === undefined) return [];
  if (isDocker) return [{ path, error: "pullConfig is not supported with Docker containerizer" }];
  return settings.features.has("secrets") ? [] : [{ path, error: featureFault("secrets") }];
}

function portFaults(ports: readonly JsonObject[], path: string, number: string | null): Fault[] {
  const faults: Fault[] = [];
  const names = ports.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (new Set(names).size !== names.length) faults.push({ path, error: "Port names must be unique." });
  if (number === null) return faults;
  const fixed = ports.map((port) => port[number]).filter((port) => port !== 0);
  if (new Set(fixed).size !== fixed.length) faults.push({ path, error: "Ports must be unique." });
  return faults;
}

function mappingFaults(app: JsonObject, mappings: readonly JsonObject[]): Fault[] {
  const names = objects(app["networks"]).flatMap(({ name }) => (name === undefined ? [] : [name]));
  const many = objects(app["networks"]).length > 1;
  return mappings.flatMap((mapping, at): Fault[] => {
    const path = `/container/portMappings(${at})`;
    const given = strings(mapping["networkNames"]);
    const words =
      "networkNames must be a single item list when hostPort is specified and more than 1 container network is defined";
    const unclear = many && mapping["hostPort"] !== undefined && given.length !== 1;
    const unknown = given.filter((name) => !names.includes(name));
    return [
      ...(unclear ? [{ path, error: words }] : []),
      ...unknown.map((name) => ({
        path: `${path}/networkNames(${given.indexOf(name)})`,
        error: `is not one of (${names.join(",")})`,
      })),
    ];
  });
}

function volumeFaults(container: JsonObject, app: JsonObject, settings: DefinitionSettings): Fault[] {
  const volumes = objects(container["volumes"]);
  const names = volumes.flatMap(({ external }) => objectOf(external)?.["name"] ?? []);
  const twice = new Set(names).size !== names.length;
  return [
    ...(twice ? [{ path: "/container/volumes", error: "Volume names must be unique" }] : []),
    ...volumes.flatMap((volume, at) => volumeFault(volume, `/container/volumes(${at})`, app, settings)),
  ];
}

function volumeFault(
  volume: JsonObject,
  path: string,
  app: JsonObject,
  settings: DefinitionSettings,
): Fault[] {
  const containerPath = String(volume["containerPath"]);
  const persistent = objectOf(volume["persistent"]);
  const external = objectOf(volume["external"]);
  if (persistent !== null) return persistentFaults(volume, persistent, path);
  const empty = containerPath === "" ? [{ path: `${path}/containerPath`, error: "must not be empty" }] : [];
  if (external !== null) {
    const missing = ["name", "provider"]
      .filter((name) => external[name] === undefined)
      .map((name) => ({ path: `${path}/external/${name}`, error: "not defined" }));
    const off = settings.features.has("external_volumes")
      ? []
      : [{ path, error: featureFault("external_volumes") }];
    return [...empty, ...missing, ...off];
  }
  if (volume["secret"] !== undefined) {
    if (!settings.features.has("secrets")) return [{ path, error: featureFault("secrets") }];
    const known = objectOf(app["secrets"])?.[String(volume["secret"])] !== undefined;
    return known ? empty : [{ path, error: "volume.secret must refer to an existing secret" }];
  }
  const noHost = volume["hostPath"] === undefined || volume["hostPath"] === "";
  return [...empty, ...(noHost ? [{ path: `${path}/hostPath`, error: "must not be empty" }] : [])];
}

function persistentFaults(volume: JsonObject, info: JsonObject, path: string): Fault[] {
  const containerPath = String(volume["containerPath"]);
  const inside = `${path}/persistent`;
  const size = numberOf(info["size"], 0);
  const max = info["maxSize"];
  const constraints = Array.isArray(info["constraints"]) ? info["constraints"] : [];
  const faults: Fault[] = [];
  const add = (broken: boolean, at: string, error: string) => {
    if (broken) faults.push({ path: at, error });
  };
  add(containerPath.includes("/"), `${path}/containerPath`, 'value must not contain "/"');
  add(["", ".", ".."].includes(containerPath), `${path}/containerPath`, "must not be empty, . or ..");
  add(volume["mode"] !== "RW", `${path}/mode`, "must be RW");
  add(size <= 0, `${inside}/size`, `got ${size}, expected more than 0`);
  add(max !== undefined && info["type"] !== "mount", inside, "Only mount volumes can have maxSize");
  add(typeof max === "number" && max <= size, inside, "Max size must be larger than size");
  add(
    info["type"] === "root" && constraints.length > 0,
    inside,
    "Constraints on root volumes are not supported",
  );
  constraints.forEach((constraint, at) => {
    const [field, operator, value = ""] = strings(constraint);
    const right = field === "path" && (operator === "LIKE" || operator === "UNLIKE") && isPattern(value);
    add(!right, `${inside}/constraints(${at})`, `Unsupported constraint ${strings(constraint).join(",")}`);
  });
  return faults;
}
