/**
 * Resources as JSON: reading the Resource message of requests, and writing the three forms of the answers (v1, v1 with roles,
 * and the sums of the legacy endpoints). Data in, data out.
 */
import {
  type Amount,
  merged,
  type Quantities,
  quantities,
  type Range,
  type Reservation,
  type Resource,
  type Resources,
  rangesText,
  reservedFor,
} from "./resource.js";
import { type Double, double, type Wire, type WireObject } from "./wire.js";

interface JsonResource {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly scalar?: { readonly value?: unknown };
  readonly ranges?: { readonly range?: readonly { readonly begin?: unknown; readonly end?: unknown }[] };
  readonly set?: { readonly item?: readonly unknown[] };
  readonly role?: unknown;
  readonly reservation?: { readonly principal?: unknown; readonly labels?: unknown };
  readonly reservations?: readonly { readonly [key: string]: unknown }[];
  readonly disk?: unknown;
  readonly allocation_info?: { readonly role?: unknown };
}

/** A sentence when it is no Resource message. */
export function resourceFromJson(value: unknown): Resource | string {
  if (typeof value !== "object" || value === null) return "Expecting a JSON object for a resource";
  const json = value as JsonResource;
  if (typeof json.name !== "string") return "Missing required fields: name";
  const amount = readAmount(json);
  if (typeof amount === "string") return `Resource '${json.name}': ${amount}`;
  const role = json.allocation_info?.role;
  return {
    name: json.name,
    amount,
    reservations: readReservations(json),
    ...(typeof json.disk === "object" && json.disk !== null ? { disk: json.disk } : {}),
    ...(typeof role === "string" ? { allocatedTo: role } : {}),
  };
}

/** All of them; those that cannot be read are refused before by the field descriptions, so they are left out here. */
export function resourcesFromJson(value: unknown): Resources {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).flatMap((item) => {
    const resource = resourceFromJson(item);
    return typeof resource === "string" ? [] : [resource];
  });
}

function readAmount(json: JsonResource): Amount | string {
  switch (json.type) {
    case "SCALAR":
      if (typeof json.scalar?.value !== "number") return "no scalar value";
      return { kind: "SCALAR", milli: Math.round(json.scalar.value * 1000) };
    case "RANGES":
      return { kind: "RANGES", ranges: merged(readRanges(json.ranges?.range ?? [])) };
    case "SET":
      return { kind: "SET", items: (json.set?.item ?? []).map(String) };
    default:
      return "Unsupported resource type";
  }
}

function readRanges(list: readonly { readonly begin?: unknown; readonly end?: unknown }[]): Range[] {
  return list.flatMap(({ begin, end }): Range[] =>
    typeof begin === "number" && typeof end === "number" ? [[begin, end]] : [],
  );
}

function readReservations(json: JsonResource): Reservation[] {
  const refined = (json.reservations ?? []).flatMap((item): Reservation[] => {
    const { type, role, principal, labels } = item;
    if (typeof role !== "string") return [];
    return [
      {
        type: type === "STATIC" ? "STATIC" : "DYNAMIC",
        role,
        ...(typeof principal === "string" ? { principal } : {}),
        ...(typeof labels === "object" && labels !== null ? { labels } : {}),
      },
    ];
  });
  if (refined.length > 0 || typeof json.role !== "string" || json.role === "*") return refined;
  const principal = json.reservation?.principal;
  if (json.reservation === undefined) return [{ type: "STATIC", role: json.role }];
  return [{ type: "DYNAMIC", role: json.role, ...(typeof principal === "string" ? { principal } : {}) }];
}

function amountWire(amount: Amount): WireObject {
  switch (amount.kind) {
    case "SCALAR":
      return { type: "SCALAR", scalar: { value: double(amount.milli / 1000) } };
    case "RANGES":
      return { type: "RANGES", ranges: { range: amount.ranges.map(([begin, end]) => ({ begin, end })) } };
    case "SET":
      return { type: "SET", set: { item: amount.items } };
  }
}

