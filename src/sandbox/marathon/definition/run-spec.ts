/**
 * An app or a pod as Marathon keeps it: its definition and its versions; and the questions that scheduling asks of either kind.
 * Pure.
 */
import type { JsonObject } from "../../../value/json.js";
import { type Constraint, readConstraint } from "./constraint.js";
import { numberOf, objectOf, objects, strings } from "./fields.js";

export interface RunSpec {
  readonly kind: "app" | "pod";
  readonly id: string;
  /** ISO times. Any change moves `version`, a change of instances alone moves `lastScalingAt` with it. */
  readonly version: string;
  readonly lastScalingAt: string;
  readonly lastConfigChangeAt: string;
  /** As GET shows it, without version and versionInfo. */
  readonly definition: JsonObject;
}

export function newRunSpec(kind: "app" | "pod", definition: JsonObject, version: string): RunSpec {
  const id = String(definition["id"]);
  return { kind, id, version, lastScalingAt: version, lastConfigChangeAt: version, definition };
}

export function instancesOf(spec: RunSpec): number {
  const { definition } = spec;
  return spec.kind === "app"
    ? numberOf(definition["instances"], 1)
    : numberOf(objectOf(definition["scaling"])?.["instances"], 1);
}

export function withInstances(spec: RunSpec, instances: number): RunSpec {
  const { definition } = spec;
  const changed =
    spec.kind === "app"
      ? { ...definition, instances }
      : { ...definition, scaling: { ...(objectOf(definition["scaling"]) ?? { kind: "fixed" }), instances } };
  return { ...spec, definition: changed };
}

export interface ScalarResources {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
}

/** Of one instance; a pod's executor counts. */
export function resourcesOf(spec: RunSpec): ScalarResources {
  if (spec.kind === "app") return scalars(spec.definition);
  const parts = [...objects(spec.definition["containers"]).map(({ resources }) => objectOf(resources) ?? {})];
  parts.push(objectOf(spec.definition["executorResources"]) ?? {});
  return parts.map(scalars).reduce((sum, part) => ({
    cpus: round(sum.cpus + part.cpus),
    mem: round(sum.mem + part.mem),
    disk: round(sum.disk + part.disk),
    gpus: sum.gpus + part.gpus,
  }));
}

/** Mesos keeps three decimals. */
function round(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}

function scalars(of: JsonObject): ScalarResources {
  return {
    cpus: numberOf(of["cpus"], 0),
    mem: numberOf(of["mem"], 0),
    disk: numberOf(of["disk"], 0),
    gpus: numberOf(of["gpus"], 0),
  };
}

/** `scheduling` of a pod; an app has the same on its top level. */
function scheduling(spec: RunSpec): JsonObject {
  return spec.kind === "app" ? spec.definition : (objectOf(spec.definition["scheduling"]) ?? {});
}

export interface UpgradeStrategy {
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
}

export function upgradeOf(spec: RunSpec): UpgradeStrategy {
  const upgrade = objectOf(scheduling(spec)[spec.kind === "app" ? "upgradeStrategy" : "upgrade"]);
  return {
    minimumHealthCapacity: numberOf(upgrade?.["minimumHealthCapacity"], 1),
    maximumOverCapacity: numberOf(upgrade?.["maximumOverCapacity"], 1),
  };
}

