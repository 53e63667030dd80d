/** Frameworks of a Migration, declared or only named. Computes only. */
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { FrameworkKind, FrameworkRef } from "../model/spec.js";
import { credentialIn, factsOf, objectAt, type Resolving, textAt, textsAt } from "./reading.js";
import { deployedServers, namedInstances } from "./servers.js";

/** Where Marathon elects below its path; its state is beside it. */
const MARATHON_ELECTION = "leader-curator";

export function frameworksOf(written: readonly Json[], resolving: Resolving): readonly FrameworkRef[] {
  return written.flatMap((entry) => {
    if (typeof entry === "string") return [deployedFramework(entry, {}, resolving)];
    if (!isObject(entry)) return [];
    const resource = textAt(entry, "framework");
    return [resource === undefined ? namedFramework(entry) : deployedFramework(resource, entry, resolving)];
  });
}

function deployedFramework(resource: string, more: JsonObject, resolving: Resolving): FrameworkRef {
  const { kind: declaredKind, spec, outputs } = factsOf(resource, resolving);
  const kind = kindAt(more) ?? (declaredKind === "MarathonInstance" ? "marathon" : "batch");
  const zookeeperPath = textAt(objectAt(spec, "zookeeper"), "path") ?? null;
  return {
    name: resource,
    kind,
    resource,
    spec,
    servers: deployedServers(resource, resolving),
    urls: textsAt(outputs, "urls"),
    zookeeperPath,
    electionPaths: electionsOf(kind, zookeeperPath, textsAt(more, "electionPaths")),
  };
}

/** One that ferry does not deploy. */
export function namedFramework(entry: JsonObject): FrameworkRef {
  const name = textAt(entry, "name") ?? "";
  const kind = kindAt(entry) ?? "other";
  const zookeeperPath = textAt(entry, "zookeeperPath") ?? null;
  return {
    name,
    kind,
    resource: null,
    spec: null,
    servers: namedInstances(name, textsAt(entry, "servers")),
    urls: textsAt(entry, "urls"),
    zookeeperPath,
    electionPaths: electionsOf(kind, zookeeperPath, textsAt(entry, "electionPaths")),
    ...credentialIn(entry),
  };
}

function kindAt(entry: JsonObject): FrameworkKind | undefined {
  const kind = entry["kind"];
  return kind === "marathon" || kind === "batch" || kind === "other" ? kind : undefined;
}

/** Marathon's own is always among them: were it copied, Marathon would find itself there twice and exit. */
function electionsOf(
  kind: FrameworkKind,
  path: string | null,
  written: readonly string[],
): readonly string[] {
  const own = kind === "marathon" && path !== null ? [`${path}/${MARATHON_ELECTION}`] : [];
  return [...new Set([...own, ...written])];
}
