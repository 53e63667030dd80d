/** A MesosReservation's spec, filled in and typed, and what an agent's resources say in the same shape. Pure. */
import { type Diagnostic, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { type Quantities, quantitiesOf } from "../../../src/mesos/answers.js";
import {
  parseRanges,
  type Range,
  type Reservation,
  type Resource,
  rangesText,
  thousandths,
} from "../../../src/mesos/resources.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";

export interface VolumeSpec {
  readonly id: string;
  /** Megabytes. */
  readonly size: number;
  readonly containerPath: string;
}

/** What is held for a role on one agent. */
export interface Held {
  /** Volumes included. */
  readonly scalars: Quantities;
  readonly ports: readonly Range[];
  readonly volumes: readonly VolumeSpec[];
}

export const NOTHING: Held = { scalars: {}, ports: [], volumes: [] };

export function normaliseReservation(spec: JsonObject): JsonObject {
  const { ports = "", resources = {}, volumes = [] } = spec;
  const ranges = typeof ports === "string" && ports !== "" ? parseRanges(ports) : null;
  return {
    ...spec,
    resources: isObject(resources) ? amounts(resources) : resources,
    ports: ranges === null ? ports : rangesText(ranges),
    volumes: Array.isArray(volumes) ? sorted((volumes as readonly Json[]).map(volumeJson)) : volumes,
    waitSeconds: spec["waitSeconds"] ?? 60,
  };
}

function amounts(resources: JsonObject): JsonObject {
  const entries = Object.entries(resources).map(([name, value]): [string, Json] => [
    name,
    typeof value === "number" ? thousandths(value) : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== 0));
}

function volumeJson(value: Json): Json {
  if (!isObject(value) || typeof value["size"] !== "number") return value;
  return { ...value, size: thousandths(value["size"]) };
}

function sorted(volumes: readonly Json[]): Json[] {
  const idOf = (value: Json): string => (isObject(value) ? String(value["id"]) : "");
  return [...volumes].sort((a, b) => (idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0));
}

/** Of a normalised spec whose values are known. */
export function heldIn(spec: JsonObject): Held {
  const { resources, ports, volumes } = spec;
  const scalars = Object.entries(isObject(resources) ? resources : {}).flatMap(([name, value]) =>
    typeof value === "number" ? [[name, value] as const] : [],
  );
  return {
    scalars: Object.fromEntries(scalars),
    ports: typeof ports === "string" && ports !== "" ? (parseRanges(ports) ?? []) : [],
    volumes: (Array.isArray(volumes) ? (volumes as readonly Json[]) : []).flatMap(volumeIn),
  };
}

function volumeIn(value: Json): VolumeSpec[] {
  const { id, size, containerPath } = isObject(value) ? value : {};
  const isWhole = typeof id === "string" && typeof size === "number" && typeof containerPath === "string";
  return isWhole ? [{ id, size, containerPath }] : [];
}

/** For whom, and by whom. */
export function reservationOf(spec: JsonObject): Reservation {
  const { role, principal } = spec;
  return { type: "DYNAMIC", role: String(role), principal: typeof principal === "string" ? principal : null };
}

/** What of an agent's resources is held under exactly this reservation; nothing that is refined further, nothing on special disks. */
export function heldOn(resources: readonly Resource[], { role, principal }: Reservation): Held {
  const own = resources.filter(({ reservations, special }) => {
    const [only, further] = reservations;
    if (only === undefined || further !== undefined || special) return false;
    return only.type === "DYNAMIC" && only.role === role && only.principal === principal;
  });
  return {
    scalars: quantitiesOf(own),
    ports: own.flatMap(({ name, amount }) =>
      name === "ports" && amount.kind === "ranges" ? amount.ranges : [],
    ),
    volumes: own.flatMap(({ amount, volume }) =>
      volume === null || amount.kind !== "scalar"
        ? []
        : [{ id: volume.id, size: amount.value, containerPath: volume.containerPath }],
    ),
  };
}

export function jsonOf({ scalars, ports, volumes }: Held): JsonObject {
  return normaliseFields({
    resources: { ...scalars },
    ports: rangesText(ports),
    volumes: volumes.map((volume): Json => ({ ...volume })),
  });
}

function normaliseFields(fields: JsonObject): JsonObject {
  const { resources = {}, ports = "", volumes = [] } = normaliseReservation(fields);
  return { resources, ports, volumes };
}

export function isNothing({ scalars, ports, volumes }: Held): boolean {
  return Object.keys(scalars).length + ports.length + volumes.length === 0;
}

export function validateReservation(spec: JsonObject): { path: string; diagnostic: Diagnostic }[] {
  const fault = (path: string, text: string, remedy: string) => [
    { path, diagnostic: errorDiagnostic("mesos-reservation", text, { remedy }) },
  ];
  const { role, resources, ports, volumes } = normaliseReservation(spec);
  const known = isObject(resources) && typeof ports === "string" && Array.isArray(volumes);
  if (role === "*") return fault("role", "the role * cannot have reservations", "Name a role of its own.");
  if (!known) return [];
  if (ports !== "" && parseRanges(ports) === null) {
    return fault("ports", `${ports} has a range that ends before it begins`, "Write ranges as 31000-31010.");
  }
  const held = heldIn({ resources, ports, volumes });
  if (isNothing(held))
    return fault("resources", "nothing is reserved", "Say what is, or remove the resource.");
  const size = thousandths(held.volumes.reduce((sum, volume) => sum + volume.size, 0));
  const disk = held.scalars["disk"] ?? 0;
  if (size <= disk || held.volumes.length < volumes.length) return [];
  const text = `volumes of ${size} MB are to lie on ${disk} MB of reserved disk`;
  return fault("volumes", text, "Reserve at least as much disk under `resources`.");
}
