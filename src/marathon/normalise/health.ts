/** Health checks, readiness checks and Mesos checks as Marathon reads them back. Facts section 2.5. */
import type { Json, JsonObject } from "../../value/json.js";
import { asSet, changed, filled, inList, inObject, without } from "./parts.js";

/** Done by Marathon itself: it stores no delay and no protocol of addresses for them. */
const BY_MARATHON: ReadonlySet<Json | undefined> = new Set(["HTTP", "HTTPS", "TCP"]);
const OF_HTTP: ReadonlySet<Json | undefined> = new Set(["HTTP", "HTTPS"]);
const WITHOUT_PATH: ReadonlySet<Json | undefined> = new Set(["TCP", "MESOS_TCP", "COMMAND"]);

const TIMES: JsonObject = {
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  timeoutSeconds: 20,
  maxConsecutiveFailures: 3,
};

export function normaliseHealthChecks(checks: Json): Json {
  return asSet(inList(checks, normaliseHealthCheck));
}

function normaliseHealthCheck(written: JsonObject): JsonObject {
  const check = filled(written, { ...TIMES, delaySeconds: 15, protocol: "HTTP", ipProtocol: "IPv4" });
  const { protocol } = check;
  const rest = without(check, [
    ...(OF_HTTP.has(protocol) ? [] : ["ignoreHttp1xx"]),
    ...(WITHOUT_PATH.has(protocol) ? ["path"] : []),
    ...(protocol === "COMMAND" ? ["portIndex", "port"] : ["command"]),
  ]);
  return {
    ...rest,
    ...(OF_HTTP.has(protocol) ? { ignoreHttp1xx: check["ignoreHttp1xx"] ?? false } : {}),
    ...(BY_MARATHON.has(protocol) ? { delaySeconds: 15, ipProtocol: "IPv4" } : {}),
    ...(protocol !== "COMMAND" && needsPort(check) ? { portIndex: 0 } : {}),
  };
}

/** Marathon adds `portIndex: 0` at once, or only after its next failover: it always means the first port. */
function needsPort(check: JsonObject): boolean {
  return check["port"] === undefined && check["portIndex"] === undefined;
}

export function normaliseReadinessChecks(checks: Json): Json {
  return inList(checks, (written) => {
    const check = filled(written, {
      name: "readinessCheck",
      protocol: "HTTP",
      path: "/",
      portName: "http-api",
      intervalSeconds: 30,
      timeoutSeconds: 10,
      httpStatusCodesForReady: [200],
      preserveLastResponse: false,
    });
    const codes = check["httpStatusCodesForReady"] ?? [];
    const given = Array.isArray(codes) && codes.length === 0 ? [200] : codes;
    return { ...check, httpStatusCodesForReady: asSet(given) };
  });
}

/** The Mesos check of an app: it tells a state and kills nothing. */
export function normaliseCheck(check: Json): Json {
  return inObject(check, (written) =>
    withScheme(filled(written, { intervalSeconds: 60, timeoutSeconds: 20, delaySeconds: 15 })),
  );
}

/** The health check of a container in a pod. */
export function normalisePodHealthCheck(check: Json): Json {
  return inObject(check, (written) => withScheme(filled(written, { ...TIMES, delaySeconds: 15 })));
}

function withScheme(check: JsonObject): JsonObject {
  return changed(check, "http", (http) => inObject(http, (written) => filled(written, { scheme: "HTTP" })));
}
