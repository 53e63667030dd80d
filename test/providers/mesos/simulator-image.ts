/** An image that holds Node.js and this build, each where it is on this machine: the simulation runs in it as it does outside. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packTar } from "../../../providers/docker/tar.js";
import type { TestEngine } from "../../harness/docker.js";
import { shellImage } from "../docker/engine.js";

export const SIMULATOR = "ferry-test/simulator:1";
const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

export async function importSimulator(engine: TestEngine): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ferry-image-"));
  const archive = join(folder, "image.tar");
  try {
    writeFileSync(archive, packTar(shellImage([realpathSync(process.execPath)])));
    const build = ["package.json", "dist", "schemas", "node_modules"].map((name) =>
      join(ROOT, name).slice(1),
    );
    execFileSync("tar", ["--append", "--file", archive, "--directory", "/", ...build]);
    await engine.importImage(archive, SIMULATOR);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
