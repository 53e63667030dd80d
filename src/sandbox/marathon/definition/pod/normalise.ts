/** Pods in the form in which they are kept and shown (facts 1.7), and the rules they must keep. Pure. */
import type { Json, JsonObject } from "../../../../value/json.js";
import { networksOf } from "../app/container.js";
import type { AppContext } from "../app/normalise.js";
import { constraintFault } from "../constraint.js";
import { compact, numberOf, objectOf, objects, unlessEmpty, without } from "../fields.js";
import { absoluteId, idFaults, ROOT } from "../path-id.js";
import { type Fault, notValid } from "../refusal.js";
import { featureFault } from "../settings.js";
import { readRecord } from "../shape.js";
import { POD } from "./shape.js";

/** Throws a Refusal (422) for a wrong shape or a broken rule. */
export function createPod(body: Json, context: AppContext): JsonObject {
  const given = readRecord(POD, body);
  const pod = normalisePod(given, context);
  const faults = podFaults(pod, given, context);
  if (faults.length > 0) throw notValid(faults);
  return pod;
}

export function normalisePod(given: JsonObject, context: AppContext): JsonObject {
  const networks = networksOf(given["networks"], context.settings.defaultNetworkName);
  const shared = networks[0]?.["mode"] !== "container";
  const volumes = objects(given["volumes"]);
  const executor = objectOf(given["executorResources"]);
  return compact({
    id: absoluteId(String(given["id"]), context.base ?? ROOT),
    labels: unlessEmpty(given["labels"]),
    user: given["user"],
    environment: unlessEmpty(given["environment"]),
    containers: objects(given["containers"]).map((container) => containerOf(container, shared)),
    secrets: unlessEmpty(given["secrets"]),
    volumes: unlessEmpty(volumes.map(volumeOf)),
    networks,
    scaling: { kind: "fixed", ...compact({ instances: 1, ...(objectOf(given["scaling"]) ?? {}) }) },
    scheduling: schedulingOf(
      objectOf(given["scheduling"]) ?? {},
      volumes.some(({ persistent }) => persistent !== undefined),
    ),
    executorResources: { cpus: 0.1, mem: 32, disk: 10, ...(executor ?? {}) },
    role: given["role"] ?? context.role,
  });
}

/** What a leader that reads the pod from the store knows of it (facts 2.6, 8). */
export function podAfterFailover(pod: JsonObject, context: AppContext): JsonObject {
  const scheduling = objectOf(pod["scheduling"]) ?? {};
  return normalisePod(
    {
      ...without(pod, "executorResources"),
      scheduling: without(scheduling, "unreachableStrategy", "killSelection"),
    },
    context,
  );
}

function containerOf(container: JsonObject, hostPorts: boolean): JsonObject {
  const { name = "", exec, resources, endpoints, image, environment, user } = container;
  const picture = objectOf(image);
  return compact({
    name,
    exec,
    resources: { cpus: 0, mem: 0, disk: 0, gpus: 0, ...(objectOf(resources) ?? {}) },
    resourceLimits: container["resourceLimits"],
    endpoints: unlessEmpty(
      objects(endpoints).map((endpoint) =>
        compact({
          name: endpoint["name"],
          containerPort: endpoint["containerPort"],
          hostPort: endpoint["hostPort"] ?? (hostPorts ? 0 : undefined),
          protocol: unlessEmpty(endpoint["protocol"]) ?? ["tcp"],
          labels: unlessEmpty(endpoint["labels"]),
          networkNames: unlessEmpty(endpoint["networkNames"]),
        }),
      ),
    ),
    image: picture === null ? undefined : compact({ forcePull: false, ...picture }),
    environment: unlessEmpty(environment),
    user,
    healthCheck: checkOf(container["healthCheck"], HEALTH_CHECK),
    check: checkOf(container["check"], CHECK),
    volumeMounts: unlessEmpty(container["volumeMounts"]),
    artifacts: unlessEmpty(
      objects(container["artifacts"]).map(({ uri = "", extract = true, executable = false, ...rest }) =>
        compact({ uri, extract, executable, cache: rest["cache"] ?? false, destPath: rest["destPath"] }),
      ),
    ),
    labels: unlessEmpty(container["labels"]),
    lifecycle: container["lifecycle"],
    tty: container["tty"],
  });
}

/** In the order in which Marathon writes them. */
const HEALTH_CHECK = {
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  maxConsecutiveFailures: 3,
  timeoutSeconds: 20,
  delaySeconds: 15,
};
const CHECK = { intervalSeconds: 60, timeoutSeconds: 20, delaySeconds: 15 };

