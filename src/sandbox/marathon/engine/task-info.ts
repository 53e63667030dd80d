/** Mesos' TaskInfo for an instance that is launched: command, container, ports, environment, labels, checks (facts 8). Pure. */
import type { Json, JsonObject } from "../../../value/json.js";
import type { LaunchOperation, Offer, OfferResource } from "../../framework/cluster.js";
import { compact, numberOf, objectOf, objects, strings, textOf } from "../definition/fields.js";
import { hostnameOf } from "../definition/path-id.js";
import { hostPortsOf, labelsOf, type RunSpec, resourcesOf } from "../definition/run-spec.js";
import type { Instance } from "../instance/instance.js";

export interface LaunchFacts {
  readonly spec: RunSpec;
  readonly instance: Instance;
  readonly offer: Offer;
  readonly resources: readonly OfferResource[];
  readonly hostPorts: readonly number[];
  /** `--env_vars_prefix` */
  readonly prefix: string | null;
  readonly user: string;
}

export function launchOperation(facts: LaunchFacts): LaunchOperation {
  if (facts.spec.kind === "app") return { kind: "tasks", tasks: [appTask(facts)] };
  const { definition } = facts.spec;
  const executor = objectOf(definition["executorResources"]) ?? {};
  return {
    kind: "group",
    executor: {
      type: "DEFAULT",
      executor_id: { value: facts.instance.id },
      resources: (["cpus", "mem", "disk"] as const).map((name) =>
        scalar(name, numberOf(executor[name], 0), facts.offer.role),
      ),
    },
    tasks: objects(definition["containers"]).map((container) => containerTask(facts, container)),
  };
}

function appTask(facts: LaunchFacts): JsonObject {
  const { spec, instance, offer, hostPorts } = facts;
  const { definition } = spec;
  const task = instance.tasks[0];
  return compact({
    name: hostnameOf(spec.id),
    task_id: { value: task?.id ?? instance.id },
    agent_id: { value: offer.agentId },
    resources: facts.resources.map((resource) => resourceMessage(resource, offer.role)),
    command: commandOf(facts, textOf(definition["cmd"]), strings(definition["args"]), task?.id ?? ""),
    container: containerMessage(definition, hostPorts),
    health_check: mesosCheck(definition, hostPorts),
    kill_policy: killPolicy(definition["taskKillGracePeriodSeconds"]),
    labels: { labels: Object.entries(labelsOf(spec)).map(([key, value]) => ({ key, value })) },
    discovery: discovery(spec, hostPorts),
  });
}

function containerTask(facts: LaunchFacts, container: JsonObject): JsonObject {
  const { spec, instance, offer } = facts;
  const name = String(container["name"]);
  const task = instance.tasks.find((one) => one.container === name);
  const command = objectOf(objectOf(container["exec"])?.["command"]);
  const resources = objectOf(container["resources"]) ?? {};
  const own = hostPortsOf(spec).flatMap((port, at) =>
    port.container === name ? [facts.hostPorts[at] ?? 0] : [],
  );
  const scalars = (["cpus", "mem", "disk", "gpus"] as const).flatMap((one) => {
    const amount = numberOf(resources[one], 0);
    return amount > 0 ? [scalar(one, amount, offer.role)] : [];
  });
  const ranges = own.map((port) => ({ begin: port, end: port }));
  return compact({
    name,
    task_id: { value: task?.id ?? instance.id },
    agent_id: { value: offer.agentId },
    resources:
      own.length === 0
        ? scalars
        : [...scalars, resourceMessage({ name: "ports", role: "*", ranges }, offer.role)],
    command: commandOf(facts, textOf(command?.["shell"]), strings(command?.["argv"]), task?.id ?? ""),
    container: { type: "MESOS" },
    health_check:
      container["healthCheck"] === undefined ? undefined : podCheck(objectOf(container["healthCheck"]) ?? {}),
    kill_policy: killPolicy(objectOf(container["lifecycle"])?.["killGracePeriodSeconds"]),
    labels: {
      labels: Object.entries({ ...labelsOf(spec), ...(objectOf(container["labels"]) ?? {}) }).map(
        ([key, value]) => ({ key, value }),
      ),
    },
  });
}

function scalar(name: string, amount: number, role: string): JsonObject {
  return resourceMessage({ name, role: "*", scalar: amount }, role);
}

function resourceMessage(
  { name, role, scalar: amount, ranges }: OfferResource,
  allocated: string,
): JsonObject {
  const reserved = role === "*" ? { role: "*" } : { role };
  const common = { ...reserved, allocation_info: { role: allocated } };
  if (amount !== undefined) return { name, type: "SCALAR", scalar: { value: amount }, ...common };
  return {
    name,
    type: "RANGES",
    ranges: { range: (ranges ?? []).map(({ begin, end }) => ({ begin, end })) },
    ...common,
  };
}

function commandOf(
  facts: LaunchFacts,
  cmd: string | null,
  args: readonly string[],
  taskId: string,
): JsonObject {
  const { definition } = facts.spec;
  const shape =
    cmd === null
      ? { shell: false, ...(args.length > 0 ? { arguments: args } : {}) }
      : { value: cmd, shell: true };
  const uris = objects(definition["fetch"]).map(
    ({ uri = "", extract = true, executable = false, cache = false }) => ({
      value: uri,
      extract,
      executable,
      cache,
    }),
  );
  return compact({
    ...shape,
    user: definition["user"] ?? facts.user,
    uris: uris.length === 0 ? undefined : uris,
    environment: { variables: environmentOf(facts, taskId).map(([name, value]) => ({ name, value })) },
  });
}

