/**
 * Resources as text: the grammar of `--resources` (facts, section 10) and the form that Mesos' logs and error messages print.
 * Text to data and back, nothing else.
 */
import {
  merged,
  type Quantities,
  type Range,
  type Resource,
  type Resources,
  rangesText,
} from "./resource.js";
import { resourceFromJson } from "./resource-json.js";
import { roleProblem } from "./role.js";

/** `cpus:4;mem:4096;ports:[31000-32000];cpus(prod):2` or a JSON array. A sentence when it is neither. */
export function parseResources(text: string, defaultRole = "*"): Resources | string {
  const trimmed = text.trim();
  if (trimmed.startsWith("[") && trimmed.endsWith("]") && trimmed.includes("{"))
    return fromJsonArray(trimmed);
  const found: Resource[] = [];
  for (const token of trimmed.split(";")) {
    if (token.trim() === "") continue;
    const resource = parseOne(token.trim(), defaultRole);
    if (typeof resource === "string") return resource;
    found.push(resource);
  }
  return found;
}

function fromJsonArray(text: string): Resources | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `Error parsing JSON: ${text}`;
  }
  if (!Array.isArray(value)) return "Expecting a JSON array of resources";
  const found: Resource[] = [];
  for (const item of value as readonly unknown[]) {
    const resource = resourceFromJson(item);
    if (typeof resource === "string") return resource;
    found.push(resource);
  }
  return found;
}

function parseOne(token: string, defaultRole: string): Resource | string {
  const match = /^([^:()]+)(?:\(([^)]*)\))?:(.*)$/.exec(token);
  if (match === null) return `Bad value for resources, missing or extra ':' in ${token}`;
  const name = (match[1] ?? "").trim();
  const role = match[2] ?? defaultRole;
  const problem = roleProblem(role);
  if (problem !== null) return `Invalid role '${role}' in resource '${token}': ${problem}`;
  const amount = parseAmount((match[3] ?? "").trim());
  if (typeof amount === "string") return `Bad type for resource ${name}: ${amount}`;
  const reservations = role === "*" ? [] : [{ type: "STATIC" as const, role }];
  return { name, amount, reservations };
}

/** A scalar, `[a-b,c-d]` or `{x,y}`. */
export function parseAmount(text: string): Resource["amount"] | string {
  if (text.startsWith("[")) return parseRanges(text);
  if (text.startsWith("{")) {
    const items = text.replace(/^\{|\}$/g, "").split(",");
    return { kind: "SET", items: items.map((item) => item.trim()).filter((item) => item !== "") };
  }
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) return `cannot read '${text}' as a number`;
  return { kind: "SCALAR", milli: Math.round(value * 1000) };
}

function parseRanges(text: string): Resource["amount"] | string {
  const ranges: Range[] = [];
  for (const part of text
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map((piece) => piece.trim())) {
    if (part === "") continue;
    const match = /^(\d+)\s*-\s*(\d+)$/.exec(part);
    if (match === null) return `cannot read '${part}' as a range`;
    ranges.push([Number(match[1]), Number(match[2])]);
  }
  return { kind: "RANGES", ranges: merged(ranges) };
}

/** `cpus:3.2; mem:3968; ports:[31000-32000]`, `{}` for nothing: as Mesos' messages print resources. */
export function resourcesText(resources: Resources): string {
  return resources.length === 0 ? "{}" : resources.map(partText).join("; ");
}

function partText(resource: Resource): string {
  const details: string[] = [];
  if (resource.allocatedTo !== undefined) details.push(`(allocated: ${resource.allocatedTo})`);
  if (resource.reservations.length > 0) {
    const list = resource.reservations.map(({ type, role, principal }) =>
      principal === undefined ? `(${type},${role})` : `(${type},${role},${principal})`,
    );
    details.push(`(reservations: [${list.join(",")}])`);
  }
  const disk = resource.disk as
    | { persistence?: { id: string }; volume?: { container_path: string } }
    | undefined;
  if (disk?.persistence !== undefined)
    details.push(`[${disk.persistence.id}:${disk.volume?.container_path ?? ""}]`);
  return `${resource.name}${details.join("")}:${amountText(resource.amount)}`;
}

export function amountText(amount: Resource["amount"]): string {
  switch (amount.kind) {
    case "SCALAR":
      return String(amount.milli / 1000);
    case "RANGES":
      return rangesText(amount.ranges);
    case "SET":
      return `{${amount.items.join(", ")}}`;
  }
}

/** `cpus:8; disk:20480; mem:8192`: sorted by name. */
export function quantitiesText(sums: Quantities): string {
  const names = [...sums.keys()].sort();
  return names.length === 0
    ? "{}"
    : names.map((name) => `${name}:${(sums.get(name) ?? 0) / 1000}`).join("; ");
}
