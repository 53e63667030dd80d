/** Finds the YAML files that a path given on the command line stands for. Reads directories, no contents. */
import { readdir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";

const SKIPPED = new Set(["node_modules"]);

/** Files below `paths` (files or folders, relative to `directory`), absolute, sorted, each once. Hidden folders are left out. */
export async function yamlFiles(directory: string, paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths.length === 0 ? ["."] : paths) {
    for (const file of await filesOf(resolve(directory, path), path)) found.add(file);
  }
  return [...found].sort();
}

async function filesOf(absolute: string, given: string): Promise<string[]> {
  const info = await stat(absolute).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === "ENOENT" ? "there is no such file or folder" : String(error.code ?? error.message);
    throw new DiagnosticError([
      errorDiagnostic("usage-path", `cannot read ${given}: ${why}`, {
        remedy: "Check the path; it is relative to the directory ferry works in.",
      }),
    ]);
  });
  return info.isDirectory() ? below(absolute) : [absolute];
}

async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) return [];
    if (entry.isDirectory()) return below(path);
    return /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
  return (await Promise.all(lists)).flat();
}

/** For messages: relative to the directory ferry works in. */
export function shownPath(directory: string, file: string): string {
  return relative(directory, file) || file;
}
