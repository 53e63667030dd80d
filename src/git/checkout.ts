/**
 * Writes a project as it was at another commit into a folder, for comparing configurations. Reads the repository's
 * objects only; the working tree, the index and HEAD stay as they are.
 */
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { nearestNames } from "./nearest.js";
import { findRepository, type Repository, referenceNames } from "./repository.js";
import { projectFiles } from "./tree.js";

export interface Materialised {
  /** The folder that stands for the project's root: `into` itself. */
  readonly directory: string;
  /** Full object id of the commit. */
  readonly commit: string;
  /** Number of files written. */
  readonly files: number;
}

/**
 * Writes the files of the project in `root` (absolute) as of `ref` (branch, tag, `origin/branch`, commit id or its
 * beginning, `HEAD`, each with `~N` or `^`) into the existing or new folder `into`. Rejects with DiagnosticError
 * (`git-…`) when root is in no repository, the ref is unknown or the project did not exist then.
 */
export async function materialise(root: string, ref: string, into: string): Promise<Materialised> {
  const repository = await findRepository(root);
  if (repository === null) {
    throw new DiagnosticError([
      errorDiagnostic("git-no-repository", `cannot read ${ref}: ${root} is in no git repository`, {
        remedy: "Run it in a clone of the repository, or leave --from out.",
      }),
    ]);
  }
  const commit = await resolveCommit(repository, ref);
  const files = await writeTree(repository, commit, into);
  if (files === 0) {
    throw new DiagnosticError([
      errorDiagnostic("git-empty", `${ref} (${commit.slice(0, 12)}) holds no file of this project`, {
        detail: `Looked for the folder ${repository.prefix === "" ? "/" : repository.prefix} in that commit.`,
        remedy: "Choose a commit in which the project exists.",
      }),
    ]);
  }
  return { directory: into, commit, files };
}

async function resolveCommit(repository: Repository, ref: string): Promise<string> {
  const match = /^(.+?)((?:~\d*|\^)*)$/.exec(ref);
  const [base, steps] = match === null ? [ref, ""] : [match[1] ?? ref, match[2] ?? ""];
  const oid = await resolveName(repository, base);
  if (oid === null) throw await unknownReference(repository, ref, base);
  let commit = await peelToCommit(repository, ref, oid);
  for (let left = generations(steps); left > 0; left -= 1) {
    const { parent } = (await readCommit(repository, commit)).commit;
    if (parent[0] === undefined) throw tooFarBack(ref, commit, left);
    commit = parent[0];
  }
  return commit;
}

async function resolveName(repository: Repository, name: string): Promise<string | null> {
  const { git, at } = repository;
  const resolved = await git.resolveRef({ ...at, ref: name === "@" ? "HEAD" : name }).catch(() => null);
  if (resolved !== null && /^[0-9a-f]{40}$/.test(resolved)) return resolved;
  if (!/^[0-9a-f]{4,40}$/.test(name)) return null;
  return git.expandOid({ ...at, oid: name }).catch(() => null);
}

/** `~3^` is four generations back along first parents. */
function generations(steps: string): number {
  let count = 0;
  for (const step of steps.match(/~\d*|\^/g) ?? []) {
    count += step === "^" || step === "~" ? 1 : Number(step.slice(1));
  }
  return count;
}

async function peelToCommit(repository: Repository, ref: string, oid: string): Promise<string> {
  try {
    return (await readCommit(repository, oid)).oid;
  } catch (error) {
    throw new DiagnosticError([
      errorDiagnostic("git-unreadable", `cannot read the commit ${ref} (${oid.slice(0, 12)})`, {
        detail: `${error instanceof Error ? error.message : String(error)}. Nothing was changed.`,
        remedy: "In a shallow clone fetch the history first: git fetch --unshallow",
      }),
    ]);
  }
}

function readCommit(repository: Repository, oid: string) {
  const { git, at } = repository;
  return git.readCommit({ ...at, oid });
}

async function unknownReference(repository: Repository, ref: string, base: string): Promise<DiagnosticError> {
  const near = nearestNames(base, await referenceNames(repository));
  const hint = near.length === 0 ? "" : `Did you mean ${near.join(" or ")}?`;
  return new DiagnosticError([
    errorDiagnostic("git-unknown-reference", `the repository has no branch, tag or commit ${ref}`, {
      ...(hint === "" ? {} : { detail: hint }),
      remedy:
        "List what there is with: git branch --all; git tag. Fetch it if it is only on the server: git fetch --tags",
    }),
  ]);
}

function tooFarBack(ref: string, commit: string, left: number): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("git-unknown-reference", `${ref} goes back beyond the first commit`, {
      detail: `${commit.slice(0, 12)} has no parent here, ${left} more wanted.`,
      remedy: "Go back fewer commits; in a shallow clone: git fetch --unshallow",
    }),
  ]);
}

/** Regular files and links of the project's subtree; returns how many. */
async function writeTree(repository: Repository, commit: string, into: string): Promise<number> {
  const { git, at, prefix } = repository;
  await mkdir(into, { recursive: true });
  let files = 0;
  for (const { path, oid, mode } of await projectFiles(repository, commit)) {
    if (mode === SUBMODULE_MODE) continue;
    const { blob } = await git.readBlob({ ...at, oid });
    await writeEntry(into, prefix === "" ? path : path.slice(prefix.length + 1), mode, blob);
    files += 1;
  }
  return files;
}

const SUBMODULE_MODE = 0o160000;
const LINK_MODE = 0o120000;
const EXECUTABLE_MODE = 0o100755;

async function writeEntry(into: string, path: string, mode: number, content: Uint8Array): Promise<void> {
  const target = join(into, path);
  await mkdir(dirname(target), { recursive: true });
  if (mode === LINK_MODE) {
    const destination = Buffer.from(content).toString("utf8");
    // A link that leads out of the folder would read the working tree or worse; it is left out.
    const inside = normalize(join(dirname(path), destination));
    if (!isAbsolute(destination) && !inside.startsWith("..")) await symlink(destination, target);
    return;
  }
  await writeFile(target, content);
  if (mode === EXECUTABLE_MODE) await chmod(target, 0o755);
}
