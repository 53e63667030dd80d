/**
 * Runs units as processes of this machine, each under its own supervisor. The truth is the files below the work directory
 * and /proc, never memory: any later ferry finds what an earlier one started. Leaves everything outside alone.
 */
import { lstat, readdir, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isObject, type JsonObject } from "../../src/value/json.js";
import type { HostRuntime, SeedFile, UnitDirectories, UnitFile, UnitSpec, UnitStatus } from "../runtime.js";
import { privateDirectory, readIfThere, removeOthers, writeIfDifferent } from "./files.js";
import { probeMachine } from "./java.js";
import { launch } from "./launch.js";
import { inside, isUnitName, refuseLinksOut, type UnitLayout, unitLayout, unitsDirectory } from "./layout.js";
import { asMistake, mistake, type Place, systemCode, throwIfAborted } from "./mistakes.js";
import {
  needsNewProcess,
  parseRecord,
  printRecord,
  recordedFiles,
  type UnitRecord,
  unitRecord,
} from "./record.js";
import { exitText, readRun } from "./run-files.js";
import { seedFiles } from "./seeding.js";
import { stopProcesses } from "./stopping.js";
import { tail } from "./tail.js";

/** Grace of a unit whose record is lost. */
const DEFAULT_GRACE_MS = 10_000;

export interface ProcessHost {
  /** The Host's address, for messages. */
  readonly address: string;
  readonly projectRoot: string;
  /** As in the spec, relative to the project. */
  readonly workDir: string;
  readonly java: string;
}

/** What `hostSpec` says of a process host. */
export function processHost(address: string, hostSpec: JsonObject, projectRoot: string): ProcessHost {
  const runtime = isObject(hostSpec["runtime"]) ? hostSpec["runtime"]["process"] : undefined;
  if (!isObject(runtime) || typeof runtime["workDir"] !== "string" || runtime["workDir"] === "") {
    throw mistake("bad-host", { host: address }, "spec.runtime.process.workDir is not known", {
      detail: "Nothing was touched.",
      remedy: "Set it to a directory of the project, such as .ferry/hosts/h1.",
    });
  }
  const { workDir, java } = runtime;
  return { address, projectRoot, workDir, java: typeof java === "string" ? java : "java" };
}

export class ProcessRuntime implements HostRuntime {
  readonly kind = "process";
  readonly location: string;
  private readonly workDir: string;

  constructor(private readonly host: ProcessHost) {
    this.workDir = resolve(host.projectRoot, host.workDir);
    this.location = `process in ${host.workDir}`;
  }

  async probe(signal: AbortSignal): Promise<JsonObject> {
    const { java } = this.host;
    // A path is relative to the project, a name is looked up in PATH.
    const program = java.includes("/") ? resolve(this.host.projectRoot, java) : java;
    return probeMachine({ host: this.host.address, path: this.host.workDir }, program, signal);
  }

  directories(unit: string): UnitDirectories {
    return this.layout(unit).directories;
  }

