/** The files of the project in a commit: the commit's tree, from the project's folder down. Reads objects only. */
import type { Repository } from "./repository.js";

export interface TreeFile {
  /** Relative to the working tree. */
  readonly path: string;
  readonly oid: string;
  readonly mode: number;
}

/** Files, links and submodules below the project, in tree order; empty when the folder is not in the commit. */
export async function projectFiles(repository: Repository, commit: string): Promise<TreeFile[]> {
  const { git, at, prefix } = repository;
  const root = prefix === "" ? {} : { filepath: prefix };
  const top = await git.readTree({ ...at, oid: commit, ...root }).catch((error: { code?: string }) => {
    if (error.code === "NotFoundError" || error.code === "ObjectTypeError") return null;
    throw error;
  });
  return top === null ? [] : filesIn(repository, top.tree, prefix);
}

type Tree = Awaited<ReturnType<Repository["git"]["readTree"]>>["tree"];

async function filesIn(repository: Repository, tree: Tree, folder: string): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  for (const entry of tree) {
    const path = folder === "" ? entry.path : `${folder}/${entry.path}`;
    if (entry.type === "tree") {
      const inner = await repository.git.readTree({ ...repository.at, oid: entry.oid });
      files.push(...(await filesIn(repository, inner.tree, path)));
    } else {
      files.push({ path, oid: entry.oid, mode: Number.parseInt(entry.mode, 8) });
    }
  }
  return files;
}
