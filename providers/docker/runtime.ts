/**
 * Runs units as containers of one engine. The truth is the engine's, by labels: any later ferry finds what an earlier one
 * made. Leaves containers and volumes alone that do not carry them.
 */

import type Docker from "dockerode";
import type { Container, ContainerCreateOptions, ContainerInspectInfo } from "dockerode";
import { isObject, type JsonObject } from "../../src/value/json.js";
import type { SecretResolver } from "../provider.js";
import type { HostRuntime, UnitDirectories, UnitFile, UnitSpec, UnitStatus } from "../runtime.js";
import {
  containerName,
  createOptions,
  DIRECTORIES,
  DIRECTORY_NAMES,
  HOST_LABEL,
  isSame,
  UNIT_LABEL,
  unitStatus,
} from "./container.js";
import { type Engine, endpointOf, openEngine } from "./endpoint.js";
import { claimDirectories, compareFiles, fetchArchive, ownerOf, putFiles } from "./files.js";
import { needImage } from "./images.js";
import { joinFrames } from "./logs.js";
import { asMistake, mistake, type Place, statusOf, type UnitPlace, unless } from "./mistakes.js";
import {
  ownStatus,
  refuseBadName,
  refuseBadPath,
  refuseBadSpec,
  refuseForeignContainer,
} from "./refusals.js";
import { seccompProfile } from "./seccomp.js";
import { UnitVolumes } from "./volumes.js";

/** Milliseconds an engine may take for one answer. */
const ANSWER_MS = 60_000;
/** Milliseconds for pulling an image. */
const PULL_MS = 15 * 60_000;
/** Milliseconds beyond a server's grace for the engine to end it. */
const STOP_EXTRA_MS = 30_000;

export class DockerRuntime implements HostRuntime {
  readonly kind = "docker";
  readonly location: string;
  private readonly volumes: UnitVolumes;

  constructor(
    private readonly host: Place,
    private readonly engine: Engine,
    private readonly projectRoot: string,
  ) {
    this.location = `docker ${host.endpoint}`;
    this.volumes = new UnitVolumes(engine.docker);
  }

