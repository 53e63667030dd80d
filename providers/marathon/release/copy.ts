/** The definition of the copy that an app is released by. Pure. */
import { createHash } from "node:crypto";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { ReleaseSpec } from "./release-spec.js";
import { copyIdOf } from "./stages.js";

/** Label of a copy: the id of the app it belongs to. */
export const COPY_OF = "FERRY_RELEASE_OF";
/** Label of a copy: which definition it proves. */
export const COPY_PROVES = "FERRY_RELEASE_OF_DEFINITION";

/** Tells definitions apart, whatever the number of instances is. */
export function fingerprintOf(definition: JsonObject): string {
  const { instances: _instances, ...rest } = definition;
  return createHash("sha256").update(canonicalJson(rest)).digest("hex").slice(0, 16);
}

/** `startedAt`: ISO time. */
export function copyOf(
  id: string,
  after: JsonObject,
  release: ReleaseSpec,
  instances: number,
  startedAt: string,
): JsonObject {
  const own = isObject(after["labels"]) ? after["labels"] : {};
  const labels = {
    ...(release.loadBalancer === "marathon-lb" ? balanced(own, after, startedAt) : unbalanced(own)),
    [COPY_OF]: id,
    [COPY_PROVES]: fingerprintOf(after),
  };
  return withOwnPorts({ ...after, id: copyIdOf(id), instances, labels }, own);
}

/**
 * marathon-lb puts apps of one HAPROXY_DEPLOYMENT_GROUP together: the one with the later HAPROXY_DEPLOYMENT_STARTED_AT is the
 * new one, and for each healthy instance of it one of the old ones gets no new connections. HAPROXY_DEPLOYMENT_NEW_INSTANCES
 * is left out on purpose: with it the roles swap by the time of scaling, and the old app would need labels as well.
 */
function balanced(labels: JsonObject, after: JsonObject, startedAt: string): JsonObject {
  return {
    ...labels,
    HAPROXY_DEPLOYMENT_COLOUR: "green",
    HAPROXY_DEPLOYMENT_STARTED_AT: startedAt,
    HAPROXY_DEPLOYMENT_TARGET_INSTANCES: String(after["instances"] ?? 1),
  };
}

/** Nothing may send traffic to a copy that is only proved: its virtual hosts would be those of the app. */
function unbalanced(labels: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => !/^(HAPROXY_|VIP_|traefik\.)/i.test(name)),
  );
}

/** Service ports are unique: the copy has others, the first one as HAPROXY_DEPLOYMENT_ALT_PORT says. */
function withOwnPorts(copy: JsonObject, labels: JsonObject): JsonObject {
  const alternative = Number(labels["HAPROXY_DEPLOYMENT_ALT_PORT"] ?? 0);
  const first = Number.isInteger(alternative) ? alternative : 0;
  const renumbered = (ports: Json | undefined, field: string): Json | undefined =>
    Array.isArray(ports)
      ? (ports as readonly Json[]).map((port, at) =>
          isObject(port) ? { ...port, [field]: at === 0 ? first : 0 } : port,
        )
      : undefined;
  const { container } = copy;
  const mappings = isObject(container) ? renumbered(container["portMappings"], "servicePort") : undefined;
  // With requirePorts the numbers are those of the agents: the copy takes its own machines, or does not start.
  const definitions = copy["requirePorts"] === true ? undefined : renumbered(copy["portDefinitions"], "port");
  return {
    ...copy,
    ...(isObject(container) && mappings !== undefined
      ? { container: { ...container, portMappings: mappings } }
      : {}),
    ...(definitions === undefined ? {} : { portDefinitions: definitions }),
  };
}
