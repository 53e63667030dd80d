/**
 * Makes a unit's container equal to its spec, anew where that is the only way. Safe to repeat after a crash between any
 * two steps; data survives. Never starts it.
 */
import type Docker from "dockerode";
import type { ContainerCreateOptions } from "dockerode";
import type { UnitSpec, UnitStatus } from "../runtime.js";
import { isSame, LINEAGE_LABEL, type UnitOwner } from "./container.js";
import type { Found, UnitContainers } from "./containers.js";
import { claimDirectories, compareFiles, ownerOf, putFiles } from "./files.js";
import type { UnitVolumes } from "./volumes.js";

export class UnitMaker {
  constructor(
    private readonly docker: Docker,
    private readonly containers: UnitContainers,
    private readonly volumes: UnitVolumes,
    private readonly owner: UnitOwner,
  ) {}

  /** `options`: what createOptions gives for `spec`. Rejects with DiagnosticError when it is somebody else's. */
  async make(spec: UnitSpec, options: ContainerCreateOptions, signal: AbortSignal): Promise<UnitStatus> {
    const { name } = spec;
    const place = this.containers.place(name);
    // What the spec says of the lineage counts more.
    const owner = { ...this.owner, lineage: spec.labels[LINEAGE_LABEL] ?? this.owner.lineage };
    const container = this.containers.handle(name);
    const info = await this.containers.lookUp(container, signal);
    if (info === null) await this.volumes.refuseForeign(place, spec, owner, signal);
    else {
      const before = { container, info };
      await this.containers.refuseOthers(name, before, owner, signal);
      if (isSame(info, options) && (await this.refreshed(before, spec, signal))) {
        return this.containers.status(name, signal);
      }
      await this.containers.discard(container, signal);
    }
    await this.volumes.remove(place, "config", signal);
    await this.volumes.create(spec, this.owner, signal);
    await this.docker.createContainer({ ...options, abortSignal: signal });
    await this.fill(spec, signal);
    return this.containers.status(name, signal);
  }

  private async fill(spec: UnitSpec, signal: AbortSignal): Promise<void> {
    const { container, info } = await this.containers.needed(spec.name, signal);
    const user = await ownerOf(container, info, signal);
    await claimDirectories(container, user, signal);
    await putFiles(container, spec.files, user, signal);
  }

  /** Brings the files up to date; false when that needs a new volume. */
  private async refreshed({ container, info }: Found, spec: UnitSpec, signal: AbortSignal): Promise<boolean> {
    const user = await ownerOf(container, info, signal);
    const { different, surplus } = await compareFiles(container, spec.files, user, signal);
    if (surplus) return false;
    await claimDirectories(container, user, signal);
    await putFiles(container, different, user, signal);
    return true;
  }
}
