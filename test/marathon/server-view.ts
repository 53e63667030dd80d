/**
 * What Marathon would answer to a GET after a POST of a definition, written from the table of fields and for nothing but the
 * property tests. It shares no line with src/marathon/normalise, so that one mistake cannot be made twice.
 */
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

type Fields = { [name: string]: Json };
type Mutable = Record<string, Json | undefined>;

function rows(value: Json | undefined): Fields[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject).map((item) => ({ ...item })) : [];
}

function items(value: Json | undefined): Json[] {
  return Array.isArray(value) ? [...(value as readonly Json[])] : [];
}

/** `seed` turns sets around and chooses the ports that are given out. */
export function serverView(written: JsonObject, seed: number): JsonObject {
  const container = isObject(written["container"]) ? written["container"] : null;
  const networks = networksOf(written, container);
  const mode = String(networks[0]?.["mode"]);
  const shown: Mutable = {
    id: written["id"],
    acceptedResourceRoles: some(turned(items(written["acceptedResourceRoles"]), seed)),
    backoffFactor: 1.15,
    backoffSeconds: written["backoffSeconds"] ?? 1,
    cmd: written["cmd"],
    constraints: some(turned(items(written["constraints"]), seed)),
    container: containerOf(written, container, mode, seed),
    cpus: written["cpus"] ?? 1,
    dependencies: some(turned(items(written["dependencies"]).map(absolute), seed)),
    disk: written["disk"] ?? 0,
    env: someOf(written["env"]),
    executor: written["executor"] ?? "",
    fetch: some(fetchOf(written)),
    gpus: 0,
    healthChecks: some(
      turned(
        rows(written["healthChecks"]).map((check) => checkOf(check, written, mode)),
        seed,
      ),
    ),
    instances: written["instances"] ?? 1,
    killSelection: written["killSelection"] ?? "YOUNGEST_FIRST",
    labels: written["labels"] ?? {},
    maxLaunchDelaySeconds: written["maxLaunchDelaySeconds"] ?? 300,
    mem: written["mem"] ?? 128,
    networks,
    portDefinitions: mode === "host" ? definitionsOf(written, seed) : undefined,
    readinessChecks: some(rows(written["readinessChecks"]).map((check) => readinessOf(check, seed))),
    requirePorts: mode === "host" && written["requirePorts"] === true,
    resourceLimits: written["resourceLimits"],
    role: written["role"] ?? "*",
    secrets: someOf(written["secrets"]),
    taskKillGracePeriodSeconds: written["taskKillGracePeriodSeconds"],
    tty: written["tty"] === true ? true : undefined,
    user: written["user"],
    ...strategies(written, container),
    ...readOnly(),
  };
  return Object.fromEntries(
    Object.entries(shown).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

function readOnly(): Mutable {
  const version = "2021-03-04T09:15:00.120Z";
  return {
    version,
    versionInfo: { lastScalingAt: version, lastConfigChangeAt: version },
    tasksStaged: 0,
    tasksRunning: 1,
    tasksHealthy: 0,
    tasksUnhealthy: 0,
    deployments: [{ id: "d-1" }],
    tasks: [],
  };
}

function turned(list: Json[], seed: number): Json[] {
  const at = list.length === 0 ? 0 : seed % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

function some(list: Json[]): Json | undefined {
  return list.length === 0 ? undefined : list;
}

function someOf(value: Json | undefined): Json | undefined {
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

/** Seen from the root. */
function absolute(id: Json): Json {
  return `/${String(id)
    .replace(/^\.\.\//, "")
    .replace(/^\//, "")}`;
}

function networksOf(written: JsonObject, container: JsonObject | null): Fields[] {
  const docker =
    container !== null && isObject(container["docker"]) ? container["docker"]["network"] : undefined;
  if (docker === "HOST") return [{ mode: "host" }];
  if (docker === "BRIDGE") return [{ mode: "container/bridge" }];
  // The name is that of --default_network_name.
  if (docker === "USER") return [{ mode: "container", name: "default-net" }];
  const { ipAddress } = written;
  const given = isObject(ipAddress)
    ? [{ name: ipAddress["networkName"] ?? "default-net", labels: ipAddress["labels"] ?? {} } as Fields]
    : rows(written["networks"]);
  if (given.length === 0) return [{ mode: "host" }];
  return given.map((network) => {
    const { labels, mode = "container", name } = network;
    const named = mode === "container" ? { name: name ?? "default-net" } : {};
    return { mode, ...named, ...(isObject(labels) && Object.keys(labels).length > 0 ? { labels } : {}) };
  });
}

/** Ports of the host, with 0 replaced by a number that is free. */
function definitionsOf(written: JsonObject, seed: number): Json {
  const { portDefinitions, ports } = written;
  const given = Array.isArray(portDefinitions)
    ? rows(portDefinitions)
    : Array.isArray(ports)
      ? items(ports).map((port): Fields => ({ port }))
      : [{ port: 0, name: "default" } as Fields];
  return given.map((definition, at) => {
    const { port = 0, name, labels, protocol = "tcp" } = definition;
    return {
      port: port === 0 ? 10_000 + seed + at : port,
      ...(isObject(labels) && Object.keys(labels).length > 0 ? { labels } : {}),
      ...(name === undefined ? {} : { name }),
      protocol,
    };
  });
}

function containerOf(
  written: JsonObject,
  container: JsonObject | null,
  mode: string,
  seed: number,
): Json | undefined {
  if (container === null && mode === "host") return undefined;
  const type = container === null ? "MESOS" : (container["type"] ?? "DOCKER");
  const docker = container !== null && isObject(container["docker"]) ? container["docker"] : null;
  return {
    type,
    ...(docker === null ? {} : { docker: dockerOf(docker, type) }),
    volumes: rows(container?.["volumes"]).map(volumeOf),
    ...(mode === "host" ? {} : { portMappings: mappingsOf(written, container, mode, seed) }),
  };
}

function dockerOf(docker: JsonObject, type: Json): Json {
  const { image = "", forcePullImage = false, privileged = false, parameters = [] } = docker;
  if (type === "DOCKER") return { forcePullImage, image, parameters, privileged };
  // The defaults of fields that Mesos' containers do not have.
  return { forcePullImage, image, parameters: [], privileged: false };
}

function volumeOf(volume: Fields): Json {
  const { persistent, external } = volume;
  if (isObject(persistent))
    return { ...volume, persistent: { type: "root", constraints: [], ...persistent } };
  if (!isObject(external)) return volume;
  const { options, ...rest } = external;
  const given = isObject(options) && Object.keys(options).length > 0 ? { options } : {};
  return { ...volume, external: { shared: false, ...rest, ...given } };
}

function mappingsOf(written: JsonObject, container: JsonObject | null, mode: string, seed: number): Json {
  const docker = container !== null && isObject(container["docker"]) ? container["docker"] : null;
  const { ipAddress } = written;
  const discovery = isObject(ipAddress) && isObject(ipAddress["discovery"]) ? ipAddress["discovery"] : null;
  const discovered = rows(discovery?.["ports"]).map(
    ({ number = 0, ...rest }): Fields => ({ containerPort: number, ...rest }),
  );
  const said = container?.["portMappings"] ?? docker?.["portMappings"] ?? some(discovered);
  const given = said === undefined ? [{ containerPort: 0, name: "default" } as Fields] : rows(said);
  const missing =
    container === null ? 0 : items(written["ports"] ?? written["portDefinitions"]).length - given.length;
  const all = [...given, ...Array.from({ length: Math.max(missing, 0) }, (): Fields => ({}))];
  return all.map((mapping, at) => mappingOf(mapping, mode, 10_000 + seed + at));
}

function mappingOf(mapping: Fields, mode: string, free: number): Json {
  const { containerPort = 0, hostPort, labels = {}, name, protocol = "tcp", servicePort = 0 } = mapping;
  const host = hostPort ?? (mode === "container/bridge" ? 0 : undefined);
  return {
    containerPort,
    ...(host === undefined ? {} : { hostPort: host }),
    labels,
    ...(name === undefined ? {} : { name }),
    protocol,
    servicePort: servicePort === 0 ? free : servicePort,
  };
}

function fetchOf(written: JsonObject): Json[] {
  const given = Array.isArray(written["uris"])
    ? items(written["uris"]).map(
        (uri): Fields => ({ uri, extract: /\.(tgz|tar\.gz|zip)(\?|$)/.test(String(uri)) }),
      )
    : rows(written["fetch"]);
  return given.map(({ uri = "", extract = true, executable = false, cache = false, destPath }) => ({
    uri,
    extract,
    executable,
    cache,
    ...(destPath === undefined ? {} : { destPath }),
  }));
}

function checkOf(check: Fields, written: JsonObject, mode: string): Json {
  const { protocol = "HTTP", path, command, port, portIndex, ipProtocol = "IPv4" } = check;
  const http = protocol === "HTTP" || protocol === "HTTPS";
  const byMarathon = http || protocol === "TCP";
  // Added only where ports were written; what was not written gets it after the next failover.
  const explicit = mode !== "host" || items(written["portDefinitions"]).length > 0;
  const index = portIndex ?? (port === undefined && explicit && protocol !== "COMMAND" ? 0 : undefined);
  return {
    ...(command === undefined ? {} : { command }),
    gracePeriodSeconds: check["gracePeriodSeconds"] ?? 300,
    ...(http ? { ignoreHttp1xx: check["ignoreHttp1xx"] ?? false } : {}),
    intervalSeconds: check["intervalSeconds"] ?? 60,
    maxConsecutiveFailures: check["maxConsecutiveFailures"] ?? 3,
    ...(path === undefined || protocol === "TCP" ? {} : { path }),
    ...(port === undefined ? {} : { port }),
    ...(index === undefined || protocol === "COMMAND" ? {} : { portIndex: index }),
    protocol,
    ipProtocol: byMarathon ? "IPv4" : ipProtocol,
    timeoutSeconds: check["timeoutSeconds"] ?? 20,
    delaySeconds: byMarathon ? 15 : (check["delaySeconds"] ?? 15),
  };
}

function readinessOf(check: Fields, seed: number): Json {
  const codes = items(check["httpStatusCodesForReady"]);
  return {
    name: check["name"] ?? "readinessCheck",
    protocol: "HTTP",
    path: check["path"] ?? "/",
    portName: "http-api",
    intervalSeconds: 30,
    timeoutSeconds: 10,
    httpStatusCodesForReady: codes.length === 0 ? [200] : turned(codes, seed),
    preserveLastResponse: false,
  };
}

function strategies(written: JsonObject, container: JsonObject | null): Mutable {
  const volumes = rows(container?.["volumes"]);
  const persistent = volumes.some((volume) => volume["persistent"] !== undefined);
  const bound = persistent || volumes.some((volume) => volume["external"] !== undefined);
  const [least, over] = bound ? [0.5, 0] : [1, 1];
  return {
    residency: persistent
      ? { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: "WAIT_FOREVER" }
      : undefined,
    unreachableStrategy:
      written["unreachableStrategy"] ??
      (persistent ? "disabled" : { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 }),
    upgradeStrategy: written["upgradeStrategy"] ?? {
      maximumOverCapacity: over,
      minimumHealthCapacity: least,
    },
  };
}
