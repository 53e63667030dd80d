/**
 * The rules that an app must keep, with Marathon's words for what breaks them: on the request as written, and on the app as it
 * would be kept. Pure; what concerns several apps (ids, cycles) is checked with the groups.
 */
import type { JsonObject } from "../../../../value/json.js";
import { constraintFault } from "../constraint.js";
import { numberOf, objectOf, objects, strings } from "../fields.js";
import { idFaults, segmentFaults } from "../path-id.js";
import type { Fault } from "../refusal.js";
import { type DefinitionSettings, featureFault } from "../settings.js";
import { containerFaults, writtenPortFaults } from "./container-rules.js";
import { SINGLE_INSTANCE_LABEL } from "./normalise.js";

/** A rule on the whole object. */
function whole(broken: boolean, error: string): Fault[] {
  return broken ? [{ path: "/", error }] : [];
}

/** Of the request itself, before defaults: POST, full and partial PUT alike. */
export function writtenFaults(given: JsonObject, settings: DefinitionSettings): Fault[] {
  const faults: Fault[] = [...writtenPortFaults(given, settings)];
  strings(given["dependencies"]).forEach((id, at) => {
    faults.push(...segmentFaults(id, `/dependencies(${at})`));
  });
  const roles = given["acceptedResourceRoles"];
  if (Array.isArray(roles) && roles.length === 0) {
    faults.push({ path: "/acceptedResourceRoles", error: "must not be empty" });
  }
  const { cmd } = given;
  faults.push(...whole(typeof cmd === "string" && cmd.length < 2, "must not be an empty string"));
  return faults;
}

/** @param app as normaliseApp gives it */
export function appFaults(app: JsonObject, settings: DefinitionSettings): Fault[] {
  return [
    ...idFaults(String(app["id"])),
    ...containerFaults(app, settings),
    ...commandFaults(app),
    ...healthFaults(app),
    ...readinessFaults(app),
    ...resourceFaults(app, settings),
    ...secretFaults(app, settings),
    ...strategyFaults(app),
    ...roleFaults(app),
    ...constraintFaults(app),
  ];
}

