/** An image made of this machine's shell, in a Docker engine of the test's own: no network, no registry. */
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { packTar, type TarEntry } from "../../../providers/docker/tar.js";
import { startEngine as startRealEngine } from "../../harness/docker.js";

export const IMAGE = "ferry-test/shell:1";
const PROGRAMS = ["sh", "sleep", "cat", "env", "id", "ls", "stat", "mkdir"];

export { whyNoEngine } from "../../harness/docker.js";

export interface TestEngine {
  readonly endpoint: string;
  readonly docker: Docker;
  stop(): Promise<void>;
}

/** A real engine that holds the image. */
export async function startEngine(): Promise<TestEngine> {
  const engine = await startRealEngine();
  try {
    await engine.importImage(Readable.from([packTar(shellImage())]), IMAGE);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return { endpoint: engine.endpoint, docker: engine.docker, stop: engine.close };
}

/** This machine's programs with the libraries they load. */
function shellImage(): TarEntry[] {
  const files = new Map<string, Buffer>();
  for (const program of PROGRAMS) {
    const path = realpathSync(
      execFileSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim(),
    );
    files.set(`bin/${program}`, readFileSync(path));
    const libraries = execFileSync("ldd", [path], { encoding: "utf8" }).match(/\/[^\s:]+/g) ?? [];
    for (const library of libraries) files.set(library.slice(1), readFileSync(library));
  }
  files.set("etc/passwd", Buffer.from("root:x:0:0::/:/bin/sh\nzookeeper:x:1234:1235::/:/bin/sh\n"));
  files.set("etc/group", Buffer.from("root:x:0:\nzookeeper:x:1235:\nstaff:x:50:\n"));
  const entries = [...files].map(([path, content]) =>
    entry(path, "file", content, path === "etc/passwd" ? 0o644 : 0o755),
  );
  // Folders that are not in the archive would be root's alone.
  const folders = new Set([...files.keys()].flatMap((path) => foldersOf(path)));
  const made = [...folders].map((path) => entry(path, "directory", Buffer.alloc(0), 0o755));
  return [entry("tmp", "directory", Buffer.alloc(0), 0o1777), ...made, ...entries];
}

function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

function entry(path: string, kind: TarEntry["kind"], content: Buffer, mode: number): TarEntry {
  return { path, kind, content, mode, uid: 0, gid: 0 };
}
