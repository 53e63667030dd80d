/**
 * What a unit is as a container: its name, labels, volumes and settings. Pure. Files are not part of it; they are put
 * into the configuration volume.
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { ContainerCreateOptions, ContainerInspectInfo } from "dockerode";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { UnitDirectories, UnitLimits, UnitSpec, UnitStatus } from "../runtime.js";
import { exitText } from "./exit.js";

export const UNIT_LABEL = "ferry.unit";
export const HOST_LABEL = "ferry.host";
export const LINEAGE_LABEL = "ferry.lineage";
const RECORD_LABEL = "ferry.record";
const FINGERPRINT_LABEL = "ferry.container";

const UNIT_NAME = /^[a-z0-9][a-z0-9-]{0,127}$/;

/**
 * As the server sees them: one below each volume, because an engine never changes the owner of a volume's own root when
 * it unpacks an archive there.
 */
export const DIRECTORIES: UnitDirectories = {
  config: "/ferry/config/unit",
  data: "/ferry/data/unit",
  logs: "/ferry/logs/unit",
};
export const DIRECTORY_NAMES = ["config", "data", "logs"] as const;

/** Where the configuration volume itself is; beside the unit's directory it holds what only ferry needs. */
export const CONFIG_VOLUME = posix.dirname(DIRECTORIES.config);

export function isUnitName(name: string): boolean {
  return UNIT_NAME.test(name);
}

export function containerName(unit: string): string {
  return `ferry-${unit}`;
}

export function volumeName(unit: string, directory: keyof UnitDirectories): string {
  return `ferry-${unit}-${directory}`;
}

/** What of the spec cannot be read back from a container, because the image's settings are mixed in. */
interface Recorded {
  readonly labels: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

type HostConfig = NonNullable<ContainerCreateOptions["HostConfig"]>;

/** Who makes the unit. `lineage`: the state's, null when the caller did not say. */
export interface UnitOwner {
  readonly host: string;
  readonly lineage: string | null;
}

/**
 * The engine's settings for a unit. `seccomp`: content of the profile, when spec.docker names one that is a file. Equal
 * results mean that a container need not be made anew.
 */
export function createOptions(
  spec: UnitSpec,
  owner: UnitOwner,
  seccomp: string | null,
): ContainerCreateOptions {
  const [program = "", ...words] = spec.command;
  const options: ContainerCreateOptions = {
    Image: spec.image ?? "",
    Entrypoint: [program],
    Cmd: words,
    Env: Object.entries(spec.environment)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
    StopTimeout: Math.max(1, Math.ceil(spec.stopGraceMs / 1000)),
    ...(spec.user === undefined ? {} : { User: spec.user }),
    ...(isBridged(spec)
      ? { ExposedPorts: Object.fromEntries(spec.ports.map(({ port }) => [`${port}/tcp`, {}])) }
      : {}),
    HostConfig: hostConfig(spec, seccomp),
  };
  return { ...options, name: containerName(spec.name), Labels: labels(spec, owner, options) };
}

function isBridged(spec: UnitSpec): boolean {
  return spec.docker?.["network"] === "bridge";
}

/** The marks by which a unit's container and volumes are known. What the spec says of the lineage counts more. */
export function ownerLabels(spec: UnitSpec, owner: UnitOwner): Record<string, string> {
  const lineage = spec.labels[LINEAGE_LABEL] ?? owner.lineage;
  return {
    [UNIT_LABEL]: spec.name,
    [HOST_LABEL]: owner.host,
    ...(lineage === null ? {} : { [LINEAGE_LABEL]: lineage }),
  };
}

function labels(spec: UnitSpec, owner: UnitOwner, options: ContainerCreateOptions): Record<string, string> {
  const { command, environment } = spec;
  const recorded: Recorded = { labels: spec.labels, command, environment };
  const all: Record<string, string> = {
    ...spec.labels,
    ...ownerLabels(spec, owner),
    [RECORD_LABEL]: JSON.stringify(recorded),
  };
  // The lineage is left out: a container that was imported into another state is the same container.
  const { [LINEAGE_LABEL]: _, ...counting } = all;
  const fingerprint = createHash("sha256")
    .update(canonicalJson({ options, all: counting } as unknown as Json))
    .digest("hex");
  return { ...all, [FINGERPRINT_LABEL]: fingerprint };
}

/** Dropped unless the spec says otherwise: a server that listens above port 1024 needs none. */
const DEFAULT_CAP_DROP: Json = ["ALL"];

function hostConfig(spec: UnitSpec, seccomp: string | null): HostConfig {
  const { limits } = spec;
  const docker = spec.docker ?? {};
  const privileged = docker["privileged"] === true;
  const capDrop = privileged ? [] : texts(docker["capDrop"] ?? DEFAULT_CAP_DROP);
  return {
    NetworkMode: isBridged(spec) ? "bridge" : "host",
    ...(isBridged(spec) ? { PortBindings: bindings(spec) } : {}),
    // unless-stopped: what ferry has stopped stays so when the engine is started again.
    RestartPolicy: { Name: spec.restart === "always" ? "unless-stopped" : spec.restart },
    LogConfig: { Type: "json-file", Config: { "max-size": "50m", "max-file": "2" } },
    Mounts: [...volumes(spec), ...binds(docker["mounts"])],
    // Swap is part of the memory limit: a JVM that is swapped out misses its deadlines, one that is killed is seen.
    ...(limits.memoryBytes === undefined
      ? {}
      : { Memory: limits.memoryBytes, MemorySwap: limits.memoryBytes }),
    ...(limits.cpus === undefined ? {} : { NanoCpus: Math.round(limits.cpus * 1e9) }),
    ...(limits.cpuShares === undefined ? {} : { CpuShares: limits.cpuShares }),
    ...(limits.cpuset === undefined ? {} : { CpusetCpus: limits.cpuset }),
    ...(capDrop.length > 0 ? { CapDrop: capDrop } : {}),
    Privileged: privileged,
    ReadonlyRootfs: docker["readOnlyRoot"] === true,
    // A JVM keeps its performance file in /tmp.
    ...(docker["readOnlyRoot"] === true ? { Tmpfs: { "/tmp": "rw,mode=1777" } } : {}),
    SecurityOpt: [...(privileged ? [] : ["no-new-privileges"]), ...securityOptions(docker, seccomp)],
  };
}

function bindings(spec: UnitSpec): Record<string, { HostPort: string }[]> {
  return Object.fromEntries(spec.ports.map(({ port }) => [`${port}/tcp`, [{ HostPort: String(port) }]]));
}

function securityOptions(docker: JsonObject, seccomp: string | null): string[] {
  const { apparmor } = docker;
  const profile = docker["seccomp"] === "unconfined" ? "unconfined" : seccomp;
  return [
    ...(profile === null ? [] : [`seccomp=${profile}`]),
    ...(typeof apparmor === "string" ? [`apparmor=${apparmor}`] : []),
  ];
}

type Mounts = NonNullable<HostConfig["Mounts"]>;

function volumes(spec: UnitSpec): Mounts {
  return DIRECTORY_NAMES.map((name) => ({
    Type: "volume",
    Source: volumeName(spec.name, name),
    Target: posix.dirname(DIRECTORIES[name]),
  }));
}

function binds(mounts: Json | undefined): Mounts {
  if (!Array.isArray(mounts)) return [];
  return mounts.filter(isObject).map(({ source, target, readOnly }) => ({
    Type: "bind",
    Source: String(source),
    Target: String(target),
    ReadOnly: readOnly !== false,
  }));
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item: Json) => typeof item === "string") : [];
}

