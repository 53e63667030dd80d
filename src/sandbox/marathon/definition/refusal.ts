/**
 * Why a request is refused, as the status and the body that Marathon would answer with. Thrown by whatever finds out, caught
 * once where answers are written. It knows no HTTP server.
 */
import type { JsonObject } from "../../../value/json.js";

/** One finding; `path` is as in Marathon's answers: `/`, `/id`, `/constraints(0)`. */
export interface Fault {
  readonly path: string;
  readonly error: string;
}

export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: number,
    readonly body: JsonObject,
  ) {
    super(String(body["message"] ?? status));
  }
}

/** 422: the JSON has not the shape that is asked for. */
export function invalidJson(faults: readonly Fault[]): Refusal {
  return new Refusal(422, { message: "Invalid JSON", details: grouped(faults) });
}

/** 422: the shape is right, a rule is broken. */
export function notValid(faults: readonly Fault[]): Refusal {
  return new Refusal(422, { message: "Object is not valid", details: grouped(faults) });
}

/** Only a message, as of an illegal argument deep inside. */
export function plainRefusal(status: number, message: string): Refusal {
  return new Refusal(status, { message });
}

/** 404 of a resource's own code, which has empty details. */
export function notFound(message: string): Refusal {
  return new Refusal(404, { message, details: [] });
}

export function noSuchApp(id: string): Refusal {
  return notFound(`App '${id}' does not exist`);
}

export function noSuchPod(id: string): Refusal {
  return notFound(`Pod '${id}' does not exist`);
}

export function noSuchGroup(id: string): Refusal {
  return notFound(`Group '${id}' does not exist`);
}

/** Findings of one path together, in the order in which they were found. */
function grouped(faults: readonly Fault[]): JsonObject[] {
  const byPath = new Map<string, string[]>();
  for (const { path, error } of faults) {
    const errors = byPath.get(path) ?? [];
    if (!errors.includes(error)) errors.push(error);
    byPath.set(path, errors);
  }
  return [...byPath].map(([path, errors]) => ({ path, errors }));
}
