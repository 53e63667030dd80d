/**
 * Runs units as containers of one engine. The truth is the engine's, by labels: any later ferry finds what an earlier one
 * made. Leaves containers and volumes alone that do not carry them.
 */
import type Docker from "dockerode";
import { isObject, type JsonObject } from "../../src/value/json.js";
import type { SecretResolver } from "../provider.js";
import type { HostRuntime, SeedFile, UnitDirectories, UnitFile, UnitSpec, UnitStatus } from "../runtime.js";
import {
  createOptions,
  DIRECTORIES,
  DIRECTORY_NAMES,
  graceMs,
  HOST_LABEL,
  UNIT_LABEL,
  type UnitOwner,
  unitStatus,
} from "./container.js";
import { UnitContainers } from "./containers.js";
import { type Engine, endpointOf, openEngine } from "./endpoint.js";
import { fetchArchive, ownerOf, putFiles } from "./files.js";
import { needImage } from "./images.js";
import { joinFrames } from "./logs.js";
import { UnitMaker } from "./making.js";
import { type Attempt, asMistake, type Place, unless } from "./mistakes.js";
import { markImport } from "./ownership.js";
import { refuseBadName, refuseBadPath, refuseBadSpec } from "./refusals.js";
import { seccompProfile } from "./seccomp.js";
import { measureSeeds, putSeeds } from "./seeding.js";
import { UnitVolumes } from "./volumes.js";

/** Milliseconds an engine may take for one answer. */
const ANSWER_MS = 60_000;
/** Milliseconds for pulling an image. */
const PULL_MS = 15 * 60_000;
/** Bytes a second that an engine takes at the very least. */
const SLOWEST_RATE = 1024 * 1024;
/** Milliseconds beyond a server's grace for the engine to end it. */
const STOP_EXTRA_MS = 30_000;

const PULL_REMEDY =
  "Correct the image's name, set spec.runtime.docker.registry of the host if the registry wants credentials, or put the image onto the engine by hand (docker load).";

/** What it needs of the rest of ferry; see RuntimeContext in providers/open-runtime.ts. */
export interface DockerContext {
  readonly projectRoot: string;
  readonly secrets: SecretResolver;
  readonly lineage?: string;
  readonly report?: (message: string) => void;
}

export class DockerRuntime implements HostRuntime {
  readonly kind = "docker";
  readonly location: string;
  private readonly owner: UnitOwner;
  private readonly containers: UnitContainers;
  private readonly volumes: UnitVolumes;
  private readonly maker: UnitMaker;

  constructor(
    private readonly host: Place,
    private readonly engine: Engine,
    private readonly context: DockerContext,
  ) {
    const { docker } = engine;
    this.location = `docker ${host.endpoint}`;
    this.owner = { host: host.host, lineage: context.lineage || null };
    this.containers = new UnitContainers(docker, host);
    this.volumes = new UnitVolumes(docker);
    this.maker = new UnitMaker(docker, this.containers, this.volumes, this.owner);
  }

  async probe(signal: AbortSignal): Promise<JsonObject> {
    return this.trying({ tried: "asking the engine for its version" }, signal, async (abortSignal) => {
      const [version, info] = await askEngine(this.engine.docker, abortSignal);
      return {
        engine: {
          version: version.Version,
          apiVersion: version.ApiVersion,
          os: version.Os,
          arch: version.Arch,
        },
        memoryBytes: info.MemTotal,
        cores: info.NCPU,
      };
    });
  }

  directories(unit: string): UnitDirectories {
    refuseBadName(this.containers.place(unit));
    return DIRECTORIES;
  }

