/**
 * Resources as plain data and their arithmetic: sums, differences, containment. Scalars are kept in thousandths, as Mesos
 * does, so that a thousand launches and ends give back exactly what there was.
 */

export type Range = readonly [begin: number, end: number];

export interface Reservation {
  readonly type: "STATIC" | "DYNAMIC";
  readonly role: string;
  readonly principal?: string;
  /** `{labels: [...]}` as it came. */
  readonly labels?: object;
}

export type Amount =
  /** Thousandths. */
  | { readonly kind: "SCALAR"; readonly milli: number }
  | { readonly kind: "RANGES"; readonly ranges: readonly Range[] }
  | { readonly kind: "SET"; readonly items: readonly string[] };

/** A part of an agent; parts of equal name, kind, reservations, disk and allocation add up to one. */
export interface Resource {
  readonly name: string;
  readonly amount: Amount;
  /** From the outermost to the innermost; empty = unreserved. */
  readonly reservations: readonly Reservation[];
  /** DiskInfo as it came: `{persistence: {id, principal}, volume: {...}}`. */
  readonly disk?: object;
  /** The role it is offered or allocated to. */
  readonly allocatedTo?: string;
}

export type Resources = readonly Resource[];

/** Scalars only, thousandths by name: what quotas and shares are counted in. */
export type Quantities = ReadonlyMap<string, number>;

export const NOTHING: Resources = [];

export function scalar(name: string, value: number): Resource {
  return { name, amount: { kind: "SCALAR", milli: Math.round(value * 1000) }, reservations: [] };
}

/** The role that the resource is reserved for, `*` when it is for all. */
export function reservedFor(resource: Resource): string {
  return resource.reservations.at(-1)?.role ?? "*";
}

/** A persistent volume cannot be split: two of them never add up. */
export function isVolume(resource: Resource): boolean {
  return (resource.disk as { persistence?: object } | undefined)?.persistence !== undefined;
}

/** What must be equal for two parts to add up. */
export function kindKey(resource: Resource): string {
  const { name, amount, reservations, disk, allocatedTo } = resource;
  if (reservations.length === 0 && disk === undefined) return `${name}|${amount.kind}|${allocatedTo ?? ""}`;
  return `${name}|${amount.kind}|${allocatedTo ?? ""}|${JSON.stringify(reservations)}|${JSON.stringify(disk ?? null)}`;
}

/** The sum, in the order of first mention. */
export function add(left: Resources, right: Resources): Resources {
  if (right.length === 0) return left;
  const sum = new Map<string, Resource>();
  let volumes = 0;
  for (const part of [...left, ...right]) {
    const key = isVolume(part) ? `volume ${volumes++}` : kindKey(part);
    const before = sum.get(key);
    sum.set(key, before === undefined ? part : { ...part, amount: plus(before.amount, part.amount) });
  }
  return [...sum.values()];
}

/** What is left; parts that are not there are ignored, nothing gets below zero. */
export function subtract(from: Resources, what: Resources): Resources {
  if (what.length === 0) return from;
  const rest = [...from];
  for (const part of what) {
    const key = kindKey(part);
    const at = rest.findIndex((candidate) => kindKey(candidate) === key);
    const found = rest[at];
    if (found === undefined) continue;
    const amount = minus(found.amount, part.amount);
    if (isEmpty(amount)) rest.splice(at, 1);
    else rest[at] = { ...found, amount };
  }
  return rest;
}

export function contains(whole: Resources, part: Resources): boolean {
  let rest = whole;
  for (const one of part) {
    const key = kindKey(one);
    const found = rest.find((candidate) => kindKey(candidate) === key && holds(candidate.amount, one.amount));
    if (found === undefined) return false;
    rest = subtract(rest, [one]);
  }
  return true;
}

export function allocate(resources: Resources, role: string): Resources {
  return resources.map((part) => ({ ...part, allocatedTo: role }));
}

export function unallocate(resources: Resources): Resources {
  return add(
    NOTHING,
    resources.map(({ allocatedTo: _, ...part }) => part),
  );
}

export function quantities(resources: Resources): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, amount } of resources) {
    if (amount.kind === "SCALAR") sums.set(name, (sums.get(name) ?? 0) + amount.milli);
  }
  return sums;
}

