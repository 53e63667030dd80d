/**
 * Where a unit's files lie below the host's work directory, and the proof that a path stays inside. Nothing here opens,
 * writes or deletes.
 */
import { lstatSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { UnitDirectories } from "../runtime.js";
import { mistake, type Place, systemCode } from "./mistakes.js";

const UNIT_NAME = /^[a-z0-9][a-z0-9-]{0,127}$/;

export interface UnitLayout {
  readonly root: string;
  /** The record of what the unit is; a directory without it is no unit. */
  readonly record: string;
  readonly directories: UnitDirectories;
  /** Locks, pids and the last exit. */
  readonly run: string;
  readonly serverLog: string;
  readonly supervisorLog: string;
}

export function unitsDirectory(workDir: string): string {
  return join(workDir, "units");
}

export function isUnitName(name: string): boolean {
  return UNIT_NAME.test(name);
}

/** Paths of a unit. Throws DiagnosticError for a name that could lead elsewhere. */
export function unitLayout(host: string, workDir: string, name: string): UnitLayout {
  if (!isUnitName(name)) {
    throw mistake("bad-unit-name", { host, path: workDir }, `${JSON.stringify(name)} is no name for a unit`, {
      detail:
        "Names are small letters, digits and hyphens, and begin with a letter or digit. Nothing was touched.",
      remedy: "Rename the resource.",
    });
  }
  const root = join(unitsDirectory(workDir), name);
  const logs = join(root, "logs");
  return {
    root,
    record: join(root, "unit.json"),
    directories: { config: join(root, "conf"), data: join(root, "data"), logs },
    run: join(root, "run"),
    serverLog: join(logs, "server.log"),
    supervisorLog: join(logs, "supervisor.log"),
  };
}

/** `base`/`path`. Throws DiagnosticError when `path` is not a plain relative one. */
export function inside(place: Place, base: string, path: string): string {
  const parts = path.split("/");
  const plain = parts.every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"));
  if (plain && !path.includes("\\")) return join(base, path);
  throw mistake(
    "path-outside-unit",
    { ...place, path: base },
    `${JSON.stringify(path)} is not a path inside the unit`,
    {
      detail: "Only relative paths without . and .. are taken. Nothing was touched.",
      remedy: "Give the file a plain relative path.",
    },
  );
}

/**
 * Throws DiagnosticError when a symbolic link on the way from `base` leads out of it; what does not exist yet is fine.
 * `base` itself must not be a link.
 */
export function refuseLinksOut(place: Place, base: string, target: string): void {
  if (isLink(base)) throw outside(place, base);
  for (let path = target; path !== base && path.startsWith(base + sep); path = dirname(path)) {
    const real = realPath(path);
    if (real === null) {
      // A link to nothing would be followed by whoever creates the file.
      if (isLink(path)) throw outside(place, path);
      continue;
    }
    if (!real.startsWith(realpathSync(base) + sep)) throw outside(place, path);
    return;
  }
}

function outside(place: Place, path: string) {
  return mistake("path-outside-unit", { ...place, path }, "a symbolic link leads out of the unit", {
    detail: "ferry does not follow it. Nothing was touched.",
    remedy: "Remove the link, then run the command again.",
  });
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw error;
  }
}
