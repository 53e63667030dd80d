/**
 * What a Host's spec means: defaults, canonical forms and what the schema cannot say. Pure.
 */
import { posix } from "node:path";
import { type Diagnostic, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

export const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";
const DEFAULT_JAVA = "java";

/** Where servers run, as far as it is known at plan. */
export type HostPlace =
  | { readonly kind: "process"; readonly workDir: string }
  | { readonly kind: "docker"; readonly endpoint: string };

/** Null while the runtime depends on something that only applying can tell. */
export function hostPlace(spec: JsonObject): HostPlace | null {
  const runtime = isObject(spec["runtime"]) ? spec["runtime"] : {};
  const { process: local, docker } = runtime;
  if (isObject(local)) {
    return typeof local["workDir"] === "string" ? { kind: "process", workDir: local["workDir"] } : null;
  }
  if (!isObject(docker)) return null;
  const endpoint = docker["endpoint"] ?? DEFAULT_ENDPOINT;
  return typeof endpoint === "string" ? { kind: "docker", endpoint } : null;
}

/** The place as people write it: the work directory, or the endpoint. */
export function placeId(place: HostPlace): string {
  return place.kind === "process" ? place.workDir : place.endpoint;
}

export function describePlace(place: HostPlace | null): string {
  if (place === null) return "a place not known yet";
  return place.kind === "process" ? `the work directory ${place.workDir}` : `the engine at ${place.endpoint}`;
}

/** Fills in defaults and gives a work directory its one form. */
export function normaliseHost(spec: JsonObject): JsonObject {
  const { runtime } = spec;
  if (!isObject(runtime)) return spec;
  const { process: local, docker } = runtime;
  const filled: Record<string, Json> = { ...runtime };
  if (isObject(local)) filled["process"] = normaliseProcess(local);
  if (isObject(docker)) filled["docker"] = { endpoint: DEFAULT_ENDPOINT, ...docker };
  return { ...spec, runtime: filled };
}

function normaliseProcess(local: JsonObject): JsonObject {
  const { workDir } = local;
  return {
    java: DEFAULT_JAVA,
    ...local,
    ...(typeof workDir === "string" ? { workDir: canonicalDirectory(workDir) } : {}),
  };
}

function canonicalDirectory(path: string): string {
  const plain = posix.normalize(path);
  return plain.length > 1 && plain.endsWith("/") ? plain.slice(0, -1) : plain;
}

/** A work directory is ferry's own: not the project, not what holds it. */
export function validateHost(
  spec: JsonObject,
): readonly { readonly path: string; readonly diagnostic: Diagnostic }[] {
  const place = hostPlace(spec);
  if (place?.kind !== "process") return [];
  const workDir = canonicalDirectory(place.workDir);
  if (workDir !== "/" && !/^(\.|\.\.(\/\.\.)*)$/.test(workDir)) return [];
  const diagnostic = errorDiagnostic("bad-work-dir", `${place.workDir} cannot be a host's work directory`, {
    detail:
      "It is the project's own directory or one that holds it; servers and their data lie in a directory of their own.",
    remedy: "Name a directory below the project, such as .ferry/hosts/h1.",
  });
  return [{ path: "runtime.process.workDir", diagnostic }];
}