function reservationWire({ type, role, principal, labels }: Reservation): WireObject {
  return { type, role, principal, labels: labels as WireObject | undefined };
}

/** As in task and executor resources: no role beside the reservations. */
export function resourceWire(resource: Resource): WireObject {
  return { ...shared(resource), ...allocation(resource) };
}

/** As in agents' totals and allocations: `role` and, for dynamic ones, `reservation` beside `reservations`. */
export function roledResourceWire(resource: Resource): WireObject {
  const { reservations } = resource;
  const last = reservations.at(-1);
  const legacy =
    last?.type === "DYNAMIC" && reservations.length === 1
      ? { reservation: { principal: last.principal, labels: last.labels as WireObject | undefined } }
      : {};
  const { name, amount } = resource;
  return {
    name,
    ...amountWire(amount),
    role: reservedFor(resource),
    ...legacy,
    ...(last?.type === "DYNAMIC" || reservations.length > 1
      ? { reservations: reservations.map(reservationWire) }
      : {}),
    disk: resource.disk as WireObject | undefined,
    ...allocation(resource),
  };
}

function shared({ name, amount, reservations, disk }: Resource): WireObject {
  return {
    name,
    ...amountWire(amount),
    ...(reservations.length > 0 ? { reservations: reservations.map(reservationWire) } : {}),
    disk: disk as WireObject | undefined,
  };
}

function allocation({ allocatedTo }: Resource): WireObject {
  return allocatedTo === undefined ? {} : { allocation_info: { role: allocatedTo } };
}

/** The sums of the legacy endpoints: disk, mem, gpus and cpus always, others when there are any. */
export function sumsWire(resources: Resources): WireObject {
  const sums = quantities(resources);
  const wire: Record<string, Wire> = {};
  for (const name of ["disk", "mem", "gpus", "cpus"]) wire[name] = double((sums.get(name) ?? 0) / 1000);
  for (const [name, milli] of sums) wire[name] = double(milli / 1000);
  const ranges = new Map<string, Range[]>();
  const sets = new Map<string, string[]>();
  for (const { name, amount } of resources) {
    if (amount.kind === "RANGES") ranges.set(name, [...(ranges.get(name) ?? []), ...amount.ranges]);
    else if (amount.kind === "SET") sets.set(name, [...(sets.get(name) ?? []), ...amount.items]);
  }
  for (const [name, list] of ranges) wire[name] = rangesText(merged(list));
  for (const [name, items] of sets) wire[name] = `{${items.join(", ")}}`;
  return wire;
}

/** `{cpus: 0.5}`: only what there is. */
export function quantitiesWire(sums: Quantities): WireObject {
  const wire: Record<string, Double> = {};
  for (const name of [...sums.keys()].sort()) wire[name] = double((sums.get(name) ?? 0) / 1000);
  return wire;
}

/** `[{name, type, scalar}]`: the form of GET_ROLES and of the old quota. */
export function quantityListWire(sums: Quantities): WireObject[] {
  return [...sums.keys()].sort().map((name) => ({
    name,
    type: "SCALAR",
    scalar: { value: double((sums.get(name) ?? 0) / 1000) },
  }));
}

/** Plain JSON of resources, for records on disk and messages between the simulated processes. */
export function resourcesToJson(resources: Resources): object[] {
  return resources.map((resource) => ({
    name: resource.name,
    ...plainAmount(resource.amount),
    reservations: resource.reservations,
    ...(resource.disk === undefined ? {} : { disk: resource.disk }),
    ...(resource.allocatedTo === undefined ? {} : { allocation_info: { role: resource.allocatedTo } }),
  }));
}

function plainAmount(amount: Amount): object {
  switch (amount.kind) {
    case "SCALAR":
      return { type: "SCALAR", scalar: { value: amount.milli / 1000 } };
    case "RANGES":
      return { type: "RANGES", ranges: { range: amount.ranges.map(([begin, end]) => ({ begin, end })) } };
    case "SET":
      return { type: "SET", set: { item: amount.items } };
  }
}
