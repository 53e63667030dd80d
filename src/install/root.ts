/**
 * Where ferry itself is installed: the folder with its package.json, schemas/ and modules/, whatever folder the
 * compiled code lies in.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let cached: string | undefined;

/** Absolute path of the installation. Throws only when the installation itself is damaged. */
export function installRoot(): string {
  if (cached !== undefined) return cached;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "schemas")) || !existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error("ferry's installation is damaged: no package.json and schemas/ above its code");
    folder = parent;
  }
  cached = folder;
  return folder;
}

/** The version in ferry's package.json. */
export function ferryVersion(): string {
  const manifest = JSON.parse(readFileSync(join(installRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}