  async list(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly UnitStatus[]> {
    const found: UnitStatus[] = [];
    for (const name of await this.unitNames()) {
      const status = await this.inspect(name, signal);
      const wanted = Object.entries(labels).every(([key, value]) => status?.labels[key] === value);
      if (status !== null && wanted) found.push(status);
    }
    return found;
  }

  async inspect(unit: string, signal: AbortSignal): Promise<UnitStatus | null> {
    const layout = this.layout(unit);
    throwIfAborted(signal, this.place(unit), "looking at the unit");
    const record = await this.record(unit, layout);
    return record === null ? null : statusOf(record, layout);
  }

  async ensure(spec: UnitSpec, signal: AbortSignal): Promise<UnitStatus> {
    const layout = this.layout(spec.name);
    return this.trying(spec.name, layout.root, "writing the unit", async () => {
      this.refuseEmptyCommand(spec);
      for (const file of spec.files) inside(this.place(spec.name), layout.directories.config, file.path);
      const before = await this.record(spec.name, layout);
      if (before !== null && needsNewProcess(before.spec, spec)) await this.stop(spec.name, signal);
      refuseLinksOut(this.place(spec.name), layout.root, layout.directories.config);
      const { config, data, logs } = layout.directories;
      await privateDirectory(dirname(layout.root));
      for (const path of [layout.root, config, data, logs, layout.run]) await privateDirectory(path);
      await removeOthers(config, new Set(spec.files.map((file) => file.path)));
      await this.putFiles(spec.name, layout, spec.files, signal);
      const record = unitRecord(spec);
      await writeIfDifferent(`${layout.run}/restart`, Buffer.from(`${spec.restart}\n`), 0o600);
      await writeIfDifferent(layout.record, Buffer.from(printRecord(record)), 0o600);
      return statusOf(record, layout);
    });
  }

  async writeFiles(unit: string, files: readonly UnitFile[], signal: AbortSignal): Promise<void> {
    const layout = this.layout(unit);
    await this.trying(unit, layout.directories.config, "writing configuration files", async () => {
      const record = await this.needed(unit, layout);
      await this.putFiles(unit, layout, files, signal);
      const written = new Map(recordedFiles(files).map((file) => [file.path, file]));
      const others = record.files.filter((file) => !written.has(file.path));
      const all = [...others, ...written.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
      await writeIfDifferent(layout.record, Buffer.from(printRecord({ ...record, files: all })), 0o600);
    });
  }

  async seed(unit: string, files: readonly SeedFile[], signal: AbortSignal): Promise<void> {
    const layout = this.layout(unit);
    const { data } = layout.directories;
    await this.trying(unit, data, "putting files into the data directory", async () => {
      await this.needed(unit, layout);
      await seedFiles(this.place(unit, data), layout, files, signal);
    });
  }

  async readFile(
    unit: string,
    directory: keyof UnitDirectories,
    path: string,
    signal: AbortSignal,
  ): Promise<Buffer | null> {
    const layout = this.layout(unit);
    const place = this.place(unit, layout.directories[directory]);
    return this.trying(unit, layout.directories[directory], `reading ${path}`, async () => {
      throwIfAborted(signal, place, `reading ${path}`);
      const file = inside(place, layout.directories[directory], path);
      refuseLinksOut(place, layout.root, file);
      return readIfThere(file);
    });
  }

  async start(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    const layout = this.layout(unit);
    return this.trying(unit, layout.root, "starting the server", async () => {
      const record = await this.needed(unit, layout);
      await launch(this.place(unit, layout.root), layout, record.spec, signal);
      return statusOf(record, layout);
    });
  }

  async stop(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    const layout = this.layout(unit);
    return this.trying(unit, layout.root, "stopping the server", async () => {
      const record = await this.needed(unit, layout);
      await stopProcesses(this.place(unit), layout.run, record.spec.stopGraceMs, signal);
      return statusOf(record, layout);
    });
  }

  async remove(unit: string, options: { readonly purgeData: boolean }, signal: AbortSignal): Promise<void> {
    const layout = this.layout(unit);
    await this.trying(unit, layout.root, "removing the unit", async () => {
      if (!(await this.isOwnDirectory(unit, layout))) return;
      const record = await this.record(unit, layout);
      await stopProcesses(this.place(unit), layout.run, record?.spec.stopGraceMs ?? DEFAULT_GRACE_MS, signal);
      const { config, data, logs } = layout.directories;
      const gone = options.purgeData ? [config, logs, layout.run, data] : [config, logs, layout.run];
      for (const path of gone) await rm(path, { recursive: true, force: true });
      // Last, so that a unit removed by half is still found and removed again.
      await rm(layout.record, { force: true });
      if (options.purgeData) await rm(layout.root, { recursive: true, force: true });
    });
  }

  async logs(unit: string, lines: number, signal: AbortSignal): Promise<string> {
    const layout = this.layout(unit);
    return this.trying(unit, layout.serverLog, "reading the log", async () => {
      throwIfAborted(signal, this.place(unit), "reading the log");
      await this.needed(unit, layout);
      refuseLinksOut(this.place(unit), layout.root, layout.serverLog);
      return tail(layout.serverLog, lines);
    });
  }

  async close(): Promise<void> {
    // Nothing is held open; servers outlive ferry by design.
  }

  private layout(unit: string): UnitLayout {
    return unitLayout(this.host.address, this.workDir, unit);
  }

  private place(unit: string, path?: string): Place {
    return { host: this.host.address, unit, ...(path === undefined ? {} : { path }) };
  }

  private async trying<T>(unit: string, path: string, tried: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asMistake(error, this.place(unit, path), tried);
    }
  }

  private async unitNames(): Promise<string[]> {
    const units = unitsDirectory(this.workDir);
    try {
      const entries = await readdir(units, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && isUnitName(entry.name))
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw asMistake(error, { host: this.host.address, path: units }, "listing the units");
    }
  }

  private async record(unit: string, layout: UnitLayout): Promise<UnitRecord | null> {
    const place = this.place(unit, layout.record);
    const text = await readIfThere(layout.record).catch((error: unknown) => {
      throw asMistake(error, place, "reading the unit's record");
    });
    if (text === null) return null;
    const record = parseRecord(text.toString("utf8"));
    if (record !== null && record.spec.name === unit) return record;
    throw mistake("unit-record-damaged", place, "the unit's record cannot be read", {
      detail: "Somebody edited it, or a newer ferry wrote it. The unit was left as it is.",
      remedy: "Use the newer ferry, or put the file back from a copy.",
    });
  }

  private async needed(unit: string, layout: UnitLayout): Promise<UnitRecord> {
    const record = await this.record(unit, layout);
    if (record !== null) return record;
    throw mistake("unit-missing", this.place(unit, layout.root), "there is no such unit", {
      detail: "Nothing was touched.",
      remedy: "Run ferry plan to see what is missing, and ferry apply to make it.",
    });
  }

  private async putFiles(
    unit: string,
    layout: UnitLayout,
    files: readonly UnitFile[],
    signal: AbortSignal,
  ): Promise<void> {
    const { config } = layout.directories;
    const place = this.place(unit, config);
    const targets = files.map((file) => ({ file, target: inside(place, config, file.path) }));
    for (const { file, target } of targets) {
      throwIfAborted(signal, place, "writing configuration files");
      refuseLinksOut(place, layout.root, target);
      if (dirname(target) !== config) await privateDirectory(dirname(target));
      await writeIfDifferent(target, file.content, file.mode & 0o777);
    }
  }

  private refuseEmptyCommand(spec: UnitSpec): void {
    if (spec.command.length > 0 && spec.command[0] !== "") return;
    throw mistake("unit-without-command", this.place(spec.name), "there is no command to run", {
      detail: "Nothing was touched.",
    });
  }

  private async isOwnDirectory(unit: string, layout: UnitLayout): Promise<boolean> {
    try {
      const found = await lstat(layout.root);
      if (found.isDirectory()) return true;
    } catch (error) {
      if (systemCode(error) === "ENOENT") return false;
      throw error;
    }
    throw mistake(
      "path-outside-unit",
      this.place(unit, layout.root),
      "the unit's directory is a link or a file",
      {
        detail: "ferry deletes only directories it made. Nothing was touched.",
        remedy: "Remove it by hand, then run the command again.",
      },
    );
  }
}

function statusOf(record: UnitRecord, layout: UnitLayout): UnitStatus {
  const run = readRun(layout.run);
  const running = run.server?.alive === true;
  const { name, labels, command, environment, image, limits, restart } = record.spec;
  return {
    name,
    labels,
    running,
    pid: running ? (run.server?.pid ?? null) : null,
    startedAt: running ? (run.server?.startedAt ?? null) : null,
    exit: running ? null : exitText(run),
    command,
    environment,
    image: image ?? null,
    limits,
    restart,
  };
}

/** The runtime of a process host. Touches nothing until it is used. */
export async function openProcessRuntime(
  address: string,
  hostSpec: JsonObject,
  context: { readonly projectRoot: string },
): Promise<HostRuntime> {
  return new ProcessRuntime(processHost(address, hostSpec, context.projectRoot));
}