/** Adds into the first. */
export function accumulate(into: Map<string, number>, what: Quantities, sign: 1 | -1 = 1): void {
  for (const [name, milli] of what) {
    const sum = (into.get(name) ?? 0) + sign * milli;
    if (sum === 0) into.delete(name);
    else into.set(name, sum);
  }
}

export function isEmpty(amount: Amount): boolean {
  switch (amount.kind) {
    case "SCALAR":
      return amount.milli <= 0;
    case "RANGES":
      return amount.ranges.length === 0;
    case "SET":
      return amount.items.length === 0;
  }
}

function plus(a: Amount, b: Amount): Amount {
  if (a.kind === "SCALAR" && b.kind === "SCALAR") return { kind: "SCALAR", milli: a.milli + b.milli };
  if (a.kind === "RANGES" && b.kind === "RANGES") {
    return { kind: "RANGES", ranges: merged([...a.ranges, ...b.ranges]) };
  }
  if (a.kind === "SET" && b.kind === "SET") {
    return { kind: "SET", items: [...new Set([...a.items, ...b.items])] };
  }
  return a;
}

function minus(a: Amount, b: Amount): Amount {
  if (a.kind === "SCALAR" && b.kind === "SCALAR") return { kind: "SCALAR", milli: a.milli - b.milli };
  if (a.kind === "RANGES" && b.kind === "RANGES") {
    return { kind: "RANGES", ranges: b.ranges.reduce(cut, a.ranges) };
  }
  if (a.kind === "SET" && b.kind === "SET") {
    const gone = new Set(b.items);
    return { kind: "SET", items: a.items.filter((item) => !gone.has(item)) };
  }
  return a;
}

function holds(whole: Amount, part: Amount): boolean {
  if (whole.kind === "SCALAR" && part.kind === "SCALAR") return whole.milli >= part.milli;
  if (whole.kind === "RANGES" && part.kind === "RANGES") {
    return part.ranges.every(([begin, end]) =>
      whole.ranges.some((range) => range[0] <= begin && end <= range[1]),
    );
  }
  if (whole.kind === "SET" && part.kind === "SET")
    return part.items.every((item) => whole.items.includes(item));
  return false;
}

/** Sorted, and neighbours joined. */
export function merged(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const result: Range[] = [];
  for (const [begin, end] of sorted) {
    const last = result.at(-1);
    if (last !== undefined && begin <= last[1] + 1)
      result[result.length - 1] = [last[0], Math.max(last[1], end)];
    else result.push([begin, end]);
  }
  return result;
}

function cut(ranges: readonly Range[], [begin, end]: Range): Range[] {
  return ranges.flatMap(([from, to]): Range[] => {
    if (to < begin || end < from) return [[from, to]];
    const parts: Range[] = [];
    if (from < begin) parts.push([from, begin - 1]);
    if (end < to) parts.push([end + 1, to]);
    return parts;
  });
}

/** `[31000-32000, 33000-34000]`. */
export function rangesText(ranges: readonly Range[]): string {
  return `[${ranges.map(([begin, end]) => `${begin}-${end}`).join(", ")}]`;
}

/** The sum of many, in one pass: ranges are merged once, at the end. */
export function sum(many: Iterable<Resources>): Resources {
  const parts = new Map<string, Resource>();
  const ranges = new Map<string, Range[]>();
  let volumes = 0;
  for (const resources of many) {
    for (const part of resources) {
      const key = isVolume(part) ? `volume ${volumes++}` : kindKey(part);
      const before = parts.get(key);
      if (part.amount.kind === "RANGES") {
        const list = ranges.get(key);
        if (list === undefined) ranges.set(key, [...part.amount.ranges]);
        else list.push(...part.amount.ranges);
      }
      if (before === undefined) parts.set(key, part);
      else if (part.amount.kind !== "RANGES") {
        parts.set(key, { ...before, amount: plus(before.amount, part.amount) });
      }
    }
  }
  return [...parts].map(([key, part]) => {
    const list = ranges.get(key);
    return list === undefined ? part : { ...part, amount: { kind: "RANGES", ranges: merged(list) } };
  });
}
