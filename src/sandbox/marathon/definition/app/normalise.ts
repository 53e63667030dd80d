/**
 * The one form in which an app is kept and shown: defaults filled in, in the order of GET, without version and without what is
 * embedded. Bringing that form into itself changes nothing. Service ports are given out elsewhere. Pure.
 */
import type { Json, JsonObject } from "../../../../value/json.js";
import { compact, objectOf, objects, strings, unlessEmpty, without } from "../fields.js";
import { absoluteId, ROOT } from "../path-id.js";
import type { DefinitionSettings } from "../settings.js";
import { healthChecksOf, mesosCheckOf, readinessChecksOf } from "./checks.js";
import { containerOf, modeOf, networksOf, portDefinitionsOf, volumesOf } from "./container.js";

export interface AppContext {
  readonly settings: DefinitionSettings;
  /** Relative ids and dependencies are seen from here. */
  readonly base?: string;
  /** As on a partial update: checks without a port get portIndex 0 whatever the ports are. */
  readonly partial?: boolean;
  /** When the request says none. */
  readonly role: string;
}

export const SINGLE_INSTANCE_LABEL = "MARATHON_SINGLE_INSTANCE_APP";

/** @param given checked by its shape, legacy forms converted */
export function normaliseApp(given: JsonObject, context: AppContext): JsonObject {
  const networks = networksOf(given["networks"], context.settings.defaultNetworkName);
  const mode = modeOf(networks);
  const container = containerOf(given["container"], mode);
  const indexed = context.partial === true || writesPorts(given);
  return compact({
    id: absoluteId(String(given["id"]), context.base ?? ROOT),
    acceptedResourceRoles: unlessEmpty(given["acceptedResourceRoles"]),
    args: unlessEmpty(given["args"]),
    backoffFactor: given["backoffFactor"] ?? 1.15,
    backoffSeconds: given["backoffSeconds"] ?? 1,
    cmd: given["cmd"],
    constraints: unlessEmpty(given["constraints"]),
    container,
    cpus: given["cpus"] ?? 1,
    dependencies: unlessEmpty(dependenciesOf(given, context.base ?? ROOT)),
    disk: given["disk"] ?? 0,
    env: unlessEmpty(given["env"]),
    executor: given["executor"] ?? "",
    executorResources: given["executorResources"],
    fetch: unlessEmpty(objects(given["fetch"]).map(fetchOf)),
    healthChecks: unlessEmpty(healthChecksOf(given["healthChecks"], indexed)),
    check: mesosCheckOf(given["check"]),
    instances: given["instances"] ?? 1,
    labels: given["labels"] ?? {},
    maxLaunchDelaySeconds: given["maxLaunchDelaySeconds"] ?? 300,
    mem: given["mem"] ?? 128,
    gpus: given["gpus"] ?? 0,
    networks,
    portDefinitions: portDefinitionsOf(given["portDefinitions"], mode),
    readinessChecks: unlessEmpty(readinessChecksOf(given["readinessChecks"])),
    ...strategiesOf(given, container),
    requirePorts: mode === "host" && given["requirePorts"] === true,
    resourceLimits: given["resourceLimits"],
    secrets: unlessEmpty(given["secrets"]),
    taskKillGracePeriodSeconds: given["taskKillGracePeriodSeconds"],
    tty: given["tty"],
    user: given["user"],
    killSelection: given["killSelection"] ?? "YOUNGEST_FIRST",
    role: given["role"] ?? context.role,
  });
}

/**
 * What a leader that reads the app from the store knows of it: some fields are not stored, and checks without a port get
 * portIndex 0 (facts 2.1, 2.5, 2.6).
 */
export function afterFailover(app: JsonObject): JsonObject {
  const kept = without(app, "executorResources", ...(app["tty"] === false ? ["tty"] : []));
  const checks = healthChecksOf(app["healthChecks"], true);
  return checks.length === 0 ? kept : { ...kept, healthChecks: checks };
}

function writesPorts(given: JsonObject): boolean {
  if (objects(given["portDefinitions"]).length > 0) return true;
  return objects(objectOf(given["container"])?.["portMappings"]).length > 0;
}

function dependenciesOf(given: JsonObject, base: string): Json {
  return [...new Set(strings(given["dependencies"]).map((id) => absoluteId(id, base)))];
}

function fetchOf(item: JsonObject): JsonObject {
  const { uri = "", extract = true, executable = false, cache = false, destPath } = item;
  return compact({ uri, extract, executable, cache, destPath });
}

/** What depends on the volumes: they tie an app to its agent. */
function strategiesOf(given: JsonObject, container: Json | undefined): JsonObject {
  const volumes = volumesOf(container);
  const resident = volumes.some(({ persistent }) => persistent !== undefined);
  const tied = resident || volumes.some(({ external }) => external !== undefined);
  const single = objectOf(given["labels"])?.[SINGLE_INSTANCE_LABEL] === "true";
  const [least, over] = single ? [0, 0] : tied ? [0.5, 0] : [1, 1];
  const upgrade = objectOf(given["upgradeStrategy"]);
  const unreachable = given["unreachableStrategy"] ?? (resident ? "disabled" : {});
  return compact({
    residency: resident
      ? { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: "WAIT_FOREVER" }
      : undefined,
    upgradeStrategy: {
      maximumOverCapacity: upgrade?.["maximumOverCapacity"] ?? over,
      minimumHealthCapacity: upgrade?.["minimumHealthCapacity"] ?? least,
    },
    unreachableStrategy: objectOf(unreachable) === null ? unreachable : timesOf(objectOf(unreachable) ?? {}),
  });
}

function timesOf(strategy: JsonObject): JsonObject {
  return {
    inactiveAfterSeconds: strategy["inactiveAfterSeconds"] ?? 0,
    expungeAfterSeconds: strategy["expungeAfterSeconds"] ?? 0,
  };
}
