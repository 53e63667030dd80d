/**
 * Finding the repository a project lies in, and the few reads of it that ferry needs. Read-only: never writes to the
 * repository, not even to refresh its index, and never starts a git program.
 */
import nodeFs from "node:fs";
import { relative, sep } from "node:path";

export type GitLibrary = typeof import("isomorphic-git");

export interface Repository {
  readonly git: GitLibrary;
  readonly fs: typeof nodeFs;
  /** Absolute path of the working tree. */
  readonly dir: string;
  /** The project below it, with forward slashes, without a leading or trailing one; "" for the whole repository. */
  readonly prefix: string;
  /** Shared by the calls of one command: isomorphic-git keeps parsed objects in it. */
  readonly cache: object;
}

/** The repository that holds `root` (absolute), or null when there is none. */
export async function findRepository(root: string): Promise<Repository | null> {
  // Loading the library takes longer than most commands, so it is done only here.
  const git = (await import("isomorphic-git")).default as unknown as GitLibrary;
  const real = realPath(root);
  if (real === null) return null;
  try {
    const dir = await git.findRoot({ fs: nodeFs, filepath: real });
    return { git, fs: nodeFs, dir, prefix: relative(dir, real).split(sep).join("/"), cache: {} };
  } catch {
    return null;
  }
}

/** Branches (local, then `origin/…`) and tags, as people name them. */
export async function referenceNames(repository: Repository): Promise<string[]> {
  const { git, fs, dir } = repository;
  const [local, remote, tags] = await Promise.all([
    git.listBranches({ fs, dir }),
    git.listBranches({ fs, dir, remote: "origin" }).catch(() => []),
    git.listTags({ fs, dir }),
  ]);
  return [...local, ...remote.map((name) => `origin/${name}`), ...tags];
}

/** Whether `path` is the project folder, in it, or a folder on the way to it. */
export function concernsProject(path: string, prefix: string): boolean {
  if (path === "." || prefix === "" || path === prefix) return true;
  return path.startsWith(`${prefix}/`) || prefix.startsWith(`${path}/`);
}

function realPath(path: string): string | null {
  try {
    return nodeFs.realpathSync(path);
  } catch {
    return null;
  }
}
