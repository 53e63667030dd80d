/**
 * An app's definition in its canonical form: what a user wrote and what Marathon answers later become equal by it, where
 * nothing was changed. Every default is that of facts section 2. Pure, idempotent; what is known only later stays as it is.
 */
import type { Json, JsonObject } from "../../value/json.js";
import { absoluteId } from "../ids.js";
import { normaliseArtifacts, withoutUris } from "./artifacts.js";
import { hasExternalVolumes, hasPersistentVolumes, normaliseContainer } from "./container.js";
import { normaliseCheck, normaliseHealthChecks, normaliseReadinessChecks } from "./health.js";
import { withoutLegacyNetworks } from "./legacy.js";
import { normaliseNetworks, normalisePorts } from "./network.js";
import { asSet, changed, filled, inObject, without, withoutEmpty, withoutNull } from "./parts.js";

/** Told by Marathon only. A `version` that is sent would bring back that version. */
export const READ_ONLY_FIELDS: readonly string[] = [
  "version",
  "versionInfo",
  "residency",
  "tasksStaged",
  "tasksRunning",
  "tasksHealthy",
  "tasksUnhealthy",
  "deployments",
  "tasks",
  "tasksStats",
  "lastTaskFailure",
  "readinessCheckResults",
];

const DEFAULTS: JsonObject = {
  backoffFactor: 1.15,
  backoffSeconds: 1,
  maxLaunchDelaySeconds: 300,
  cpus: 1,
  mem: 128,
  disk: 0,
  gpus: 0,
  executor: "",
  instances: 1,
  labels: {},
  requirePorts: false,
  killSelection: "YOUNGEST_FIRST",
};

/** Left out of answers when they hold nothing. */
const OMITTED_WHEN_EMPTY = [
  "acceptedResourceRoles",
  "args",
  "constraints",
  "dependencies",
  "env",
  "secrets",
  "fetch",
  "healthChecks",
  "readinessChecks",
  "storeUrls",
];

/** `group`: what a relative id and relative dependencies are seen from. */
export function normaliseApp(written: JsonObject, group = "/"): JsonObject {
  const modern = withoutLegacyNetworks(withoutUris(without(withoutNull(written), READ_ONLY_FIELDS)));
  const networked = normalisePorts({
    ...filled(modern, DEFAULTS),
    networks: normaliseNetworks(modern["networks"]),
  });
  return withoutFalseTty(withoutEmpty(normaliseFields(withStrategies(networked), group), OMITTED_WHEN_EMPTY));
}

function normaliseFields(app: JsonObject, group: string): JsonObject {
  const steps: readonly [string, (value: Json) => Json][] = [
    ["id", (id) => (typeof id === "string" ? absoluteId(id, group) : id)],
    ["dependencies", (list) => asSet(absoluteIds(list, group))],
    ["acceptedResourceRoles", asSet],
    ["constraints", asSet],
    ["fetch", normaliseArtifacts],
    ["container", (container) => inObject(container, normaliseContainer)],
    ["healthChecks", normaliseHealthChecks],
    ["readinessChecks", normaliseReadinessChecks],
    ["check", normaliseCheck],
  ];
  return steps.reduce((fields, [name, change]) => changed(fields, name, change), app);
}

/** Absolute ids of a list; anything else stays. */
export function absoluteIds(ids: Json, group: string): Json {
  if (!Array.isArray(ids)) return ids;
  return (ids as readonly Json[]).map((id) => (typeof id === "string" ? absoluteId(id, group) : id));
}

/** Instances that hold volumes are neither doubled nor given up, unless the definition says otherwise. */
function withStrategies(app: JsonObject): JsonObject {
  const { container } = app;
  const persistent = hasPersistentVolumes(container);
  const bound = persistent || hasExternalVolumes(container);
  return filled(app, {
    upgradeStrategy: bound
      ? { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }
      : { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
    unreachableStrategy: persistent ? "disabled" : { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  });
}

/** `tty: false` is not stored. */
function withoutFalseTty(app: JsonObject): JsonObject {
  return app["tty"] === false ? without(app, ["tty"]) : app;
}
