/** A pod's definition in its canonical form, as app.ts does it for apps. Facts section 1.7. Pure. */
import type { Json, JsonObject } from "../../value/json.js";
import { absoluteId } from "../ids.js";
import { normaliseArtifacts } from "./artifacts.js";
import { normalisePersistent } from "./container.js";
import { normalisePodHealthCheck } from "./health.js";
import { normaliseNetworks } from "./network.js";
import {
  asSet,
  changed,
  filled,
  inList,
  inObject,
  isPlain,
  without,
  withoutEmpty,
  withoutNull,
} from "./parts.js";

const OMITTED_WHEN_EMPTY = ["environment", "labels", "secrets", "volumes"];
const OMITTED_IN_CONTAINER = ["endpoints", "environment", "volumeMounts", "artifacts", "labels"];

export function normalisePod(written: JsonObject): JsonObject {
  const given = without(withoutNull(written), ["version"]);
  const networks = normaliseNetworks(given["networks"]);
  const pod = filled(given, {
    scaling: {},
    scheduling: {},
    executorResources: {},
    containers: [],
  });
  const isBound = hasPersistentVolumes(pod["volumes"]);
  const steps: readonly [string, (value: Json) => Json][] = [
    ["id", (id) => (typeof id === "string" ? absoluteId(id) : id)],
    ["scaling", (value) => inObject(value, (scaling) => filled(scaling, { kind: "fixed", instances: 1 }))],
    ["scheduling", (value) => inObject(value, (scheduling) => normaliseScheduling(scheduling, isBound))],
    ["executorResources", (value) => inObject(value, (own) => filled(own, { cpus: 0.1, mem: 32, disk: 10 }))],
    ["volumes", (list) => inList(list, (volume) => changed(volume, "persistent", normalisePersistent))],
    [
      "containers",
      (list) => inList(list, (container) => normaliseContainer(container, isContainerMode(networks))),
    ],
  ];
  const normal = steps.reduce((fields, [name, change]) => changed(fields, name, change), pod);
  return withoutEmpty({ ...normal, networks }, OMITTED_WHEN_EMPTY);
}

function hasPersistentVolumes(volumes: Json | undefined): boolean {
  if (!Array.isArray(volumes)) return false;
  return (volumes as readonly Json[]).some((volume) => isPlain(volume) && volume["persistent"] !== undefined);
}

/** Endpoints get a port of the host by themselves outside of it only. */
function isContainerMode(networks: Json): boolean {
  if (!Array.isArray(networks)) return false;
  return (networks as readonly Json[]).some((network) => isPlain(network) && network["mode"] === "container");
}

function normaliseScheduling(written: JsonObject, isBound: boolean): JsonObject {
  const scheduling = filled(written, {
    backoff: {},
    upgrade: {},
    killSelection: "YOUNGEST_FIRST",
    unreachableStrategy: isBound ? "disabled" : { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  });
  const upgrade = isBound
    ? { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 }
    : { minimumHealthCapacity: 1, maximumOverCapacity: 1 };
  const steps: readonly [string, (fields: JsonObject) => JsonObject][] = [
    ["backoff", (fields) => filled(fields, { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300 })],
    ["upgrade", (fields) => filled(fields, upgrade)],
    ["placement", normalisePlacement],
  ];
  const normal = steps.reduce(
    (fields, [name, change]) => changed(fields, name, (value) => inObject(value, change)),
    scheduling,
  );
  return withoutEmpty(normal, ["placement"]);
}

function normalisePlacement(placement: JsonObject): JsonObject {
  const lists = ["constraints", "acceptedResourceRoles"];
  const sorted = lists.reduce((fields, name) => changed(fields, name, asSet), placement);
  return withoutEmpty(sorted, lists);
}

function normaliseContainer(written: JsonObject, containerMode: boolean): JsonObject {
  const steps: readonly [string, (value: Json) => Json][] = [
    ["resources", (value) => inObject(value, (resources) => filled(resources, { disk: 0, gpus: 0 }))],
    ["endpoints", (list) => inList(list, (endpoint) => normaliseEndpoint(endpoint, containerMode))],
    ["artifacts", normaliseArtifacts],
    ["healthCheck", normalisePodHealthCheck],
    ["image", (value) => inObject(value, normaliseImage)],
    ["volumeMounts", (list) => inList(list, (mount) => withoutFalse(mount, "readOnly"))],
  ];
  const container = steps.reduce(
    (fields, [name, change]) => changed(fields, name, change),
    withoutNull(written),
  );
  return withoutFalse(withoutEmpty(container, OMITTED_IN_CONTAINER), "tty");
}

function normaliseImage(image: JsonObject): JsonObject {
  return withoutFalse(withoutEmpty(image, ["labels"]), "forcePull");
}

function normaliseEndpoint(written: JsonObject, containerMode: boolean): JsonObject {
  const endpoint = containerMode ? written : filled(written, { hostPort: 0 });
  return withoutEmpty(changed(filled(endpoint, { protocol: ["tcp"] }), "protocol", asSet), [
    "labels",
    "networkNames",
  ]);
}

/** Whether Marathon keeps a `false` that is the default is not the same for all versions. */
function withoutFalse(fields: JsonObject, name: string): JsonObject {
  return fields[name] === false ? without(fields, [name]) : fields;
}