function commandFaults(app: JsonObject): Fault[] {
  const cmd = app["cmd"] !== undefined;
  const args = strings(app["args"]).length > 0;
  const image = objectOf(objectOf(app["container"])?.["docker"]) !== null;
  const right = cmd !== args || (!cmd && !args && image);
  return whole(!right, "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
}

function portsOf(app: JsonObject): JsonObject[] {
  const mappings = objects(objectOf(app["container"])?.["portMappings"]);
  return mappings.length > 0 ? mappings : objects(app["portDefinitions"]);
}

function healthFaults(app: JsonObject): Fault[] {
  const checks = objects(app["healthChecks"]);
  const count = portsOf(app).length;
  const docker = objectOf(app["container"])?.["type"] === "DOCKER";
  const faults = checks.flatMap((check, at): Fault[] => {
    const path = `/healthChecks(${at})`;
    const protocol = String(check["protocol"]);
    const index = check["portIndex"];
    const named = typeof index === "number" ? index < count : check["port"] !== undefined || count === 1;
    const words =
      "Health check port indices must address an element of the ports array or container port mappings.";
    const port = ["HTTP", "HTTPS", "TCP"].includes(protocol) && !named ? [{ path, error: words }] : [];
    const sixth = check["ipProtocol"] === "IPv6" && !(protocol.startsWith("MESOS_") && docker);
    const limits = "IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks";
    return [...port, ...(sixth ? [{ path, error: limits }] : [])];
  });
  const byMesos = checks.filter(({ protocol }) => String(protocol).startsWith("MESOS_")).length;
  return [...faults, ...whole(byMesos > 1, "AppDefinition can contain at most one Mesos health check")];
}

function readinessFaults(app: JsonObject): Fault[] {
  const checks = objects(app["readinessChecks"]);
  const names = portsOf(app).map(({ name }) => name);
  const faults = checks.flatMap((check, at): Fault[] => {
    const path = `/readinessChecks(${at})`;
    const { portName = "" } = check;
    const interval = numberOf(check["intervalSeconds"], 0);
    const late = numberOf(check["timeoutSeconds"], 0) >= interval;
    return [
      ...(names.includes(portName)
        ? []
        : [
            {
              path: `${path}/portName`,
              error: `No port definition reference for portName ${String(portName)}`,
            },
          ]),
      ...(late
        ? [
            {
              path: `${path}/timeoutSeconds`,
              error: `got ${numberOf(check["timeoutSeconds"], 0)}, expected less than ${interval}`,
            },
          ]
        : []),
    ];
  });
  if (checks.length <= 1) return faults;
  return [...faults, { path: "/readinessChecks", error: `has size ${checks.length}, expected 1 or less` }];
}

function resourceFaults(app: JsonObject, settings: DefinitionSettings): Fault[] {
  const faults: Fault[] = [];
  if (numberOf(app["gpus"], 0) > 0) {
    const docker = objectOf(app["container"])?.["type"] === "DOCKER";
    faults.push(...whole(docker, "GPU resources only work with the Mesos containerizer"));
    faults.push(...whole(!settings.features.has("gpu_resources"), featureFault("gpu_resources")));
  }
  const limits = objectOf(app["resourceLimits"]);
  for (const name of ["cpus", "mem"]) {
    const limit = limits?.[name];
    const requested = numberOf(app[name], 0);
    if (typeof limit !== "number" || limit >= requested) continue;
    const shown = Number.isInteger(requested) ? requested.toFixed(1) : String(requested);
    const error = `resource limit must be greater than or equal to requested resource (${shown})`;
    faults.push({ path: `/resourceLimits/${name}`, error });
  }
  return faults;
}

function secretFaults(app: JsonObject, settings: DefinitionSettings): Fault[] {
  const faults: Fault[] = [];
  const secrets = objectOf(app["secrets"]);
  if (secrets !== null && !settings.features.has("secrets")) {
    faults.push({ path: "/secrets", error: featureFault("secrets") });
  }
  for (const [name, value] of Object.entries(objectOf(app["env"]) ?? {})) {
    const secret = objectOf(value)?.["secret"];
    if (typeof secret !== "string") continue;
    const path = `/env/${name}`;
    if (!settings.features.has("secrets")) faults.push({ path, error: featureFault("secrets") });
    else if (secrets?.[secret] === undefined) faults.push({ path, error: "references an undefined secret" });
  }
  return faults;
}

function strategyFaults(app: JsonObject): Fault[] {
  const faults: Fault[] = [];
  const over = numberOf(objectOf(app["upgradeStrategy"])?.["maximumOverCapacity"], 0);
  const least = numberOf(objectOf(app["upgradeStrategy"])?.["minimumHealthCapacity"], 0);
  const resident = app["residency"] !== undefined;
  const exactly = (path: string, got: number) => ({ path, error: `got ${got.toFixed(1)}, expected 0.0` });
  if (objectOf(app["labels"])?.[SINGLE_INSTANCE_LABEL] === "true") {
    const many = numberOf(app["instances"], 0) > 1;
    faults.push(...whole(many, "Single instance app may only have one instance"));
    if (least !== 0) faults.push(exactly("/upgradeStrategy/minimumHealthCapacity", least));
    if (over !== 0) faults.push(exactly("/upgradeStrategy/maximumOverCapacity", over));
  } else if (resident && over !== 0) faults.push(exactly("/upgradeStrategy/maximumOverCapacity", over));
  const strategy = app["unreachableStrategy"];
  if (resident && strategy !== "disabled") {
    faults.push(...whole(true, "unreachableStrategy must be disabled for resident tasks"));
  }
  const times = objectOf(strategy);
  const inactive = numberOf(times?.["inactiveAfterSeconds"], 0);
  if (times !== null && inactive > numberOf(times["expungeAfterSeconds"], 0)) {
    const error = "inactiveAfterSeconds must be less than or equal to expungeAfterSeconds";
    faults.push({ path: "/unreachableStrategy", error });
  }
  return faults;
}

function roleFaults(app: JsonObject): Fault[] {
  const role = String(app["role"]);
  const wrong = strings(app["acceptedResourceRoles"]).filter((one) => one !== "*" && one !== role);
  if (wrong.length === 0) return [];
  const error = `acceptedResourceRoles can only contain * and ${role}`;
  return [{ path: "/acceptedResourceRoles", error }];
}

function constraintFaults(app: JsonObject): Fault[] {
  const constraints = Array.isArray(app["constraints"]) ? app["constraints"] : [];
  return constraints.flatMap((constraint, at): Fault[] => {
    const error = constraintFault(strings(constraint));
    return error === null ? [] : [{ path: `/constraints(${at})`, error }];
  });
}
