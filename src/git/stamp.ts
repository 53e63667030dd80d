/**
 * The commit a plan or a state is made from, and whether the files say the same as the commit. Compares file times and
 * sizes first and contents only where these differ, and only below the project, so that it stays quick in a big repository.
 */
import type { GitStamp } from "../../state/model.js";
import { concernsProject, findRepository, type Repository } from "./repository.js";

/**
 * The stamp of the project in `root` (absolute); null when it lies in no git repository. Where it cannot be shown that
 * nothing differs (a repository format the library does not read), it is called dirty.
 */
export async function gitStamp(root: string): Promise<GitStamp | null> {
  const repository = await findRepository(root);
  if (repository === null) return null;
  const { git, fs, dir } = repository;
  const commit = await git.resolveRef({ fs, dir, ref: "HEAD" }).catch(() => null);
  const branch = await git.currentBranch({ fs, dir }).catch(() => undefined);
  return { commit, branch: branch ?? null, dirty: await isDirty(repository, commit) };
}

type Entry = import("isomorphic-git").WalkerEntry;

class FoundDirty extends Error {}

async function isDirty(repository: Repository, commit: string | null): Promise<boolean> {
  const { git, fs, dir, cache } = repository;
  const workdir = git.WORKDIR({ refresh: false });
  const trees = commit === null ? [workdir, git.STAGE()] : [workdir, git.STAGE(), git.TREE({ ref: commit })];
  try {
    await git.walk({
      fs,
      dir,
      cache,
      trees,
      map: (path, [file, staged, committed]) =>
        visit(repository, path, { file: file ?? null, staged: staged ?? null, committed: committed ?? null }),
      // The walk's result is not used: only whether it ended early.
      reduce: async () => true,
    });
    return false;
  } catch {
    return true;
  }
}

interface Versions {
  readonly file: Entry | null;
  readonly staged: Entry | null;
  readonly committed: Entry | null;
}

/** Null: do not go into this folder. Throws FoundDirty at the first difference. */
async function visit(repository: Repository, path: string, versions: Versions): Promise<true | null> {
  if (!concernsProject(path, repository.prefix)) return null;
  if (path === ".") return true;
  const tracked = versions.staged !== null || versions.committed !== null;
  if (!tracked) return visitUntracked(repository, path, versions.file);
  const types = await Promise.all([
    versions.file?.type() ?? null,
    versions.staged?.type() ?? null,
    versions.committed?.type() ?? null,
  ]);
  // A submodule ("commit") is another repository: its content is not this project's configuration.
  if (types.includes("commit")) return null;
  if (types.every((type) => type === "tree" || type === null)) return true;
  if (await differs(versions)) throw new FoundDirty(path);
  return true;
}

async function differs({ file, staged, committed }: Versions): Promise<boolean> {
  if (file === null || staged === null || committed === null) return true;
  const stagedOid = await staged.oid();
  return stagedOid !== (await committed.oid()) || stagedOid !== (await file.oid());
}

async function visitUntracked(
  repository: Repository,
  path: string,
  file: Entry | null,
): Promise<true | null> {
  const { git, fs, dir } = repository;
  const name = path.slice(path.lastIndexOf("/") + 1);
  // The configuration loader does not look into these either.
  if (file === null || name.startsWith(".") || name === "node_modules") return null;
  const folder = (await file.type()) === "tree";
  if (!folder && !/\.ya?ml$/.test(name)) return null;
  if (await git.isIgnored({ fs, dir, filepath: path })) return null;
  if (!folder) throw new FoundDirty(path);
  return true;
}
