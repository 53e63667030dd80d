/**
 * One server as a unit of a host's runtime: its name, its marks, its record. Pure. Names and marks are what finds the server
 * again after any crash, so they depend on the address alone.
 */
import { createHash } from "node:crypto";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { UnitFile, UnitLimits, UnitSpec, UnitStatus } from "../runtime.js";
import type { DeployedKind, DeployedRecord, ServerBuild } from "./kind.js";

export const ADDRESS_LABEL = "ferry.address";
export const SERVER_LABEL = "ferry.server";
export const RECORD_FILE = "ferry.json";

/** Unique on a host for every resource of every module: the readable part, and a hash where it is not the address. */
export function unitName(prefix: string, address: string, id: string): string {
  const name = address.slice(address.lastIndexOf("/") + 1);
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  const isRoot = new RegExp(`^[A-Z][A-Za-z]*/${plain}$`).test(address);
  return `${prefix}-${isRoot ? plain : `${plain}-${sha256(address).slice(0, 8)}`}-${id}`;
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `400m` → bytes; undefined when it is no size. */
export function bytes(size: unknown): number | undefined {
  const match = typeof size === "string" ? /^(\d+)\s*([kmg]?)b?$/i.exec(size) : null;
  return match === null ? undefined : Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] ?? 1);
}

/** The limits that a spec's `container` sets. */
export function limitsOf({ memory, cpus, cpuShares, cpuset }: JsonObject): UnitLimits {
  const memoryBytes = bytes(memory);
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(typeof cpus === "number" ? { cpus } : {}),
    ...(typeof cpuShares === "number" ? { cpuShares } : {}),
    ...(typeof cpuset === "string" ? { cpuset } : {}),
  };
}

/** `container` with the limits and the restart policy as the host's runtime has them now, whoever set them. */
export function withRuntimeFacts(sections: JsonObject, unit: UnitStatus): JsonObject {
  const declared = isObject(sections["container"]) ? sections["container"] : undefined;
  const { memoryBytes, cpus, cpuShares, cpuset } = unit.limits;
  const memory = bytes(declared?.["memory"]) === memoryBytes ? declared?.["memory"] : sizeText(memoryBytes);
  const now: Readonly<Record<string, Json | undefined>> = { memory, cpus, cpuShares, cpuset };
  const changed = Object.entries(now).filter(([name, value]) => declared?.[name] !== value);
  const restart = sections["restart"] === undefined ? {} : { restart: unit.restart };
  if (changed.length === 0) return { ...sections, ...restart };
  const container = Object.fromEntries(changed.map(([name, value]) => [name, value ?? null]));
  return { ...sections, ...restart, container: { ...declared, ...container } };
}

function sizeText(size: number | undefined): string | undefined {
  if (size === undefined) return undefined;
  return size % 2 ** 20 === 0 ? `${size / 2 ** 20}m` : String(size);
}

/** Those fields of a normalised spec that decide how every server runs, present ones only. */
export function sharedSections(kind: DeployedKind, spec: JsonObject): JsonObject {
  return Object.fromEntries(
    kind.sections.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])),
  );
}

/** The servers of a spec, as it lists them. */
export function serversOf(kind: DeployedKind, spec: JsonObject): JsonObject[] {
  const list = spec[kind.list];
  return Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : [];
}

export interface UnitInput {
  readonly kind: DeployedKind;
  readonly address: string;
  readonly lineage: string;
  readonly spec: JsonObject;
  readonly server: JsonObject;
  readonly resolved: Readonly<Record<string, string>>;
  readonly build: ServerBuild;
  /** Docker hosts only. */
  readonly image?: string;
}

/** Everything the runtime needs to make the server. */
export function unitSpec(input: UnitInput): UnitSpec {
  const { kind, spec, build, server, address, image } = input;
  const container = isObject(spec["container"]) ? spec["container"] : {};
  const { memory: _m, cpus: _c, cpuShares: _s, cpuset: _t, user, ...docker } = container;
  const id = String(server["id"]);
  const unit: UnitSpec = {
    name: unitName(kind.prefix, address, id),
    labels: { [ADDRESS_LABEL]: address, [SERVER_LABEL]: id },
    files: build.files,
    ...(image === undefined ? {} : { image }),
    command: build.command,
    environment: build.environment,
    ports: build.listens.map(({ port, purpose }) => ({ port, purpose })),
    limits: limitsOf(container),
    restart: restartOf(spec),
    stopGraceMs: kind.stopGraceMs,
    ...(typeof user === "string" ? { user } : {}),
    docker,
  };
  return { ...unit, files: [...unit.files, recordFile(recordOf(input, unit))] };
}

function restartOf(spec: JsonObject): UnitSpec["restart"] {
  const { restart } = spec;
  return restart === "no" || restart === "on-failure" ? restart : "always";
}

function recordOf({ kind, lineage, server, spec, resolved }: UnitInput, unit: UnitSpec): DeployedRecord {
  return {
    lineage,
    server,
    sections: sharedSections(kind, spec),
    resolved,
    files: Object.fromEntries(unit.files.map(({ path, content }) => [path, sha256(content)])),
    fingerprint: fingerprintOf(unit),
  };
}

/** Of everything that only a restart brings about. The restart policy and the marks are not part of it. */
export function fingerprintOf(unit: UnitSpec): string {
  const { command, environment, image = null, limits, user = null, docker = {}, files } = unit;
  const contents = files
    .filter(({ path }) => path !== RECORD_FILE)
    .map(({ path, content, mode }): Json => [path, sha256(content), mode]);
  return sha256(
    canonicalJson([
      [...command],
      { ...environment },
      image,
      { ...limits } as JsonObject,
      user,
      docker,
      contents,
    ]),
  );
}

export function recordFile(record: DeployedRecord): UnitFile {
  return {
    path: RECORD_FILE,
    content: Buffer.from(`${JSON.stringify(record, null, 2)}\n`),
    mode: 0o600,
  };
}

/** Null when there is none, or somebody edited it: the server counts as deployed with an unknown configuration. */
export function parseRecord(content: Buffer | null): DeployedRecord | null {
  if (content === null) return null;
  try {
    const value: unknown = JSON.parse(content.toString("utf8"));
    const whole =
      isObject(value) &&
      ["server", "sections", "resolved", "files"].every((name) => isObject(value[name])) &&
      ["lineage", "fingerprint"].every((name) => typeof value[name] === "string");
    return whole ? (value as unknown as DeployedRecord) : null;
  } catch {
    return null;
  }
}
