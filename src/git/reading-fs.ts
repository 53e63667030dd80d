/**
 * The file system that the git library gets: it can only read, and it shows a linked working tree (`git worktree`) as a
 * whole repository, whose references, objects and settings lie in the main one (gitrepository-layout(5)).
 */
import { existsSync, readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { isAbsolute, join, resolve, sep } from "node:path";

/** What isomorphic-git asks of a file system. */
export type ReadingFs = Parameters<typeof import("isomorphic-git").resolveRef>[0]["fs"];

/** The directory that `.git` of a working tree stands for: itself, or what a `.git` file names. */
export function gitDirectory(workingTree: string): string {
  const dotGit = join(workingTree, ".git");
  try {
    const target = /^gitdir: (.+?)\s*$/.exec(readFileSync(dotGit, "utf8"))?.[1];
    if (target !== undefined) return isAbsolute(target) ? target : resolve(workingTree, target);
  } catch {
    // A folder: the usual case.
  }
  return dotGit;
}

/** Reads below `gitDirectory` what is shared with the main working tree from there. */
export function readingFs(gitDirectory: string): ReadingFs {
  const common = commonDirectory(gitDirectory);
  const place = (path: string) => (common === null ? path : sharedPath(path, gitDirectory, common));
  const refuse = () => Promise.reject(Object.assign(new Error("read only"), { code: "EROFS" }));
  return {
    promises: {
      readFile: async (path: string, options?: never) => fs.readFile(place(path), options),
      readdir: async (path: string) => fs.readdir(place(path)),
      stat: async (path: string) => fs.stat(place(path)),
      lstat: async (path: string) => fs.lstat(place(path)),
      readlink: async (path: string, options?: never) => fs.readlink(place(path), options),
      writeFile: refuse,
      unlink: refuse,
      mkdir: refuse,
      rmdir: refuse,
      symlink: refuse,
    },
  };
}

function commonDirectory(gitDirectory: string): string | null {
  const file = join(gitDirectory, "commondir");
  return existsSync(file) ? resolve(gitDirectory, readFileSync(file, "utf8").trim()) : null;
}

const SHARED = ["objects", "refs", "packed-refs", "config", "info", "shallow"];

function sharedPath(path: string, gitDirectory: string, common: string): string {
  const prefix = `${gitDirectory}${sep}`;
  if (!path.startsWith(prefix)) return path;
  const inside = path.slice(prefix.length);
  const shared = SHARED.includes(inside.split(/[\\/]/)[0] ?? "");
  return shared && !/^refs[\\/](bisect|worktree|rewritten)/.test(inside) ? join(common, inside) : path;
}