/** Facts 8. The app's own variables win. */
function environmentOf({ spec, offer, hostPorts, prefix }: LaunchFacts, taskId: string): [string, string][] {
  const { cpus, mem, disk, gpus } = resourcesOf(spec);
  const ports = hostPortsOf(spec);
  const named = ports.flatMap(({ name }, at): [string, string][] =>
    name === null
      ? []
      : [[`PORT_${name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_")}`, String(hostPorts[at])]],
  );
  const mapped = objects(objectOf(spec.definition["container"])?.["portMappings"]).flatMap(
    ({ containerPort }, at): [string, string][] =>
      containerPort === 0 ? [] : [[`PORT_${String(containerPort)}`, String(hostPorts[at] ?? containerPort)]],
  );
  const first = hostPorts[0];
  const own: [string, string][] = [
    ["HOST", offer.hostname],
    ...(first === undefined
      ? []
      : [["PORT", String(first)] as [string, string], ["PORTS", hostPorts.join(",")] as [string, string]]),
    ...hostPorts.map((port, at): [string, string] => [`PORT${at}`, String(port)]),
    ...mapped,
    ...named,
  ];
  const marathon: [string, string][] = [
    ["MESOS_TASK_ID", taskId],
    ["MARATHON_APP_ID", spec.id],
    ["MARATHON_APP_VERSION", spec.version],
    ["MARATHON_APP_RESOURCE_CPUS", String(cpus)],
    ["MARATHON_APP_RESOURCE_MEM", String(mem)],
    ["MARATHON_APP_RESOURCE_DISK", String(disk)],
    ["MARATHON_APP_RESOURCE_GPUS", String(gpus)],
    ...Object.entries(labelsOf(spec)).map(([name, value]): [string, string] => [
      `MARATHON_APP_LABEL_${name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_")}`,
      value,
    ]),
  ];
  const given = objectOf(spec.definition[spec.kind === "app" ? "env" : "environment"]) ?? {};
  const written = Object.entries(given).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" ? [[name, value]] : [],
  );
  const prefixed = own.map(([name, value]): [string, string] => [`${prefix ?? ""}${name}`, value]);
  return [...new Map([...prefixed, ...marathon, ...written])];
}

function containerMessage(definition: JsonObject, hostPorts: readonly number[]): Json | undefined {
  const container = objectOf(definition["container"]);
  if (container === null) return undefined;
  const docker = objectOf(container["docker"]);
  const mappings = objects(container["portMappings"]).flatMap(
    ({ containerPort = 0, protocol = "tcp" }, at) => {
      const port = hostPorts[at];
      return port === undefined
        ? []
        : [{ host_port: port, container_port: containerPort === 0 ? port : containerPort, protocol }];
    },
  );
  if (container["type"] !== "DOCKER" || docker === null) return { type: "MESOS" };
  const bridge = objects(definition["networks"])[0]?.["mode"] === "container/bridge";
  return {
    type: "DOCKER",
    docker: {
      image: docker["image"] ?? "",
      network: bridge ? "BRIDGE" : "HOST",
      port_mappings: mappings,
      privileged: docker["privileged"] ?? false,
      force_pull_image: docker["forcePullImage"] ?? false,
    },
  };
}

function times(check: JsonObject): JsonObject {
  return {
    delay_seconds: check["delaySeconds"] ?? 15,
    interval_seconds: check["intervalSeconds"] ?? 60,
    timeout_seconds: check["timeoutSeconds"] ?? 20,
    consecutive_failures: check["maxConsecutiveFailures"] ?? 3,
    grace_period_seconds: check["gracePeriodSeconds"] ?? 300,
  };
}

/** Of the checks that Mesos runs. */
function mesosCheck(definition: JsonObject, hostPorts: readonly number[]): Json | undefined {
  const check = objects(definition["healthChecks"]).find(
    ({ protocol }) => protocol === "COMMAND" || String(protocol).startsWith("MESOS_"),
  );
  if (check === undefined) return undefined;
  const port = check["port"] ?? hostPorts[numberOf(check["portIndex"], 0)] ?? 0;
  switch (check["protocol"]) {
    case "COMMAND":
      return {
        type: "COMMAND",
        command: { value: objectOf(check["command"])?.["value"] ?? "", shell: true },
        ...times(check),
      };
    case "MESOS_TCP":
      return { type: "TCP", tcp: { port }, ...times(check) };
    default: {
      const scheme = check["protocol"] === "MESOS_HTTPS" ? "https" : "http";
      return { type: "HTTP", http: { port, path: check["path"] ?? "/", scheme }, ...times(check) };
    }
  }
}

function podCheck(check: JsonObject): JsonObject {
  const http = objectOf(check["http"]);
  if (http !== null) return { type: "HTTP", http: { port: 0, path: http["path"] ?? "/" }, ...times(check) };
  if (check["tcp"] !== undefined) return { type: "TCP", tcp: { port: 0 }, ...times(check) };
  return { type: "COMMAND", command: { value: "true", shell: true }, ...times(check) };
}

function killPolicy(seconds: Json | undefined): Json | undefined {
  return typeof seconds === "number" ? { grace_period: { nanoseconds: seconds * 1e9 } } : undefined;
}

function discovery(spec: RunSpec, hostPorts: readonly number[]): JsonObject {
  const described = [
    ...objects(spec.definition["portDefinitions"]),
    ...objects(objectOf(spec.definition["container"])?.["portMappings"]),
  ];
  const ports = described.map(({ name, protocol = "tcp", labels }, at) =>
    compact({
      number: hostPorts[at] ?? 0,
      name,
      protocol,
      labels: {
        labels: [
          ...Object.entries(objectOf(labels) ?? {}).map(([key, value]) => ({ key, value })),
          { key: "network-scope", value: "host" },
        ],
      },
    }),
  );
  return { visibility: "FRAMEWORK", name: hostnameOf(spec.id), ports: { ports } };
}
