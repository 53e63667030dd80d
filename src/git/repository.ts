/**
 * Finding the repository a project lies in, and the few reads of it that ferry needs. Read-only: never writes to the
 * repository, not even to refresh its index, and never starts a git program.
 */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { gitDirectory, type ReadingFs, readingFs } from "./reading-fs.js";

export type GitLibrary = typeof import("isomorphic-git");

export interface Repository {
  readonly git: GitLibrary;
  /** What every call of the library needs; `cache` keeps parsed objects for one command. */
  readonly at: {
    readonly fs: ReadingFs;
    readonly dir: string;
    readonly gitdir: string;
    readonly cache: object;
  };
  /** Absolute path of the working tree. */
  readonly dir: string;
  /** The project below it, with forward slashes, without a leading or trailing one; "" for the whole repository. */
  readonly prefix: string;
}

/** The repository that holds `root` (absolute), or null when there is none. */
export async function findRepository(root: string): Promise<Repository | null> {
  const real = realPath(root);
  if (real === null || !isBelowRepository(real)) return null;
  // Loading the library takes longer than most commands, so it is done only here.
  const git = (await import("isomorphic-git")).default as unknown as GitLibrary;
  try {
    const dir = await git.findRoot({ fs: await import("node:fs"), filepath: real });
    const gitdir = gitDirectory(dir);
    const at = { fs: readingFs(gitdir), dir, gitdir, cache: {} };
    return { git, at, dir, prefix: relative(dir, real).split(sep).join("/") };
  } catch {
    return null;
  }
}

/** Branches (local, then `origin/…`) and tags, as people name them. */
export async function referenceNames({ git, at }: Repository): Promise<string[]> {
  const [local, remote, tags] = await Promise.all([
    git.listBranches(at),
    git.listBranches({ ...at, remote: "origin" }).catch(() => []),
    git.listTags(at),
  ]);
  return [...local, ...remote.map((name) => `origin/${name}`), ...tags];
}

/** Whether this folder or one above it holds `.git` (a folder, or a file in work trees). */
function isBelowRepository(folder: string): boolean {
  for (let here = folder; ; here = dirname(here)) {
    if (existsSync(join(here, ".git"))) return true;
    if (here === dirname(here)) return false;
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
