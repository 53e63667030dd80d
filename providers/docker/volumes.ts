/**
 * The volumes of a unit: made with its marks, found by them, and removed only when they carry them.
 */
import type Docker from "dockerode";
import type { UnitDirectories, UnitSpec } from "../runtime.js";
import { DIRECTORY_NAMES, HOST_LABEL, LINEAGE_LABEL, UNIT_LABEL, volumeName } from "./container.js";
import { statusOf, type UnitPlace, unless } from "./mistakes.js";
import { foreign } from "./refusals.js";

export class UnitVolumes {
  constructor(private readonly docker: Docker) {}

  /** Makes those that are missing. */
  async create(place: UnitPlace, spec: UnitSpec, abortSignal: AbortSignal): Promise<void> {
    const { [LINEAGE_LABEL]: lineage } = spec.labels;
    const Labels = {
      [UNIT_LABEL]: spec.name,
      [HOST_LABEL]: place.host,
      ...(lineage === undefined ? {} : { [LINEAGE_LABEL]: lineage }),
    };
    for (const name of DIRECTORY_NAMES) {
      await this.docker.createVolume({ Name: volumeName(spec.name, name), Labels, abortSignal });
    }
  }

  /** No error when it is not there. */
  async remove(place: UnitPlace, name: keyof UnitDirectories, abortSignal: AbortSignal): Promise<void> {
    const volume = volumeName(place.unit, name);
    const labels = await this.labels(volume, abortSignal);
    if (labels === null) return;
    if (labels[UNIT_LABEL] !== place.unit) throw foreign(place, `the volume ${volume} was not made by ferry`);
    await this.docker.getVolume(volume).remove({ abortSignal }).catch(unless(404));
  }

  /** Data that was kept is taken up again only by the state that kept it. */
  async refuseForeign(place: UnitPlace, spec: UnitSpec, abortSignal: AbortSignal): Promise<void> {
    const volume = volumeName(spec.name, "data");
    const labels = await this.labels(volume, abortSignal);
    if (labels === null) return;
    const sameOwner = labels[LINEAGE_LABEL] === spec.labels[LINEAGE_LABEL];
    if (labels[UNIT_LABEL] !== spec.name || !sameOwner) {
      throw foreign(place, `the volume ${volume} belongs to somebody else`);
    }
  }

  private async labels(
    volume: string,
    abortSignal: AbortSignal,
  ): Promise<Readonly<Record<string, string>> | null> {
    try {
      return (await this.docker.getVolume(volume).inspect({ abortSignal })).Labels ?? {};
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }
}
