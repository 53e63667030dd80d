/**
 * How servers are run on a host: a docker engine or local processes behind one interface, so that a provider that
 * deploys servers (zookeeper, later mesos) does not know which. A *unit* is one server: its files, its data, its process
 * or container. All calls are safe to repeat.
 */
import type { JsonObject } from "../src/value/json.js";

export interface UnitFile {
  /** Relative to the unit's configuration directory; never absolute, never with "..". */
  readonly path: string;
  readonly content: Buffer;
  /** Permission bits, e.g. 0o600 for secrets. */
  readonly mode: number;
}

/** A file for a unit's data directory. It may be large: it is streamed, never held in memory. */
export interface SeedFile {
  /** Relative to the unit's data directory; never absolute, never with "..". */
  readonly path: string;
  /** Absolute path of a file on the machine ferry runs on, or the content. */
  readonly source: string | Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** Directories of a unit as the server sees them (inside the container for docker). */
export interface UnitDirectories {
  readonly config: string;
  readonly data: string;
  readonly logs: string;
}

export interface UnitLimits {
  readonly memoryBytes?: number;
  readonly cpuShares?: number;
  /** Cores, e.g. 1.5 */
  readonly cpus?: number;
  readonly cpuset?: string;
}

export interface UnitPorts {
  readonly port: number;
  readonly purpose: string;
}

export interface UnitSpec {
  /** Unique on the host, `[a-z0-9][a-z0-9-]*`. */
  readonly name: string;
  /** Owner marks: address, lineage, fingerprint of configuration. */
  readonly labels: Readonly<Record<string, string>>;
  /** Files of the configuration directory: exactly these. */
  readonly files: readonly UnitFile[];
  /** docker only. */
  readonly image?: string;
  /** argv; the program is looked up on the host (process) or in the image (docker). */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly UnitPorts[];
  readonly limits: UnitLimits;
  /** Whether the runtime starts it again when it dies by itself. */
  readonly restart: "no" | "on-failure" | "always";
  /** Milliseconds between the polite signal and the hard one. */
  readonly stopGraceMs: number;
  /** docker: uid:gid or name; process: ignored. */
  readonly user?: string;
  /** docker only: extra settings validated by the schema (network mode, seccomp, …). */
  readonly docker?: JsonObject;
}

export interface UnitStatus {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  /** Host pid when running and known. */
  readonly pid: number | null;
  /** RFC 3339 or null. */
  readonly startedAt: string | null;
  /** Exit code or signal of the last end, in words, when not running. */
  readonly exit: string | null;
  /** As given when it was created. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly image: string | null;
  readonly limits: UnitLimits;
  readonly restart: UnitSpec["restart"];
}

/** All methods reject with DiagnosticError naming the host, the endpoint and the unit. */
export interface HostRuntime {
  readonly kind: "process" | "docker";
  /** e.g. `process in .ferry/hosts/h1`, `docker unix:///var/run/docker.sock`. */
  readonly location: string;
  /** Answers what is there: engine version and limits, or the java found. */
  probe(signal: AbortSignal): Promise<JsonObject>;
  directories(unit: string): UnitDirectories;
  /** Units made by ferry on this host whose labels hold all of `labels`. */
  list(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly UnitStatus[]>;
  inspect(unit: string, signal: AbortSignal): Promise<UnitStatus | null>;
  /** Creates the unit or makes it equal to `spec` (files, command, limits). Never starts it; a running one is stopped first if it must be made anew. Data survives. */
  ensure(spec: UnitSpec, signal: AbortSignal): Promise<UnitStatus>;
  /** Replaces configuration files without touching the process. */
  writeFiles(unit: string, files: readonly UnitFile[], signal: AbortSignal): Promise<void>;
  /**
   * Puts files into the unit's data directory, in this order, whatever was there under their names; others stay. Refuses while the
   * server runs or may start again by itself. Whoever was cut off repeats it.
   */
  seed(unit: string, files: readonly SeedFile[], signal: AbortSignal): Promise<void>;
  readFile(
    unit: string,
    directory: keyof UnitDirectories,
    path: string,
    signal: AbortSignal,
  ): Promise<Buffer | null>;
  start(unit: string, signal: AbortSignal): Promise<UnitStatus>;
  /** Polite signal, then after the grace time a hard one. No error when it is not running. */
  stop(unit: string, signal: AbortSignal): Promise<UnitStatus>;
  /** Stops and removes it; data too when `purgeData`. No error when it is not there. */
  remove(unit: string, options: { readonly purgeData: boolean }, signal: AbortSignal): Promise<void>;
  /** Last lines of what it printed. */
  logs(unit: string, lines: number, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}
