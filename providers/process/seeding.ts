/**
 * Puts files into the data directory of a unit that does not run, each whole or not at all. Never touches what is there under
 * other names.
 */
import { createReadStream } from "node:fs";
import { dirname, relative } from "node:path";
import type { SeedFile } from "../runtime.js";
import { privateDirectory, removeTemporaries, writeWhole } from "./files.js";
import { inside, refuseLinksOut, type UnitLayout } from "./layout.js";
import { mistake, type Place, throwIfAborted } from "./mistakes.js";
import { isBusy, readRun } from "./run-files.js";

const PIECE = 1024 * 1024;

/** Rejects with DiagnosticError `unit-running`, `path-outside-unit`, `interrupted`, or with the system's error. */
export async function seedFiles(
  place: Place,
  layout: UnitLayout,
  files: readonly SeedFile[],
  signal: AbortSignal,
): Promise<void> {
  const { data } = layout.directories;
  const targets = files.map((file) => ({ ...file, target: inside(place, data, file.path) }));
  for (const { path, source, mode, target } of targets) {
    throwIfAborted(signal, place, `putting ${path} into the data directory`);
    if (isBusy(readRun(layout.run))) throw running(place);
    refuseLinksOut(place, layout.root, target);
    await makeFolders(data, target);
    await removeTemporaries(dirname(target));
    const content = typeof source === "string" ? read(source, signal) : source;
    await writeWhole(target, content, mode).catch((error: unknown) => {
      throwIfAborted(signal, place, `putting ${path} into the data directory`);
      throw error;
    });
  }
}

/** Opens it only when it is read. */
async function* read(source: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  yield* createReadStream(source, { highWaterMark: PIECE, signal }) as AsyncIterable<Buffer>;
}

/** Every folder from `base` to the file for the unit alone. */
async function makeFolders(base: string, target: string): Promise<void> {
  const parts = relative(base, dirname(target)).split("/");
  for (let count = 1; count <= parts.length; count++) {
    await privateDirectory([base, ...parts.slice(0, count)].join("/"));
  }
}

function running(place: Place) {
  return mistake("unit-running", place, "the server runs, so nothing is put into its data directory", {
    detail: "A running server does not see such files, or breaks on them. Nothing was touched.",
    remedy: "Stop the server, then run the command again.",
  });
}
