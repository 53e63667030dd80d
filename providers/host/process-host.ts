/**
 * A host of local processes: a private directory with an owner mark. Makes and removes that directory; servers in it are
 * other resources' business, and while one is left the directory stays.
 */
import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type Diagnostic,
  DiagnosticError,
  errorDiagnostic,
  warningDiagnostic,
} from "../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { ProviderContext } from "../provider.js";
import { failure, MARK_FILE, type Mark, readMark, workDirectory, writeMark } from "./mark.js";

/** What the state keeps to know the host again. */
export function processIdentity(workDir: string, lineage: string): Json {
  return { workDir, lineage };
}

/** The spec as it was applied there; null when there is no host in that directory. */
export async function readProcessHost(
  address: string,
  workDir: string,
  context: ProviderContext,
): Promise<{ readonly live: JsonObject; readonly mark: Mark } | null> {
  const mark = await readMark(address, workDirectory(context.projectRoot, workDir));
  if (mark === null) return null;
  const runtime = isObject(mark.spec["runtime"]) ? mark.spec["runtime"] : {};
  const local = isObject(runtime["process"]) ? runtime["process"] : {};
  // The directory may have been moved together with the project: where it is now is what counts.
  return { live: { ...mark.spec, runtime: { process: { ...local, workDir } } }, mark };
}

/** Makes the directory and marks it. Safe to repeat; refuses one that is somebody else's. */
export async function createProcessHost(
  address: string,
  spec: JsonObject,
  workDir: string,
  context: ProviderContext,
): Promise<Json> {
  const directory = workDirectory(context.projectRoot, workDir);
  const before = await readMark(address, directory);
  if (before !== null && (before.lineage !== context.lineage || before.address !== address)) {
    throw foreign(address, directory, before, context.lineage);
  }
  await writeMark(directory, { version: 1, lineage: context.lineage, address, spec });
  return processIdentity(workDir, context.lineage);
}

/** Notes the new spec in the mark. The owner stays who it was, so that an imported host stays what it is. */
export async function updateProcessHost(
  address: string,
  spec: JsonObject,
  workDir: string,
  context: ProviderContext,
): Promise<Json> {
  const directory = workDirectory(context.projectRoot, workDir);
  const before = await readMark(address, directory);
  const lineage = before?.lineage ?? context.lineage;
  await writeMark(directory, { version: 1, lineage, address, spec });
  return processIdentity(workDir, lineage);
}

/** Removes what ferry made. Gives warnings about what it left. */
export async function deleteProcessHost(
  address: string,
  workDir: string,
  identity: Json,
  context: ProviderContext,
): Promise<readonly Diagnostic[]> {
  const directory = workDirectory(context.projectRoot, workDir);
  const mark = await readMark(address, directory);
  const adopted = isObject(identity) ? identity["lineage"] : null;
  if (mark !== null && mark.lineage !== context.lineage && mark.lineage !== adopted) {
    throw foreign(address, directory, mark, context.lineage);
  }
  try {
    await removeEmpty(join(directory, "units"));
    await rm(join(directory, MARK_FILE), { force: true });
    await removeEmpty(directory);
  } catch (error) {
    throw failure(address, directory, "the work directory cannot be removed", error);
  }
  return existsSync(directory) ? [await leftBehind(address, directory)] : [];
}

async function removeEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : "";
    // Something is in it that ferry did not make, or data that was to be kept.
    if (code !== "ENOENT" && code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}

async function leftBehind(address: string, directory: string): Promise<Diagnostic> {
  const kept = await readdir(join(directory, "units")).catch(() => []);
  const what = kept.length > 0 ? `kept data of ${kept.sort().join(", ")}` : "files that ferry did not make";
  return warningDiagnostic("host-directory-kept", `${address}: ${directory} stays, it holds ${what}`, {
    address,
    remedy: "Delete it by hand when nobody needs it.",
  });
}

function foreign(address: string, directory: string, mark: Mark, lineage: string): DiagnosticError {
  const other = mark.lineage !== lineage;
  const owner = other ? `${mark.address} of another state (lineage ${mark.lineage})` : mark.address;
  return new DiagnosticError([
    errorDiagnostic("host-owned-by-other", `${address}: ${directory} is the work directory of ${owner}`, {
      address,
      detail:
        "Two hosts in one directory would take each other's servers for their own. Nothing was touched.",
      remedy: other
        ? `Use that state, import the host, or, when its project is gone, delete ${join(directory, MARK_FILE)}.`
        : "Give each host a workDir of its own.",
    }),
  ]);
}
