/**
 * Resources of agents as Mesos writes them, in one form: scalars to the thousandth, ranges joined and sorted, reservations as a
 * stack in both notations. Pure.
 */
import type { Shape } from "../http/shape.js";
import type { Json, JsonObject } from "../value/json.js";

export interface Range {
  readonly begin: number;
  /** Inclusive. */
  readonly end: number;
}

export interface Reservation {
  readonly type: "STATIC" | "DYNAMIC";
  readonly role: string;
  readonly principal: string | null;
}

export interface Volume {
  readonly id: string;
  readonly containerPath: string;
  readonly mode: "RW" | "RO";
}

/** Scalars and ranges; sets of words are nothing that ferry deals with. */
export type Amount =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "ranges"; readonly ranges: readonly Range[] };

export interface Resource {
  readonly name: string;
  readonly amount: Amount;
  /** From the outermost in; empty when nobody has reserved it. */
  readonly reservations: readonly Reservation[];
  readonly volume: Volume | null;
  /** Lies on a disk of its own (a path, a mount, a block device) or is a provider's: not to be mixed with others. */
  readonly special: boolean;
}

/** Mesos calculates with three decimals. */
export function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Null for sets. Throws ShapeError. */
export function resourceOf(shape: Shape): Resource | null {
  const amount = amountOf(shape);
  if (amount === null) return null;
  const disk = shape.optionalObject("disk");
  return {
    name: shape.text("name"),
    amount,
    reservations: reservationsOf(shape),
    volume: volumeOf(disk),
    special: (disk?.optionalObject("source") ?? null) !== null || shape.value["provider_id"] !== undefined,
  };
}

function amountOf(shape: Shape): Amount | null {
  const type = shape.text("type");
  if (type === "SCALAR") {
    return { kind: "scalar", value: thousandths(shape.object("scalar").number("value")) };
  }
  if (type !== "RANGES") return null;
  const ranges = shape.object("ranges").optionalObjects("range");
  return {
    kind: "ranges",
    ranges: joined(ranges.map((range) => ({ begin: range.number("begin"), end: range.number("end") }))),
  };
}

/** Masters since 1.4 say `reservations`; older ones `role`, and `reservation` when it is no static one. */
function reservationsOf(shape: Shape): Reservation[] {
  const listed = shape.optionalObjects("reservations");
  if (listed.length > 0) return listed.map((each) => reservationOf(each));
  const role = shape.optionalText("role") ?? "*";
  if (role === "*") return [];
  const dynamic = shape.optionalObject("reservation");
  if (dynamic === null) return [{ type: "STATIC", role, principal: null }];
  return [{ type: "DYNAMIC", role, principal: dynamic.optionalText("principal") }];
}

function reservationOf(shape: Shape): Reservation {
  const type = shape.optionalText("type") === "STATIC" ? "STATIC" : "DYNAMIC";
  return { type, role: shape.text("role"), principal: shape.optionalText("principal") };
}

function volumeOf(disk: Shape | null): Volume | null {
  const persistence = disk?.optionalObject("persistence") ?? null;
  if (disk === null || persistence === null) return null;
  const volume = disk.optionalObject("volume");
  return {
    id: persistence.text("id"),
    containerPath: volume?.optionalText("container_path") ?? "",
    mode: volume?.optionalText("mode") === "RO" ? "RO" : "RW",
  };
}

/** Sorted, with those that touch made one. */
export function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.begin - b.begin)) {
    const last = found.at(-1);
    if (last !== undefined && range.begin <= last.end + 1) {
      found[found.length - 1] = { begin: last.begin, end: Math.max(last.end, range.end) };
    } else found.push(range);
  }
  return found;
}

/** What of `from` is not in `without`. */
export function rangesWithout(from: readonly Range[], without: readonly Range[]): Range[] {
  let left = joined(from);
  for (const gone of without) left = left.flatMap((range) => cut(range, gone));
  return left;
}

function cut({ begin, end }: Range, gone: Range): Range[] {
  if (gone.end < begin || gone.begin > end) return [{ begin, end }];
  const parts = [
    { begin, end: gone.begin - 1 },
    { begin: gone.end + 1, end },
  ];
  return parts.filter((part) => part.begin <= part.end);
}

/** `31000-31010, 31500`. */
export function rangesText(ranges: readonly Range[]): string {
  return joined(ranges)
    .map(({ begin, end }) => (begin === end ? String(begin) : `${begin}-${end}`))
    .join(", ");
}

/** Null when it is none. */
export function parseRanges(text: string): Range[] | null {
  const parts = text.split(",").map((part) => /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part));
  const ranges = parts.flatMap((part) =>
    part === null ? [] : [{ begin: Number(part[1]), end: Number(part[2] ?? part[1]) }],
  );
  if (ranges.length < parts.length || ranges.some(({ begin, end }) => begin > end)) return null;
  return joined(ranges);
}

/** How a resource is written in a call. Masters before 1.4 (`old`) know one reservation at most. */
export function resourceJson(resource: Omit<Resource, "special">, old: boolean): JsonObject {
  const { name, amount, reservations, volume } = resource;
  const principal = reservations.at(-1)?.principal ?? null;
  return {
    name,
    ...(amount.kind === "scalar"
      ? { type: "SCALAR", scalar: { value: amount.value } }
      : { type: "RANGES", ranges: { range: amount.ranges.map((range): Json => ({ ...range })) } }),
    ...(old ? oldReservation(reservations) : { reservations: reservations.map(reservationJson) }),
    ...(volume === null ? {} : { disk: diskJson(volume, principal) }),
  };
}

function reservationJson({ type, role, principal }: Reservation): JsonObject {
  return { type, role, ...(principal === null ? {} : { principal }) };
}

function oldReservation(reservations: readonly Reservation[]): JsonObject {
  const [reservation] = reservations;
  if (reservation === undefined) return { role: "*" };
  const { role, principal } = reservation;
  return { role, reservation: principal === null ? {} : { principal } };
}

function diskJson({ id, containerPath, mode }: Volume, principal: string | null): JsonObject {
  return {
    persistence: { id, ...(principal === null ? {} : { principal }) },
    volume: { mode, container_path: containerPath },
  };
}

/** Resources of a list that can be dealt with. Throws ShapeError. */
export function resourcesOf(shapes: readonly Shape[]): Resource[] {
  return shapes.flatMap((shape) => resourceOf(shape) ?? []);
}