function checkOf(given: Json | undefined, defaults: JsonObject): Json | undefined {
  const check = objectOf(given);
  if (check === null) return undefined;
  const http = objectOf(check["http"]);
  return compact({
    http: http === null ? undefined : compact({ ...http, scheme: http["scheme"] ?? "HTTP" }),
    tcp: check["tcp"],
    exec: check["exec"],
    ...defaults,
    ...without(check, "http", "tcp", "exec"),
  });
}

function volumeOf(volume: JsonObject): JsonObject {
  const persistent = objectOf(volume["persistent"]);
  return persistent === null
    ? volume
    : { ...volume, persistent: { type: "root", constraints: [], ...persistent } };
}

function schedulingOf(given: JsonObject, resident: boolean): JsonObject {
  const strategy = given["unreachableStrategy"] ?? (resident ? "disabled" : {});
  const placement = objectOf(given["placement"]) ?? {};
  return {
    backoff: { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300, ...(objectOf(given["backoff"]) ?? {}) },
    upgrade: {
      minimumHealthCapacity: resident ? 0.5 : 1,
      maximumOverCapacity: resident ? 0 : 1,
      ...(objectOf(given["upgrade"]) ?? {}),
    },
    placement: compact({
      constraints: unlessEmpty(placement["constraints"]),
      acceptedResourceRoles: unlessEmpty(placement["acceptedResourceRoles"]),
    }),
    killSelection: given["killSelection"] ?? "YOUNGEST_FIRST",
    unreachableStrategy:
      objectOf(strategy) === null
        ? strategy
        : { inactiveAfterSeconds: 0, expungeAfterSeconds: 0, ...(objectOf(strategy) ?? {}) },
  };
}

function podFaults(pod: JsonObject, given: JsonObject, context: AppContext): Fault[] {
  const faults = idFaults(String(pod["id"]));
  const containers = objects(pod["containers"]);
  const add = (broken: boolean, path: string, error: string) => {
    if (broken) faults.push({ path, error });
  };
  const names = containers.map(({ name }) => name);
  add(containers.length === 0, "/containers", "must not be empty");
  add(new Set(names).size !== names.length, "/containers", "container names are unique");
  const endpoints = containers.flatMap((container) => objects(container["endpoints"]));
  const titles = endpoints.map(({ name }) => name);
  add(new Set(titles).size !== titles.length, "/containers", "Endpoint names are unique");
  const fixed = endpoints.flatMap(({ hostPort }) =>
    hostPort === 0 || hostPort === undefined ? [] : [hostPort],
  );
  add(new Set(fixed).size !== fixed.length, "/containers", "host ports must be unique across containers");
  const mounted = objects(pod["volumes"]).map(({ name }) => name);
  containers.forEach((container, at) => {
    objects(container["volumeMounts"]).forEach((mount, position) => {
      const unknown = !mounted.includes(mount["name"] ?? "");
      const path = `/containers(${at})/volumeMounts(${position})/name`;
      add(unknown, path, "volumeMount.name must refer to a declared volume");
    });
  });
  const off = (feature: string) => !context.settings.features.has(feature);
  add(pod["secrets"] !== undefined && off("secrets"), "/secrets", featureFault("secrets"));
  const networks = objects(given["networks"]);
  const nameless = networks.some(
    ({ name, mode = "container" }) => mode === "container" && name === undefined,
  );
  add(
    nameless && context.settings.defaultNetworkName === null,
    "/networks",
    "Network name must be specified when container network is selected.",
  );
  faults.push(...schedulingFaults(objectOf(pod["scheduling"]) ?? {}));
  return faults;
}

function schedulingFaults(scheduling: JsonObject): Fault[] {
  const times = objectOf(scheduling["unreachableStrategy"]);
  const inactive = numberOf(times?.["inactiveAfterSeconds"], 0);
  const faults: Fault[] = [];
  if (times !== null && inactive > numberOf(times["expungeAfterSeconds"], 0)) {
    const error = "inactiveAfterSeconds must be less than or equal to expungeAfterSeconds";
    faults.push({ path: "/scheduling/unreachableStrategy", error });
  }
  objects(objectOf(scheduling["placement"])?.["constraints"]).forEach((constraint, at) => {
    const { fieldName, operator, value } = constraint;
    const parts = [fieldName, operator, value].flatMap((part) => (typeof part === "string" ? [part] : []));
    const error = constraintFault(parts);
    if (error !== null) faults.push({ path: `/scheduling/placement/constraints(${at})`, error });
  });
  return faults;
}
