/** Health, readiness and Mesos checks of an app in the form that GET shows. Pure. */
import type { Json, JsonObject } from "../../../../value/json.js";
import { compact, objectOf, objects } from "../fields.js";

const BY_MARATHON: readonly Json[] = ["HTTP", "HTTPS", "TCP"];

/**
 * @param indexed whether a check that names no port gets `portIndex: 0`: always on a partial update, on others only when the
 *   ports were written out (facts 2.5)
 */
export function healthChecksOf(given: Json | undefined, indexed: boolean): JsonObject[] {
  return objects(given).map((check) => healthCheckOf(check, indexed));
}

function healthCheckOf(check: JsonObject, indexed: boolean): JsonObject {
  const { command, path, port } = check;
  const protocol = command === undefined ? (check["protocol"] ?? "HTTP") : "COMMAND";
  const isHttp = protocol === "HTTP" || protocol === "HTTPS";
  const byMarathon = BY_MARATHON.includes(protocol);
  const index = check["portIndex"] ?? (indexed && port === undefined ? 0 : undefined);
  return compact({
    command,
    gracePeriodSeconds: check["gracePeriodSeconds"] ?? 300,
    ignoreHttp1xx: isHttp ? (check["ignoreHttp1xx"] ?? false) : undefined,
    intervalSeconds: check["intervalSeconds"] ?? 60,
    maxConsecutiveFailures: check["maxConsecutiveFailures"] ?? 3,
    path: protocol === "TCP" || protocol === "MESOS_TCP" ? undefined : path,
    portIndex: protocol === "COMMAND" ? undefined : index,
    port,
    protocol,
    ipProtocol: byMarathon ? "IPv4" : (check["ipProtocol"] ?? "IPv4"),
    timeoutSeconds: check["timeoutSeconds"] ?? 20,
    // Not kept for the checks that Marathon runs itself.
    delaySeconds: byMarathon ? 15 : (check["delaySeconds"] ?? 15),
  });
}

export function readinessChecksOf(given: Json | undefined): JsonObject[] {
  return objects(given).map((check) => {
    const codes = check["httpStatusCodesForReady"];
    return {
      name: check["name"] ?? "readinessCheck",
      protocol: check["protocol"] ?? "HTTP",
      path: check["path"] ?? "/",
      portName: check["portName"] ?? "http-api",
      intervalSeconds: check["intervalSeconds"] ?? 30,
      timeoutSeconds: check["timeoutSeconds"] ?? 10,
      httpStatusCodesForReady: Array.isArray(codes) && codes.length > 0 ? codes : [200],
      preserveLastResponse: check["preserveLastResponse"] ?? false,
    };
  });
}

export function mesosCheckOf(given: Json | undefined): Json | undefined {
  const check = objectOf(given);
  if (check === null) return undefined;
  return compact({
    http: check["http"],
    tcp: check["tcp"],
    exec: check["exec"],
    intervalSeconds: check["intervalSeconds"] ?? 60,
    timeoutSeconds: check["timeoutSeconds"] ?? 20,
    delaySeconds: check["delaySeconds"] ?? 15,
  });
}

/** Whether Marathon itself, not Mesos' executor, runs the check. */
export function isRunByMarathon(check: JsonObject): boolean {
  return BY_MARATHON.includes(check["protocol"] ?? "HTTP");
}
