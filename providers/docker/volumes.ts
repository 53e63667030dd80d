/**
 * The volumes of a unit: made with its marks, found by them, and removed only when they carry them.
 */
import type Docker from "dockerode";
import type { UnitDirectories, UnitSpec } from "../runtime.js";
import {
  DIRECTORY_NAMES,
  HOST_LABEL,
  ownerLabels,
  UNIT_LABEL,
  type UnitOwner,
  volumeName,
} from "./container.js";
import { statusOf, type UnitPlace, unless } from "./mistakes.js";
import { relation } from "./ownership.js";
import { foreign } from "./refusals.js";

export class UnitVolumes {
  constructor(private readonly docker: Docker) {}

  /** Makes those that are missing. */
  async create(spec: UnitSpec, owner: UnitOwner, abortSignal: AbortSignal): Promise<void> {
    for (const name of DIRECTORY_NAMES) {
      const Labels = ownerLabels(spec, owner);
      await this.docker.createVolume({ Name: volumeName(spec.name, name), Labels, abortSignal });
    }
  }

  /** Of a unit whose container was ours. No error when it is not there. */
  async remove(place: UnitPlace, name: keyof UnitDirectories, abortSignal: AbortSignal): Promise<void> {
    const volume = volumeName(place.unit, name);
    const labels = await this.labels(volume, abortSignal);
    if (labels === null) return;
    if (labels[UNIT_LABEL] !== place.unit) throw foreign(place, `the volume ${volume} was not made by ferry`);
    await this.docker.getVolume(volume).remove({ abortSignal }).catch(unless(404));
  }

  /** Of a unit that has no container any more: only what this host made goes, the rest may be another one's. */
  async removeLeft(place: UnitPlace, name: keyof UnitDirectories, abortSignal: AbortSignal): Promise<void> {
    const labels = await this.labels(volumeName(place.unit, name), abortSignal);
    if (labels?.[HOST_LABEL] === place.host) await this.remove(place, name, abortSignal);
  }

  /** Data that was kept is taken up again only by the state that kept it. */
  async refuseForeign(
    place: UnitPlace,
    spec: UnitSpec,
    owner: UnitOwner,
    abortSignal: AbortSignal,
  ): Promise<void> {
    const volume = volumeName(spec.name, "data");
    const labels = await this.labels(volume, abortSignal);
    if (labels === null || relation(labels, spec.name, owner) === "own") return;
    throw foreign(place, `the volume ${volume} belongs to somebody else`);
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
