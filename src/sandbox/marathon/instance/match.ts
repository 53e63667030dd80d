/** Whether an offer suits a spec, with the reasons in Marathon's words when it does not. Pure. */
import type { Offer, OfferResource } from "../../framework/cluster.js";
import {
  acceptedRolesOf,
  constraintsOf,
  type HostPort,
  hostPortsOf,
  type RunSpec,
  resourcesOf,
  roleOf,
} from "../definition/run-spec.js";
import { meets } from "./constraints.js";
import type { AgentInfo, Instance } from "./instance.js";

/** In the order of the funnel of /v2/queue. */
export const REASONS = [
  "UnfulfilledRole",
  "UnfulfilledConstraint",
  "NoCorrespondingReservationFound",
  "AgentMaintenance",
  "InsufficientCpus",
  "InsufficientMemory",
  "InsufficientDisk",
  "InsufficientGpus",
  "InsufficientPorts",
  "DeclinedScarceResources",
] as const;
export type Reason = (typeof REASONS)[number];

export interface MatchContext {
  readonly now: number;
  /** `--maintenance_mode`; null = off. Milliseconds before a window in which it counts already. */
  readonly drainingMs: number | null;
  /** Instances of the spec with its newest configuration that have an agent. */
  readonly placed: readonly Instance[];
  /** Where the instance's volumes are. */
  readonly boundTo: string | null;
}

export type Match =
  | {
      readonly kind: "match";
      readonly resources: readonly OfferResource[];
      readonly hostPorts: readonly number[];
    }
  | { readonly kind: "refused"; readonly reasons: readonly Reason[] };

export function matchOffer(spec: RunSpec, offer: Offer, context: MatchContext): Match {
  const reasons: Reason[] = [];
  const add = (broken: boolean, reason: Reason) => {
    if (broken) reasons.push(reason);
  };
  const usable = offer.resources.filter((resource) => isAccepted(spec, resource));
  add(offer.role !== roleOf(spec) || usable.length === 0, "UnfulfilledRole");
  const agent = agentOf(offer);
  const suits = constraintsOf(spec).every((constraint) => meets(constraint, agent, context.placed));
  add(!suits, "UnfulfilledConstraint");
  add(context.boundTo !== null && context.boundTo !== offer.agentId, "NoCorrespondingReservationFound");
  add(isInMaintenance(offer, context), "AgentMaintenance");
  const needs = resourcesOf(spec);
  add(sum(usable, "cpus") < needs.cpus - 1e-9, "InsufficientCpus");
  add(sum(usable, "mem") < needs.mem - 1e-9, "InsufficientMemory");
  add(sum(usable, "disk") < needs.disk - 1e-9, "InsufficientDisk");
  add(sum(usable, "gpus") < needs.gpus, "InsufficientGpus");
  const ports = pickPorts(hostPortsOf(spec), usable);
  add(ports === null, "InsufficientPorts");
  if (reasons.length > 0 || ports === null) return { kind: "refused", reasons };
  const resources = [
    ...(["cpus", "mem", "disk", "gpus"] as const).flatMap((name) => take(usable, name, needs[name])),
    ...portResources(ports),
  ];
  return { kind: "match", resources, hostPorts: ports.map(({ port }) => port) };
}

/** What is left of the offer for the next instance. */
export function remaining(offer: Offer, used: readonly OfferResource[]): Offer {
  const resources = offer.resources.flatMap((resource): OfferResource[] => {
    const gone = used.filter(({ name, role }) => name === resource.name && role === resource.role);
    if (resource.scalar !== undefined) {
      const left = resource.scalar - gone.reduce((total, { scalar = 0 }) => total + scalar, 0);
      return left <= 1e-9 ? [] : [{ ...resource, scalar: Math.round(left * 1000) / 1000 }];
    }
    if (resource.ranges === undefined) return [resource];
    const taken = gone.flatMap(({ ranges = [] }) => ranges.map(({ begin }) => begin));
    return [{ ...resource, ranges: taken.reduce(cutOut, [...resource.ranges]) }];
  });
  return { ...offer, resources };
}