  async list(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly UnitStatus[]> {
    const { docker } = this.engine;
    const filters = { label: [UNIT_LABEL, `${HOST_LABEL}=${this.host.host}`] };
    return this.trying({ tried: "listing the units" }, signal, async (abortSignal) => {
      const listed = await docker.listContainers({ all: true, filters, abortSignal });
      const infos = await Promise.all(
        listed.map(({ Id }) => this.containers.lookUp(docker.getContainer(Id), abortSignal)),
      );
      return infos
        .flatMap((info) => (info === null ? [] : (unitStatus(info) ?? [])))
        .filter((found) => Object.entries(labels).every(([key, value]) => found.labels[key] === value))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async inspect(unit: string, signal: AbortSignal): Promise<UnitStatus | null> {
    return this.tryingUnit(unit, { tried: "looking at the unit" }, signal, async (abortSignal) => {
      const found = await this.containers.here(unit, abortSignal);
      return found === null ? null : unitStatus(found.info);
    });
  }

  async ensure(spec: UnitSpec, signal: AbortSignal): Promise<UnitStatus> {
    const { name, image = "" } = spec;
    const place = this.containers.place(name);
    refuseBadSpec(place, spec);
    const options = createOptions(
      spec,
      this.owner,
      await seccompProfile(place, spec, this.context.projectRoot),
    );
    const report = this.context.report ?? (() => undefined);
    const pulling = { tried: `pulling ${image}`, remedy: PULL_REMEDY };
    const pull = (abort: AbortSignal) => needImage(this.engine, image, report, abort);
    await this.tryingUnit(name, pulling, signal, pull, PULL_MS);
    const make = (abort: AbortSignal) => this.maker.make(spec, options, abort);
    const limit = spec.stopGraceMs + STOP_EXTRA_MS + ANSWER_MS;
    return this.tryingUnit(name, { tried: "making the container" }, signal, make, limit);
  }

  async writeFiles(unit: string, files: readonly UnitFile[], signal: AbortSignal): Promise<void> {
    for (const file of files) refuseBadPath(this.containers.place(unit), file.path);
    await this.tryingUnit(unit, { tried: "writing configuration files" }, signal, async (abortSignal) => {
      const { container, info } = await this.containers.needed(unit, abortSignal);
      await putFiles(container, files, await ownerOf(container, info, abortSignal), abortSignal);
      // Providers write into another state's unit only to import it.
      await markImport(container, info, unit, this.owner, abortSignal);
    });
  }

  async seed(unit: string, files: readonly SeedFile[], signal: AbortSignal): Promise<void> {
    const place = this.containers.place(unit);
    for (const file of files) refuseBadPath(place, file.path);
    const seeds = await measureSeeds(place, files);
    const bytes = seeds.reduce((sum, seed) => sum + seed.size, 0);
    const attempt = { tried: "putting files into the data directory" };
    const work = async (abort: AbortSignal): Promise<void> => {
      const found = await this.containers.needed(unit, abort);
      await this.containers.refuseOthers(unit, found, this.owner, abort);
      await putSeeds(place, found, seeds, abort);
    };
    await this.tryingUnit(unit, attempt, signal, work, ANSWER_MS + (1000 * bytes) / SLOWEST_RATE);
  }

  async readFile(
    unit: string,
    directory: keyof UnitDirectories,
    path: string,
    signal: AbortSignal,
  ): Promise<Buffer | null> {
    refuseBadPath(this.containers.place(unit), path);
    return this.tryingUnit(unit, { tried: `reading ${path}` }, signal, async (abortSignal) => {
      const { container } = await this.containers.needed(unit, abortSignal);
      const found = await fetchArchive(container, `${DIRECTORIES[directory]}/${path}`, abortSignal);
      const entry = found?.[0];
      return entry?.kind === "file" ? entry.content : null;
    });
  }

  async start(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    return this.tryingUnit(unit, { tried: "starting the server" }, signal, async (abortSignal) => {
      const { container } = await this.containers.needed(unit, abortSignal);
      // An engine says 304 when it runs already.
      await container.start({ abortSignal }).catch(unless(304));
      return this.containers.status(unit, abortSignal);
    });
  }

  async stop(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    const attempt = { tried: "stopping the server" };
    const find = (abort: AbortSignal) => this.containers.needed(unit, abort);
    const { container, info } = await this.tryingUnit(unit, attempt, signal, find);
    const work = async (abortSignal: AbortSignal): Promise<UnitStatus> => {
      // Without a time the engine takes the container's own, which is the unit's grace.
      await container.stop({ abortSignal }).catch(unless(304));
      return this.containers.status(unit, abortSignal);
    };
    return this.tryingUnit(unit, attempt, signal, work, graceMs(info) + STOP_EXTRA_MS + ANSWER_MS);
  }

  async remove(unit: string, options: { readonly purgeData: boolean }, signal: AbortSignal): Promise<void> {
    const attempt = { tried: "removing the unit" };
    const gone = options.purgeData ? DIRECTORY_NAMES : DIRECTORY_NAMES.filter((name) => name !== "data");
    const place = this.containers.place(unit);
    const find = (abort: AbortSignal) => this.containers.here(unit, abort);
    const found = await this.tryingUnit(unit, attempt, signal, find);
    const work = async (abort: AbortSignal): Promise<void> => {
      if (found !== null) {
        await this.containers.refuseOthers(unit, found, this.owner, abort);
        await this.containers.discard(found.container, abort);
        for (const name of gone) await this.volumes.remove(place, name, abort);
      } else if ((await this.containers.lookUp(this.containers.handle(unit), abort)) === null) {
        for (const name of gone) await this.volumes.removeLeft(place, name, abort);
      }
    };
    const limit = (found === null ? 0 : graceMs(found.info)) + STOP_EXTRA_MS + ANSWER_MS;
    await this.tryingUnit(unit, attempt, signal, work, limit);
  }

  async logs(unit: string, lines: number, signal: AbortSignal): Promise<string> {
    if (lines <= 0) return "";
    return this.tryingUnit(unit, { tried: "reading the log" }, signal, async (abortSignal) => {
      const { container } = await this.containers.needed(unit, abortSignal);
      return joinFrames(
        await container.logs({ stdout: true, stderr: true, follow: false, tail: lines, abortSignal }),
      );
    });
  }

  async close(): Promise<void> {
    this.engine.close();
  }

  private tryingUnit<T>(
    unit: string,
    attempt: Attempt,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    limitMs = ANSWER_MS,
  ): Promise<T> {
    return this.trying(attempt, signal, work, limitMs, this.containers.place(unit));
  }

  private async trying<T>(
    attempt: Attempt,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    limitMs = ANSWER_MS,
    place: Place = this.host,
  ): Promise<T> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error("no answer in time")), limitMs);
    try {
      signal.throwIfAborted();
      return await work(AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      throw asMistake(error, place, attempt, signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The published types know neither call's options. */
interface Questions {
  version(options: { readonly abortSignal: AbortSignal }): Promise<Docker.DockerVersion>;
  info(options: {
    readonly abortSignal: AbortSignal;
  }): Promise<{ readonly MemTotal: number; readonly NCPU: number }>;
}

function askEngine(docker: Docker, abortSignal: AbortSignal) {
  const engine = docker as unknown as Questions;
  return Promise.all([engine.version({ abortSignal }), engine.info({ abortSignal })]);
}

/** The runtime of a docker host. Connects only when it is used. */
export async function openDockerRuntime(
  address: string,
  hostSpec: JsonObject,
  context: DockerContext,
): Promise<HostRuntime> {
  const runtime = isObject(hostSpec["runtime"]) ? hostSpec["runtime"]["docker"] : undefined;
  const settings = isObject(runtime) ? runtime : {};
  const place: Place = { host: address, endpoint: endpointOf(settings) };
  return new DockerRuntime(place, await openEngine(place, settings, context.secrets), context);
}
