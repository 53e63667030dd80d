/**
 * The containers of a host's units on its engine: found by name, believed by labels. Leaves those alone that are another
 * host's, another state's or not ferry's.
 */
import type Docker from "dockerode";
import type { Container, ContainerInspectInfo } from "dockerode";
import type { UnitStatus } from "../runtime.js";
import { containerName, HOST_LABEL, type UnitOwner } from "./container.js";
import { mistake, type Place, statusOf, type UnitPlace, unless } from "./mistakes.js";
import { mayChange } from "./ownership.js";
import { otherOwner, ownStatus, refuseBadName } from "./refusals.js";

export interface Found {
  readonly container: Container;
  readonly info: ContainerInspectInfo;
}

export class UnitContainers {
  constructor(
    private readonly docker: Docker,
    private readonly host: Place,
  ) {}

  place(unit: string): UnitPlace {
    return { ...this.host, unit };
  }

  /** A handle; nothing is asked. Throws DiagnosticError for a name that could mean another container. */
  handle(unit: string): Container {
    refuseBadName(this.place(unit));
    return this.docker.getContainer(containerName(unit));
  }

  /** Whoever made it; null when there is none. */
  async lookUp(container: Container, abortSignal: AbortSignal): Promise<ContainerInspectInfo | null> {
    try {
      return await container.inspect({ abortSignal });
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /** Null when it is not there or is another host's. Rejects with DiagnosticError when it is not ferry's. */
  async here(unit: string, signal: AbortSignal): Promise<Found | null> {
    const container = this.handle(unit);
    const info = await this.lookUp(container, signal);
    if (info === null) return null;
    ownStatus(this.place(unit), info);
    return info.Config.Labels[HOST_LABEL] === this.host.host ? { container, info } : null;
  }

  /** Like here, but rejects with DiagnosticError when there is none. */
  async needed(unit: string, signal: AbortSignal): Promise<Found> {
    const found = await this.here(unit, signal);
    if (found !== null) return found;
    throw mistake("unit-missing", this.place(unit), "there is no such unit", {
      detail: "Nothing was touched.",
      remedy: "Run ferry plan to see what is missing, and ferry apply to make it.",
    });
  }

  async status(unit: string, signal: AbortSignal): Promise<UnitStatus> {
    const { info } = await this.needed(unit, signal);
    return ownStatus(this.place(unit), info);
  }

  /** Rejects with DiagnosticError when `owner` may neither change nor remove it. */
  async refuseOthers(
    unit: string,
    { container, info }: Found,
    owner: UnitOwner,
    signal: AbortSignal,
  ): Promise<void> {
    ownStatus(this.place(unit), info);
    if (await mayChange(container, info, unit, owner, signal)) return;
    throw otherOwner(this.place(unit), info.Config.Labels);
  }

  /** Ends and removes it; its volumes stay. */
  async discard(container: Container, signal: AbortSignal): Promise<void> {
    await container.stop({ abortSignal: signal }).catch(unless(304, 404));
    await container.remove({ force: true, abortSignal: signal }).catch(unless(404));
  }
}
