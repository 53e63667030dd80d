/**
 * The commit a plan or a state is made from, and whether the files say the same as the commit. Compares times and sizes
 * first and contents only where these differ, and only below the project, so that it stays quick in a big repository.
 */
import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type { GitStamp } from "../../state/model.js";
import { type IndexEntry, parseIndex } from "./index-file.js";
import { findRepository, type Repository } from "./repository.js";
import { projectFiles } from "./tree.js";

/**
 * The stamp of the project in `root` (absolute); null when it lies in no git repository. Where it cannot be shown that
 * nothing differs (a repository format that is not read here), it is called dirty.
 */
export async function gitStamp(root: string): Promise<GitStamp | null> {
  const repository = await findRepository(root);
  if (repository === null) return null;
  const { git, at } = repository;
  const commit = await git.resolveRef({ ...at, ref: "HEAD" }).catch(() => null);
  const branch = await git.currentBranch(at).catch(() => undefined);
  const dirty = await isDirty(repository, commit).catch(() => true);
  return { commit, branch: branch ?? null, dirty };
}

async function isDirty(repository: Repository, commit: string | null): Promise<boolean> {
  const index = readIndex(repository);
  if (index === null) return true;
  if (index.entries.some((entry) => differsFromFile(repository, entry, index.writtenAt))) return true;
  if (await differsFromCommit(repository, index.entries, commit)) return true;
  const tracked = new Set(index.entries.map((entry) => entry.path));
  return hasNewConfiguration(repository, repository.prefix, tracked);
}

interface ProjectIndex {
  readonly entries: readonly IndexEntry[];
  /** Nanoseconds since the epoch. */
  readonly writtenAt: bigint;
}

function readIndex({ at, prefix }: Repository): ProjectIndex | null {
  const path = join(at.gitdir, "index");
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  // Before the first `git add` there is none.
  if (stat === undefined) return { entries: [], writtenAt: 0n };
  const entries = parseIndex(readFileSync(path));
  if (entries === null) return null;
  const below = prefix === "" ? "" : `${prefix}/`;
  return { entries: entries.filter((entry) => entry.path.startsWith(below)), writtenAt: stat.mtimeNs };
}

const TYPE_BITS = 0o170000;
const LINK = 0o120000;
/** A submodule is another repository: its content is not this project's configuration. */
const SUBMODULE = 0o160000;

function differsFromFile({ dir }: Repository, entry: IndexEntry, writtenAt: bigint): boolean {
  if (entry.unsettled) return true;
  if (entry.unchecked || (entry.mode & TYPE_BITS) === SUBMODULE) return false;
  const path = join(dir, entry.path);
  let stat: BigIntStats | undefined;
  try {
    stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // A folder of its path is a file now.
    return true;
  }
  if (stat === undefined) return true;
  const link = (entry.mode & TYPE_BITS) === LINK;
  if (link ? !stat.isSymbolicLink() : !stat.isFile()) return true;
  if (!link && process.platform !== "win32" && (Number(stat.mode) & 0o100) !== (entry.mode & 0o100))
    return true;
  // A file that changed in the same tick as the index was written can have an old time: it is read ("racy git").
  const certain = stat.mtimeNs < writtenAt;
  if (certain && stat.mtimeNs === entry.mtime && Number(stat.size & 0xffffffffn) === entry.size) return false;
  return !hasContent(link ? Buffer.from(readlinkSync(path)) : readFileSync(path), entry.oid);
}

/** Also true when only the line ends differ, as they may where git converts them at checkout. */
function hasContent(content: Buffer, oid: string): boolean {
  if (blobId(content) === oid) return true;
  return (
    content.includes("\r\n") &&
    blobId(Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1")) === oid
  );
}

function blobId(content: Buffer): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

async function differsFromCommit(
  repository: Repository,
  entries: readonly IndexEntry[],
  commit: string | null,
): Promise<boolean> {
  const committed = commit === null ? [] : await projectFiles(repository, commit);
  if (committed.length !== entries.length) return true;
  const staged = new Map(entries.map((entry) => [entry.path, entry]));
  return committed.some(({ path, oid, mode }) => {
    const entry = staged.get(path);
    return entry === undefined || entry.oid !== oid || entry.mode !== mode;
  });
}

/** Whether there is a YAML file that git does not know and does not ignore. */
async function hasNewConfiguration(
  repository: Repository,
  folder: string,
  tracked: ReadonlySet<string>,
): Promise<boolean> {
  for (const entry of readdirSync(join(repository.dir, folder), { withFileTypes: true })) {
    // The configuration loader does not look into these either.
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const candidate = entry.isDirectory() || (/\.ya?ml$/.test(entry.name) && !tracked.has(path));
    if (!candidate || (await isIgnored(repository, path, tracked))) continue;
    if (!entry.isDirectory() || (await hasNewConfiguration(repository, path, tracked))) return true;
  }
  return false;
}

/** A folder that holds tracked files is looked into whatever .gitignore says. */
async function isIgnored(
  { git, at }: Repository,
  path: string,
  tracked: ReadonlySet<string>,
): Promise<boolean> {
  if (!(await git.isIgnored({ ...at, filepath: path }))) return false;
  for (const each of tracked) if (each.startsWith(`${path}/`)) return false;
  return true;
}
