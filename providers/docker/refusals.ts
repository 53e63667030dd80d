/**
 * What is never done to an engine: containers that are not ferry's, or another state's, are left alone, and no name or
 * path leads out of a unit.
 */
import type { ContainerInspectInfo } from "dockerode";
import type { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import type { UnitSpec, UnitStatus } from "../runtime.js";
import { containerName, HOST_LABEL, isUnitName, unitStatus } from "./container.js";
import { mistake, type UnitPlace } from "./mistakes.js";

export function foreign(place: UnitPlace, what: string): DiagnosticError {
  return mistake("docker-owned-by-other", place, what, {
    detail: "It was left as it is.",
    remedy:
      "Rename the resource, use an engine of its own, or remove the other one by hand if nobody needs it.",
  });
}

/** The unit's status. Throws DiagnosticError when the container was not made by ferry. */
export function ownStatus(place: UnitPlace, info: ContainerInspectInfo): UnitStatus {
  const status = unitStatus(info);
  if (status?.name === place.unit) return status;
  throw foreign(place, `the container ${containerName(place.unit)} was not made by ferry`);
}

export function otherOwner(place: UnitPlace, labels: Readonly<Record<string, string>>): DiagnosticError {
  const host = labels[HOST_LABEL];
  const whose = host === place.host || host === undefined ? "another state" : `${host} of another state`;
  return foreign(place, `the container ${containerName(place.unit)} belongs to ${whose}`);
}

export function refuseBadSpec(place: UnitPlace, spec: UnitSpec): void {
  refuseBadName(place);
  for (const file of spec.files) refuseBadPath(place, file.path);
  const missing = spec.command.length === 0 ? "command to run" : spec.image === undefined ? "image" : null;
  if (missing === null) return;
  throw mistake("bad-unit", place, `there is no ${missing}`, { detail: "Nothing was touched." });
}

export function refuseBadName(place: UnitPlace): void {
  if (isUnitName(place.unit)) return;
  throw mistake("bad-unit-name", place, "this is no name for a unit", {
    detail:
      "Names are small letters, digits and hyphens, and begin with a letter or digit. Nothing was touched.",
    remedy: "Rename the resource.",
  });
}

export function refuseBadPath(place: UnitPlace, path: string): void {
  const parts = path.split("/");
  if (parts.every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"))) return;
  throw mistake("path-outside-unit", place, `${JSON.stringify(path)} is not a path inside the unit`, {
    detail: "Only relative paths without . and .. are taken. Nothing was touched.",
    remedy: "Give the file a plain relative path.",
  });
}