  async probe(signal: AbortSignal): Promise<JsonObject> {
    return this.trying(undefined, "asking the engine for its version", signal, async (abortSignal) => {
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
    refuseBadName(this.place(unit));
    return DIRECTORIES;
  }

  async list(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly UnitStatus[]> {
    const wanted = { ...labels, [HOST_LABEL]: this.host.host };
    const filters = {
      label: [UNIT_LABEL, ...Object.entries(wanted).map(([key, value]) => `${key}=${value}`)],
    };
    return this.trying(undefined, "listing the units", signal, async (abortSignal) => {
      const found = await this.engine.docker.listContainers({ all: true, filters, abortSignal });
      const infos = await Promise.all(
        found.map(({ Id }) => this.lookUp(this.engine.docker.getContainer(Id), abortSignal)),
      );
      return infos
        .flatMap((info) => (info === null ? [] : (unitStatus(info) ?? [])))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async inspect(unit: string, signal: AbortSignal): Promise<UnitStatus | null> {
    return this.trying(unit, "looking at the unit", signal, async (abortSignal) => {
      const info = await this.lookUp(this.container(unit), abortSignal);
      return info === null ? null : ownStatus(this.place(unit), info);
    });
  }

  async ensure(spec: UnitSpec, signal: AbortSignal): Promise<UnitStatus> {
    const { name } = spec;
    refuseBadSpec(this.place(spec.name), spec);
    const seccomp = await seccompProfile(this.place(name), spec, this.projectRoot);
    const options = createOptions(spec, this.host.host, seccomp);
    await this.trying(
      name,
      `pulling ${spec.image}`,
      signal,
      (abort) => needImage(this.engine, spec.image ?? "", abort),
      PULL_MS,
    );
    const tried = "making the container";
    const limit = spec.stopGraceMs + STOP_EXTRA_MS + ANSWER_MS;
    return this.trying(name, tried, signal, (abort) => this.make(spec, options, abort), limit);
  }

  async writeFiles(unit: string, files: readonly UnitFile[], signal: AbortSignal): Promise<void> {
    for (const file of files) refuseBadPath(this.place(unit), file.path);
    await this.trying(unit, "writing configuration files", signal, async (abortSignal) => {
      const { container, info } = await this.needed(unit, abortSignal);
      await putFiles(container, files, await ownerOf(container, info, abortSignal), abortSignal);
    });
  }

  async readFile(
    unit: string,
    directory: keyof UnitDirectories,
    path: string,
    signal: AbortSignal,
  ): Promise<Buffer | null> {
    refuseBadPath(this.place(unit), path);
    return this.trying(unit, `reading ${path}`, signal, async (abortSignal) => {
      const { container } = await this.needed(unit, abortSignal);
      const found = await fetchArchive(container, `${DIRECTORIES[directory]}/${path}`, abortSignal);
      const entry = found?.[0];
      return entry?.kind === "file" ? entry.content : null;
    });
  }

  async start(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    return this.trying(unit, "starting the server", signal, async (abortSignal) => {
      const { container } = await this.needed(unit, abortSignal);
      // An engine says 304 when it runs already.
      await container.start({ abortSignal }).catch(unless(304));
      return this.statusNow(unit, abortSignal);
    });
  }

  async stop(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    const work = async (abortSignal: AbortSignal): Promise<UnitStatus> => {
      const { container } = await this.needed(unit, abortSignal);
      // Without a time the engine takes the container's own, which is the unit's grace.
      await container.stop({ abortSignal }).catch(unless(304));
      return this.statusNow(unit, abortSignal);
    };
    return this.trying(unit, "stopping the server", signal, work, ANSWER_MS + STOP_EXTRA_MS);
  }

  async remove(unit: string, options: { readonly purgeData: boolean }, signal: AbortSignal): Promise<void> {
    const work = async (abortSignal: AbortSignal): Promise<void> => {
      const container = this.container(unit);
      const info = await this.lookUp(container, abortSignal);
      if (info !== null) {
        ownStatus(this.place(unit), info);
        await this.discard(container, abortSignal);
      }
      const gone = options.purgeData ? DIRECTORY_NAMES : DIRECTORY_NAMES.filter((name) => name !== "data");
      for (const name of gone) await this.volumes.remove(this.place(unit), name, abortSignal);
    };
    await this.trying(unit, "removing the unit", signal, work, ANSWER_MS + STOP_EXTRA_MS);
  }

  async logs(unit: string, lines: number, signal: AbortSignal): Promise<string> {
    if (lines <= 0) return "";
    return this.trying(unit, "reading the log", signal, async (abortSignal) => {
      const { container } = await this.needed(unit, abortSignal);
      return joinFrames(
        await container.logs({ stdout: true, stderr: true, follow: false, tail: lines, abortSignal }),
      );
    });
  }

  async close(): Promise<void> {
    // Each question has a connection of its own.
  }

  private async make(
    spec: UnitSpec,
    options: ContainerCreateOptions,
    signal: AbortSignal,
  ): Promise<UnitStatus> {
    const container = this.container(spec.name);
    const before = await this.lookUp(container, signal);
    if (before !== null) {
      refuseForeignContainer(this.place(spec.name), spec, before);
      if (isSame(before, options) && (await this.refreshed(container, before, spec, signal))) {
        return this.statusNow(spec.name, signal);
      }
      await this.discard(container, signal);
    }
    await this.volumes.refuseForeign(this.place(spec.name), spec, signal);
    await this.volumes.remove(this.place(spec.name), "config", signal);
    await this.volumes.create(this.place(spec.name), spec, signal);
    await this.engine.docker.createContainer({ ...options, abortSignal: signal });
    const { info } = await this.needed(spec.name, signal);
    const owner = await ownerOf(container, info, signal);
    await claimDirectories(container, owner, signal);
    await putFiles(container, spec.files, owner, signal);
    return this.statusNow(spec.name, signal);
  }

  /** Brings the files up to date; false when that needs a new volume. */
  private async refreshed(
    container: Container,
    info: ContainerInspectInfo,
    spec: UnitSpec,
    signal: AbortSignal,
  ): Promise<boolean> {
    const owner = await ownerOf(container, info, signal);
    const { different, surplus } = await compareFiles(container, spec.files, owner, signal);
    if (surplus) return false;
    await claimDirectories(container, owner, signal);
    await putFiles(container, different, owner, signal);
    return true;
  }

  /** Volumes stay. */
  private async discard(container: Container, signal: AbortSignal): Promise<void> {
    await container.stop({ abortSignal: signal }).catch(unless(304, 404));
    await container.remove({ force: true, abortSignal: signal }).catch(unless(404));
  }

  private container(unit: string): Container {
    refuseBadName(this.place(unit));
    return this.engine.docker.getContainer(containerName(unit));
  }

  private async lookUp(container: Container, abortSignal: AbortSignal): Promise<ContainerInspectInfo | null> {
    try {
      return await container.inspect({ abortSignal });
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  private async needed(
    unit: string,
    signal: AbortSignal,
  ): Promise<{ readonly container: Container; readonly info: ContainerInspectInfo }> {
    const container = this.container(unit);
    const info = await this.lookUp(container, signal);
    if (info === null) {
      throw mistake("unit-missing", this.place(unit), "there is no such unit", {
        detail: "Nothing was touched.",
        remedy: "Run ferry plan to see what is missing, and ferry apply to make it.",
      });
    }
    ownStatus(this.place(unit), info);
    return { container, info };
  }

  private async statusNow(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    const { info } = await this.needed(unit, signal);
    return ownStatus(this.place(unit), info);
  }

  private place(unit: string): UnitPlace {
    return { ...this.host, unit };
  }

  private async trying<T>(
    unit: string | undefined,
    tried: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    limitMs = ANSWER_MS,
  ): Promise<T> {
    const place = unit === undefined ? this.host : this.place(unit);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new Error("no answer in time")), limitMs);
    try {
      signal.throwIfAborted();
      return await work(AbortSignal.any([signal, deadline.signal]));
    } catch (error) {
      throw asMistake(error, place, tried, signal.aborted);
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
  context: { readonly projectRoot: string; readonly secrets: SecretResolver },
): Promise<HostRuntime> {
  const runtime = isObject(hostSpec["runtime"]) ? hostSpec["runtime"]["docker"] : undefined;
  const settings = isObject(runtime) ? runtime : {};
  const place: Place = { host: address, endpoint: endpointOf(settings) };
  return new DockerRuntime(place, await openEngine(place, settings, context.secrets), context.projectRoot);
}
