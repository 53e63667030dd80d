/**
 * From what a request wants to what is stored: ports given out, versions moved where something changed, the rules that concern
 * several specs checked. Pure: the time is given.
 */
import { canonicalJson, type JsonObject } from "../../../value/json.js";
import { dependencyCycle } from "./dependency-graph.js";
import { objectOf, objects, without } from "./fields.js";
import { roleFaults } from "./group/roles.js";
import { type Fault, notValid } from "./refusal.js";
import type { Root } from "./root.js";
import { hostPortsOf, isResident, type RunSpec, resourcesOf } from "./run-spec.js";
import { assignServicePorts } from "./service-ports.js";
import type { DefinitionSettings } from "./settings.js";

export interface Writing {
  readonly settings: DefinitionSettings;
  /** ISO; becomes the version of all that changed. */
  readonly version: string;
  /** These restart although their definition is the same. */
  readonly restart?: ReadonlySet<string>;
  readonly force?: boolean;
}

/** Throws a Refusal when a rule is broken or ports run out. */
export function nextRoot(original: Root, changed: Root, writing: Writing): Root {
  const ported = assignServicePorts(original, changed, writing.settings);
  const specs = new Map<string, RunSpec>();
  for (const [id, spec] of ported.specs) {
    const restart = writing.restart?.has(id) === true;
    specs.set(id, versioned(original.specs.get(id) ?? null, spec, writing.version, restart));
  }
  const next = { ...ported, version: writing.version, specs };
  const faults = rootFaults(original, next, writing);
  if (faults.length > 0) throw notValid(faults);
  return next;
}

function versioned(before: RunSpec | null, after: RunSpec, version: string, restart: boolean): RunSpec {
  if (before === null || before.kind !== after.kind) {
    return { ...after, version, lastScalingAt: version, lastConfigChangeAt: version };
  }
  const times = {
    version: before.version,
    lastScalingAt: before.lastScalingAt,
    lastConfigChangeAt: before.lastConfigChangeAt,
  };
  if (restart) return { ...after, ...times, version, lastConfigChangeAt: version };
  if (same(before.definition, after.definition)) return before;
  if (same(unscaled(before), unscaled(after))) return { ...after, ...times, version, lastScalingAt: version };
  return { ...after, version, lastScalingAt: version, lastConfigChangeAt: version };
}

/**
 * What a change of which means a new configuration. Sets are compared as sets, and executorResources do not count for apps
 * (facts 2.6, 8).
 */
function unscaled(spec: RunSpec): JsonObject {
  const { definition } = spec;
  if (spec.kind === "app") return without(definition, "instances", "executorResources");
  const scaling = objectOf(definition["scaling"]) ?? {};
  return { ...definition, scaling: without(scaling, "instances") };
}

const SETS = ["constraints", "healthChecks", "dependencies", "acceptedResourceRoles"];

function same(a: JsonObject, b: JsonObject): boolean {
  return canonicalJson(withSortedSets(a)) === canonicalJson(withSortedSets(b));
}

function withSortedSets(definition: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(definition).map(([name, value]) => {
      if (!SETS.includes(name) || !Array.isArray(value)) return [name, value] as const;
      return [name, [...value].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1))] as const;
    }),
  );
}

function rootFaults(original: Root, next: Root, writing: Writing): Fault[] {
  const faults: Fault[] = [];
  for (const [id, spec] of next.specs) {
    const before = original.specs.get(id) ?? null;
    if (spec === before) continue;
    if (next.groups.has(id)) {
      const what = spec.kind === "app" ? "Applications" : "Pods";
      faults.push({ path: "/", error: `${what} and Groups may not have the same identifier: ${id}` });
    }
    if (before !== null && before.kind !== spec.kind) {
      faults.push({ path: "/", error: `Applications and Pods may not have the same identifier: ${id}` });
    }
    faults.push(...roleFaults(next, spec, before, writing.settings, writing.force === true));
    if (before !== null && isResident(before) && isResident(spec))
      faults.push(...residentFaults(before, spec));
  }
  const cycle = dependencyCycle(next);
  if (cycle !== null) faults.push({ path: "/", error: `Dependency graph has cyclic dependencies.` });
  return [...faults, ...volumeFaults(next)];
}

function residentFaults(before: RunSpec, after: RunSpec): Fault[] {
  const volumes = ({ definition }: RunSpec) =>
    canonicalJson(objects(objectOf(definition["container"])?.["volumes"] ?? definition["volumes"]));
  const resources = (spec: RunSpec) => canonicalJson({ ...resourcesOf(spec) });
  const network = (spec: RunSpec) =>
    canonicalJson([hostPortsOf(spec).map(({ port }) => port), spec.definition["requirePorts"] ?? false]);
  const faults: Fault[] = [];
  const add = (broken: boolean, error: string) => {
    if (broken) faults.push({ path: "/", error });
  };
  add(volumes(before) !== volumes(after), "Persistent volumes can not be changed!");
  add(resources(before) !== resources(after), "Resident Tasks may not change resource requirements!");
  add(network(before) !== network(after), "Resident Tasks may not change network requirements!");
  return faults;
}

function volumeFaults(root: Root): Fault[] {
  const users = new Map<string, string>();
  const faults: Fault[] = [];
  for (const spec of root.specs.values()) {
    for (const { external } of objects(objectOf(spec.definition["container"])?.["volumes"])) {
      const info = objectOf(external);
      const name = info?.["name"];
      if (typeof name !== "string" || info?.["shared"] === true) continue;
      const other = users.get(name);
      if (other !== undefined && other !== spec.id) {
        const error = `Volume name '${name}' in ${spec.id} conflicts with volume(s) of same name in app(s): ${other}`;
        faults.push({ path: "/container/volumes", error });
      }
      users.set(name, spec.id);
    }
  }
  return faults;
}