/** The limits a container has now, whoever set them last. */
function limitsOf(config: HostConfig): UnitLimits {
  const { Memory: memory = 0, NanoCpus: nano = 0, CpuQuota: quota = 0, CpuPeriod: period = 0 } = config;
  const { CpuShares: shares = 0, CpusetCpus: cpuset = "" } = config;
  // `docker update --cpu-quota` says the same as --cpus in other words; without a period the kernel's holds.
  const cpus = nano > 0 ? nano / 1e9 : quota > 0 ? quota / (period > 0 ? period : 100_000) : 0;
  return {
    ...(memory > 0 ? { memoryBytes: memory } : {}),
    ...(shares > 0 ? { cpuShares: shares } : {}),
    ...(cpus > 0 ? { cpus } : {}),
    ...(cpuset !== "" ? { cpuset } : {}),
  };
}

function restartOf({ RestartPolicy: policy }: HostConfig): UnitSpec["restart"] {
  const name = policy?.Name ?? "";
  if (name === "on-failure") return name;
  return name === "always" || name === "unless-stopped" ? "always" : "no";
}

/** Milliseconds the engine waits between the polite signal and the hard one. */
export function graceMs(container: ContainerInspectInfo): number {
  const { StopTimeout: seconds = 10 } = container.Config as { readonly StopTimeout?: number };
  return seconds * 1000;
}

/** Whether that container is what `options` would make, and nobody has changed its limits or restarts since. */
export function isSame(container: ContainerInspectInfo, options: ContainerCreateOptions): boolean {
  if (container.Config.Labels[FINGERPRINT_LABEL] !== options.Labels?.[FINGERPRINT_LABEL]) return false;
  const adjustable = (config: HostConfig): string =>
    canonicalJson({ limits: { ...limitsOf(config) }, restart: restartOf(config) });
  return adjustable(container.HostConfig) === adjustable(options.HostConfig ?? {});
}

/** Null when the container was not made by ferry, or its labels are damaged. */
export function unitStatus(container: ContainerInspectInfo): UnitStatus | null {
  const { State: state, Config: config, HostConfig: host } = container;
  const name = config.Labels[UNIT_LABEL];
  const recorded = parseRecorded(config.Labels[RECORD_LABEL] ?? "");
  if (name === undefined || recorded === null) return null;
  const lineage = config.Labels[LINEAGE_LABEL];
  // An engine calls a container that waits for its next start "running" and "restarting" at once.
  const running = state.Running && !state.Restarting;
  return {
    name,
    labels: { ...recorded.labels, ...(lineage === undefined ? {} : { [LINEAGE_LABEL]: lineage }) },
    command: recorded.command,
    environment: recorded.environment,
    running,
    pid: running && state.Pid > 0 ? state.Pid : null,
    startedAt: running ? state.StartedAt : null,
    exit: running ? null : exitText(state),
    image: config.Image,
    limits: limitsOf(host),
    restart: restartOf(host),
  };
}

function parseRecorded(text: string): Recorded | null {
  try {
    const value = JSON.parse(text) as unknown;
    if (!isObject(value) || !isObject(value["labels"]) || !Array.isArray(value["command"])) return null;
    return isObject(value["environment"]) ? (value as unknown as Recorded) : null;
  } catch {
    return null;
  }
}
