/**
 * Puts files into the data volume of a unit that does not run, as one archive that is made while it is sent. An engine unpacks
 * it entry by entry: whoever must know that all of it arrived puts a mark last.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { SeedFile } from "../runtime.js";
import { DIRECTORIES } from "./container.js";
import type { Found } from "./containers.js";
import { foldersOf, type Owner, ownerOf } from "./files.js";
import { mistake, type UnitPlace } from "./mistakes.js";
import { TAR_END, tarHeader, tarPadding } from "./tar.js";

const PIECE = 1024 * 1024;

export interface Seed extends SeedFile {
  /** Bytes: an archive says them first. */
  readonly size: number;
}

/** Rejects with DiagnosticError when a source cannot be read here. */
export async function measureSeeds(place: UnitPlace, files: readonly SeedFile[]): Promise<Seed[]> {
  return Promise.all(
    files.map(async (file) => {
      const { source } = file;
      if (typeof source !== "string") return { ...file, size: source.length };
      const found = await stat(source).catch((error: unknown) => unreadable(place, source, error));
      if (!found.isFile()) unreadable(place, source, "it is no file");
      return { ...file, size: found.size };
    }),
  );
}

function unreadable(place: UnitPlace, source: string, error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw mistake("seed-unreadable", place, `${source} cannot be put into the data directory: ${why}`, {
    detail: "Nothing was touched.",
    remedy: "Name a file on the machine that ferry runs on, which may be read.",
  });
}

/** Rejects with DiagnosticError `unit-running` or `seed-unreadable`, or with the engine's error. */
export async function putSeeds(
  place: UnitPlace,
  { container, info }: Found,
  seeds: readonly Seed[],
  signal: AbortSignal,
): Promise<void> {
  // An engine calls a container that waits for its next start "restarting".
  if (info.State.Running || info.State.Restarting) {
    throw mistake("unit-running", place, "the server runs, so nothing is put into its data directory", {
      detail: "A running server does not see such files, or breaks on them. Nothing was touched.",
      remedy: "Stop the server, then run the command again.",
    });
  }
  const owner = await ownerOf(container, info, signal);
  const archive = Readable.from(archiveOf(place, seeds, owner), { objectMode: false });
  // Otherwise an error that comes after the engine's answer would end ferry.
  archive.on("error", () => undefined);
  try {
    await container.putArchive(archive, { path: DIRECTORIES.data, abortSignal: signal });
  } catch (error) {
    throw archive.errored ?? error;
  } finally {
    archive.destroy();
  }
}

async function* archiveOf(place: UnitPlace, seeds: readonly Seed[], owner: Owner): AsyncGenerator<Buffer> {
  for (const path of new Set(seeds.flatMap((seed) => foldersOf(seed.path)))) {
    yield tarHeader({ path, kind: "directory", mode: 0o700, ...owner }, 0);
  }
  for (const { path, mode, source, size } of seeds) {
    yield tarHeader({ path, kind: "file", mode, ...owner }, size);
    if (typeof source === "string") yield* contentOf(place, source, size);
    else yield source;
    yield tarPadding(size);
  }
  yield TAR_END;
}

async function* contentOf(place: UnitPlace, source: string, size: number): AsyncGenerator<Buffer> {
  let sent = 0;
  try {
    const stream = createReadStream(source, { highWaterMark: PIECE });
    for await (const piece of stream as AsyncIterable<Buffer>) {
      sent += piece.length;
      if (sent > size) break;
      yield piece;
    }
  } catch (error) {
    unreadable(place, source, error);
  }
  if (sent !== size) unreadable(place, source, "it changes while it is read");
}
