/** Service ports: a number for each 0, free among all apps, kept from one version of an app to the next. Pure. */
import type { Json, JsonObject } from "../../../value/json.js";
import { objectOf, objects } from "./fields.js";
import { plainRefusal } from "./refusal.js";
import type { Root } from "./root.js";
import { type RunSpec, servicePortsOf } from "./run-spec.js";
import type { DefinitionSettings } from "./settings.js";

/** Throws a Refusal (500) when the range is used up. */
export function assignServicePorts(original: Root, changed: Root, settings: DefinitionSettings): Root {
  const taken = new Set([...changed.specs.values()].flatMap(servicePortsOf).filter((port) => port !== 0));
  const waiting = [...changed.specs.values()].filter((spec) => servicePortsOf(spec).includes(0));
  // What an app had before is its own, whoever else asks for a port now.
  const kept = new Map(waiting.map((spec) => [spec.id, earlierPorts(original, spec)]));
  for (const ports of kept.values()) for (const port of ports) taken.add(port);
  const specs = new Map(changed.specs);
  for (const spec of waiting) {
    const own = kept.get(spec.id) ?? [];
    const next = () => own.shift() ?? freePort(taken, settings);
    specs.set(spec.id, { ...spec, definition: withPorts(spec.definition, next) });
  }
  return { ...changed, specs };
}

function earlierPorts(original: Root, spec: RunSpec): number[] {
  const before = original.specs.get(spec.id);
  if (before === undefined) return [];
  const said = servicePortsOf(spec);
  return servicePortsOf(before).filter((port) => port !== 0 && !said.includes(port));
}

function freePort(taken: Set<number>, { localPortMin, localPortMax }: DefinitionSettings): number {
  for (let port = localPortMin; port <= localPortMax; port += 1) {
    if (taken.has(port)) continue;
    taken.add(port);
    return port;
  }
  throw plainRefusal(
    500,
    `No more service ports are available in the range [${localPortMin}, ${localPortMax}]`,
  );
}

function withPorts(definition: JsonObject, next: () => number): JsonObject {
  const container = objectOf(definition["container"]);
  const mappings = objects(container?.["portMappings"]);
  if (container !== null && mappings.length > 0) {
    return { ...definition, container: { ...container, portMappings: fill(mappings, "servicePort", next) } };
  }
  return { ...definition, portDefinitions: fill(objects(definition["portDefinitions"]), "port", next) };
}

function fill(ports: readonly JsonObject[], name: string, next: () => number): Json {
  return ports.map((port) => (port[name] === 0 ? { ...port, [name]: next() } : port));
}
