/**
 * Which files a configuration consists of. Lists folders, reads nothing.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { FileToRead } from "./documents.js";
import type { Report } from "./report.js";
import { shownPath } from "./sources.js";

export const PROJECT_FILE = "ferry.yaml";
export const MODULE_FILE = "module.yaml";
const YAML = /\.ya?ml$/;
/** Folders of a project that never hold its own documents. */
const LEFT_OUT_AT_ROOT = new Set(["overlays", "modules"]);
const LEFT_OUT = new Set(["node_modules"]);

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** YAML files directly in a folder, sorted. */
export function yamlFilesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && YAML.test(entry.name) && !entry.name.startsWith("."))
    .sort(byName)
    .map((entry) => join(folder, entry.name));
}

/** YAML files below a folder, sorted; folders that are links are not followed, so that no walk is endless. */
export function yamlFilesBelow(folder: string, root: string): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (!entry.isDirectory()) {
      if (YAML.test(entry.name)) files.push(path);
      continue;
    }
    if (LEFT_OUT.has(entry.name) || (folder === root && LEFT_OUT_AT_ROOT.has(entry.name))) continue;
    const anotherProject = existsSync(join(path, PROJECT_FILE));
    const module = existsSync(join(path, MODULE_FILE));
    if (!anotherProject && !module) files.push(...yamlFilesBelow(path, root));
  }
  return files;
}

/** The folder of the project: where ferry was started, or the one given folder (or project file) that has a ferry.yaml. */
export function findRoot(directory: string, paths: readonly string[]): string {
  if (existsSync(join(directory, PROJECT_FILE))) return directory;
  const roots = paths
    .map((path) => resolve(directory, path))
    .map((path) => (basename(path) === PROJECT_FILE ? dirname(path) : path))
    .filter((path) => existsSync(join(path, PROJECT_FILE)));
  const [only] = roots;
  return only !== undefined && new Set(roots).size === 1 ? only : directory;
}

/** Files for paths given by the user or by spec.include: files as they are, folders with all below them. */
export function expandPaths(
  paths: readonly string[],
  base: string,
  root: string,
  missing: (path: string) => void,
): string[] {
  const files = new Set<string>();
  for (const path of paths) {
    const absolute = resolve(base, path);
    if (!existsSync(absolute)) missing(path);
    else if (!isFolder(absolute)) files.add(absolute);
    else for (const file of yamlFilesBelow(absolute, root)) files.add(file);
  }
  files.delete(join(root, PROJECT_FILE));
  return [...files].sort();
}

/** Adds the name under which each file is shown. */
export function named(files: readonly string[], directory: string): FileToRead[] {
  return files.map((path) => ({ path, name: shownPath(directory, path) }));
}

/** Whether `path` is `folder` or below it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !way.startsWith("/"));
}

/** Files given on the command line. */
export function givenFiles(
  paths: readonly string[],
  directory: string,
  root: string,
  report: Report,
): string[] {
  return expandPaths(paths, directory, root, (path) => {
    report.error("missing-path", null, `there is no file or folder ${path}`, {
      detail: `looked in ${directory}`,
      remedy: "check the spelling; paths are relative to where ferry is started, or to --chdir",
    });
  });
}
