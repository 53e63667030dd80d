/**
 * Writing files so that a reader, or a machine that loses power, sees the old content or the new one and never a part.
 * Knows nothing of units.
 */
import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCode } from "./mistakes.js";

/** Rights of every directory of a host: keys and data are nobody else's business. */
export const PRIVATE_DIRECTORY = 0o700;

/** Makes the directory and its parents; the last one private, even when it was there. */
export async function privateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY });
  await chmod(path, PRIVATE_DIRECTORY);
}

/** The content, or null when there is no such file. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw error;
  }
}

/** Replaces the file as a whole and flushes it to the disk. `mode`: permission bits, whatever the umask is. */
export async function writeWhole(
  path: string,
  content: Buffer | string | AsyncIterable<Buffer>,
  mode: number,
): Promise<void> {
  const temporary = join(dirname(path), `.ferry-${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      const pieces = typeof content === "string" || Buffer.isBuffer(content) ? [content] : content;
      for await (const piece of pieces) await file.appendFile(piece);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

const TEMPORARY = /^\.ferry-[0-9a-f-]{36}\.tmp$/;

/** Takes away what a writeWhole that was killed has left there. */
export async function removeTemporaries(directory: string): Promise<void> {
  const left = (await readdir(directory)).filter((name) => TEMPORARY.test(name));
  for (const name of left) await rm(join(directory, name), { force: true });
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Like writeWhole, but leaves a file alone that is right already. True when it was written. */
export async function writeIfDifferent(path: string, content: Buffer, mode: number): Promise<boolean> {
  const before = await readIfThere(path);
  if (before?.equals(content) === true && ((await stat(path)).mode & 0o7777) === mode) return false;
  await writeWhole(path, content, mode);
  return true;
}

/** Removes every file below `base` whose relative path is not in `keep`, and the directories left empty. */
export async function removeOthers(base: string, keep: ReadonlySet<string>, prefix = ""): Promise<void> {
  for (const entry of await readdir(join(base, prefix), { withFileTypes: true })) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (!entry.isDirectory()) {
      if (!keep.has(path)) await rm(join(base, path), { force: true });
      continue;
    }
    await removeOthers(base, keep, path);
    const wanted = [...keep].some((kept) => kept.startsWith(`${path}/`));
    if (!wanted) await rmdir(join(base, path));
  }
}