export function agentOf(offer: Offer): AgentInfo {
  const attributes = offer.attributes.map((one) => {
    const value = one.text ?? one.scalar ?? one.set ?? one.ranges?.map(({ begin, end }) => `${begin}-${end}`);
    return [one.name, Array.isArray(value) ? `[${value.join(",")}]` : String(value)] as const;
  });
  return {
    id: offer.agentId,
    host: offer.hostname,
    region: offer.region,
    zone: offer.zone,
    attributes: Object.fromEntries(attributes),
  };
}

function isAccepted(spec: RunSpec, { role }: OfferResource): boolean {
  const accepted = acceptedRolesOf(spec);
  return accepted.length === 0 ? role === "*" || role === roleOf(spec) : accepted.includes(role);
}

function isInMaintenance({ unavailability }: Offer, { now, drainingMs }: MatchContext): boolean {
  if (unavailability === null || drainingMs === null) return false;
  const { startMs, durationMs } = unavailability;
  return now >= startMs - drainingMs && (durationMs === null || now < startMs + durationMs);
}

function sum(resources: readonly OfferResource[], name: string): number {
  return resources
    .filter((resource) => resource.name === name)
    .reduce((total, { scalar = 0 }) => total + scalar, 0);
}

/** Reserved resources first. */
function take(resources: readonly OfferResource[], name: string, amount: number): OfferResource[] {
  let left = amount;
  const own = resources.filter((resource) => resource.name === name);
  const taken: OfferResource[] = [];
  for (const resource of [
    ...own.filter(({ role }) => role !== "*"),
    ...own.filter(({ role }) => role === "*"),
  ]) {
    const part = Math.min(left, resource.scalar ?? 0);
    if (part <= 1e-9) continue;
    taken.push({ name, role: resource.role, scalar: part });
    left = Math.round((left - part) * 1000) / 1000;
  }
  return taken;
}

interface PickedPort {
  readonly port: number;
  readonly role: string;
}

/** Ports asked for by number first, any for the others; in the order of `wanted`. Null when there are not enough. */
function pickPorts(wanted: readonly HostPort[], resources: readonly OfferResource[]): PickedPort[] | null {
  const ranges = resources
    .filter(({ name }) => name === "ports")
    .flatMap((resource) => (resource.ranges ?? []).map((range) => ({ ...range, role: resource.role })));
  const named = new Set(wanted.map(({ port }) => port).filter((port) => port !== 0));
  const free = freePorts(ranges, named);
  const picked: PickedPort[] = [];
  for (const { port } of wanted) {
    if (port === 0) {
      const { value } = free.next();
      if (value === undefined) return null;
      picked.push(value);
      continue;
    }
    const range = ranges.find(({ begin, end }) => begin <= port && port <= end);
    if (range === undefined) return null;
    picked.push({ port, role: range.role });
  }
  return picked;
}

function* freePorts(
  ranges: readonly { readonly begin: number; readonly end: number; readonly role: string }[],
  named: ReadonlySet<number>,
): Generator<PickedPort, undefined> {
  for (const { begin, end, role } of ranges) {
    for (let port = begin; port <= end; port += 1) if (!named.has(port)) yield { port, role };
  }
}

function portResources(ports: readonly PickedPort[]): OfferResource[] {
  return [...new Set(ports.map(({ role }) => role))].map((role) => ({
    name: "ports",
    role,
    ranges: ports.filter((one) => one.role === role).map(({ port }) => ({ begin: port, end: port })),
  }));
}

type Ranges = { readonly begin: number; readonly end: number }[];

function cutOut(ranges: Ranges, port: number): Ranges {
  return ranges.flatMap(({ begin, end }) => {
    if (port < begin || port > end) return [{ begin, end }];
    const left = begin < port ? [{ begin, end: port - 1 }] : [];
    return port < end ? [...left, { begin: port + 1, end }] : left;
  });
}