export interface Backoff {
  /** Milliseconds. */
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

export function backoffOf(spec: RunSpec): Backoff {
  const { definition } = spec;
  if (spec.kind === "app") {
    return {
      initialMs: numberOf(definition["backoffSeconds"], 1) * 1000,
      factor: numberOf(definition["backoffFactor"], 1.15),
      maxMs: numberOf(definition["maxLaunchDelaySeconds"], 300) * 1000,
    };
  }
  const backoff = objectOf(scheduling(spec)["backoff"]);
  return {
    initialMs: numberOf(backoff?.["backoff"], 1) * 1000,
    factor: numberOf(backoff?.["backoffFactor"], 1.15),
    maxMs: numberOf(backoff?.["maxLaunchDelay"], 300) * 1000,
  };
}

/** Milliseconds; null = a lost instance is waited for, for ever. */
export function unreachableOf(
  spec: RunSpec,
): { readonly inactiveAfterMs: number; readonly expungeAfterMs: number } | null {
  const strategy = scheduling(spec)["unreachableStrategy"];
  if (strategy === "disabled") return null;
  const times = objectOf(strategy);
  return {
    inactiveAfterMs: numberOf(times?.["inactiveAfterSeconds"], 0) * 1000,
    expungeAfterMs: numberOf(times?.["expungeAfterSeconds"], 0) * 1000,
  };
}

export function killSelectionOf(spec: RunSpec): "YOUNGEST_FIRST" | "OLDEST_FIRST" {
  return scheduling(spec)["killSelection"] === "OLDEST_FIRST" ? "OLDEST_FIRST" : "YOUNGEST_FIRST";
}

export function constraintsOf(spec: RunSpec): Constraint[] {
  const given =
    spec.kind === "app"
      ? spec.definition["constraints"]
      : objectOf(scheduling(spec)["placement"])?.["constraints"];
  return (Array.isArray(given) ? given : []).flatMap((one) => readConstraint(one) ?? []);
}

/** Empty = what --accepted_resource_roles_default_behavior says. */
export function acceptedRolesOf(spec: RunSpec): string[] {
  return strings(
    spec.kind === "app"
      ? spec.definition["acceptedResourceRoles"]
      : objectOf(scheduling(spec)["placement"])?.["acceptedResourceRoles"],
  );
}

export function roleOf(spec: RunSpec): string {
  return String(spec.definition["role"] ?? "*");
}

/** Apps only; pods have none. */
export function dependenciesOf(spec: RunSpec): string[] {
  return spec.kind === "app" ? strings(spec.definition["dependencies"]) : [];
}

export function isResident(spec: RunSpec): boolean {
  if (spec.kind === "app") return spec.definition["residency"] !== undefined;
  return objects(spec.definition["volumes"]).some(({ persistent }) => persistent !== undefined);
}

export function labelsOf(spec: RunSpec): Readonly<Record<string, string>> {
  const labels = objectOf(spec.definition["labels"]) ?? {};
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as const] : [],
    ),
  );
}

/** A port of the agent that a task needs: 0 = any. */
export interface HostPort {
  readonly port: number;
  readonly name: string | null;
  /** Of a pod: whose endpoint it is. */
  readonly container: string | null;
}

export function hostPortsOf(spec: RunSpec): HostPort[] {
  const { definition } = spec;
  if (spec.kind === "pod") {
    return objects(definition["containers"]).flatMap(({ name: container, endpoints }) =>
      objects(endpoints).flatMap(({ name, hostPort }) =>
        typeof hostPort === "number"
          ? [{ port: hostPort, name: String(name), container: String(container) }]
          : [],
      ),
    );
  }
  const port = (given: number, name: unknown) => ({
    port: given,
    name: typeof name === "string" ? name : null,
    container: null,
  });
  const fixed = definition["requirePorts"] === true;
  const own = objects(definition["portDefinitions"]).map((one) =>
    port(fixed ? numberOf(one["port"], 0) : 0, one["name"]),
  );
  const mapped = objects(objectOf(definition["container"])?.["portMappings"]).flatMap((one) =>
    typeof one["hostPort"] === "number" ? [port(one["hostPort"], one["name"])] : [],
  );
  return [...own, ...mapped];
}

export function servicePortsOf(spec: RunSpec): number[] {
  if (spec.kind === "pod") return [];
  const mappings = objects(objectOf(spec.definition["container"])?.["portMappings"]);
  if (mappings.length > 0) return mappings.map(({ servicePort }) => numberOf(servicePort, 0));
  return objects(spec.definition["portDefinitions"]).map(({ port }) => numberOf(port, 0));
}

export function readinessChecksOf(spec: RunSpec): JsonObject[] {
  return spec.kind === "app" ? objects(spec.definition["readinessChecks"]) : [];
}
