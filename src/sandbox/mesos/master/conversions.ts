/**
 * Reserving, unreserving, creating and destroying volumes as conversions: what is taken from an agent and what comes instead.
 * Only computes.
 */
import { type Resource, type Resources, reservedFor } from "../model/resource.js";

export interface Conversion {
  readonly consumed: Resources;
  readonly converted: Resources;
}

export type OperationKind = "RESERVE" | "UNRESERVE" | "CREATE" | "DESTROY" | "GROW_VOLUME" | "SHRINK_VOLUME";

/** Drops the innermost reservation. */
function released(resource: Resource): Resource {
  return { ...resource, reservations: resource.reservations.slice(0, -1) };
}

function withoutDisk(resource: Resource): Resource {
  const { disk: _, ...rest } = resource;
  return rest;
}

/** A sentence when a resource cannot be the object of the operation. */
export function conversionOf(
  kind: "RESERVE" | "UNRESERVE" | "CREATE" | "DESTROY",
  resources: Resources,
): Conversion | string {
  for (const resource of resources) {
    const problem = problemOf(kind, resource);
    if (problem !== null) return problem;
  }
  switch (kind) {
    case "RESERVE":
      return { consumed: resources.map(released), converted: resources };
    case "UNRESERVE":
      return { consumed: resources, converted: resources.map(released) };
    case "CREATE":
      return { consumed: resources.map(withoutDisk), converted: resources };
    case "DESTROY":
      return { consumed: resources, converted: resources.map(withoutDisk) };
  }
}

function problemOf(kind: OperationKind, resource: Resource): string | null {
  const last = resource.reservations.at(-1);
  const isVolume = (resource.disk as { persistence?: object } | undefined)?.persistence !== undefined;
  if (kind === "RESERVE" || kind === "UNRESERVE") {
    if (last?.type !== "DYNAMIC") return `Resource ${resource.name} is not dynamically reserved`;
    if (isVolume)
      return `A persistent volume ${resource.name} must already be ${kind === "RESERVE" ? "reserved" : "destroyed"}`;
    return null;
  }
  if (!isVolume) return `Resource ${resource.name} is not a persistent volume`;
  return reservedFor(resource) === "*"
    ? "Persistent volumes cannot be created from unreserved resources"
    : null;
}

/** A volume and a part beside it that it takes in. */
export function growth(volume: Resource, addition: Resource): Conversion | string {
  const sum = plus(volume, addition, 1);
  if (sum === null) return "The values of the volume and the addition must be scalars";
  return { consumed: [volume, addition], converted: [sum] };
}

/** @param by thousandths that the volume gives back */
export function shrinkage(volume: Resource, by: number): Conversion | string {
  const given: Resource = { ...withoutDisk(volume), amount: { kind: "SCALAR", milli: by } };
  const rest = plus(volume, given, -1);
  if (rest === null || (rest.amount.kind === "SCALAR" && rest.amount.milli <= 0)) {
    return "The volume must be larger than what is subtracted";
  }
  return { consumed: [volume], converted: [rest, given] };
}

function plus(volume: Resource, other: Resource, sign: 1 | -1): Resource | null {
  if (volume.amount.kind !== "SCALAR" || other.amount.kind !== "SCALAR") return null;
  return { ...volume, amount: { kind: "SCALAR", milli: volume.amount.milli + sign * other.amount.milli } };
}
