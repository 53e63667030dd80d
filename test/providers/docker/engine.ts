/**
 * A Docker engine of the test's own, with an image made of this machine's shell: no network, no registry. Needs dockerd
 * and the right to run it; whatever happens to the test, the engine and its containers end with it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import Docker from "dockerode";
import { packTar, type TarEntry } from "../../../providers/docker/tar.js";
import { waitFor } from "../../harness/wait.js";

export const IMAGE = "ferry-test/shell:1";
const PROGRAMS = ["sh", "sleep", "cat", "env", "id", "ls", "stat", "mkdir"];

export interface TestEngine {
  readonly endpoint: string;
  readonly docker: Docker;
  stop(): Promise<void>;
}

/** Why no engine can be started here; null when one can. */
export function whyNoEngine(): string | null {
  if (process.getuid?.() !== 0) return "only root may start an engine";
  try {
    execFileSync("dockerd", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    return "there is no dockerd";
  }
}

export async function startEngine(): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), "ferry-engine-"));
  const socket = join(folder, "docker.sock");
  const flags = ["--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"];
  const places = [
    "--data-root",
    join(folder, "data"),
    "--exec-root",
    join(folder, "exec"),
    "--pidfile",
    join(folder, "pid"),
  ];
  const log = openSync(join(folder, "log"), "a");
  const child = spawn("dockerd", [...flags, ...places, "-H", `unix://${socket}`], {
    stdio: ["ignore", log, log],
  });
  const docker = new Docker({ socketPath: socket });
  const stop = () => stopEngine(child, docker, folder);
  try {
    await waitFor("the engine answers", 60_000, () => {
      if (child.exitCode !== null) throw new Error(readFileSync(join(folder, "log"), "utf8").slice(-2000));
      return docker.ping().then(() => true);
    });
    const archive = Readable.from([packTar(shellImage())]);
    const answer = await docker.importImage(archive, { repo: "ferry-test/shell", tag: "1" });
    await new Promise((resolve, reject) => {
      docker.modem.followProgress(answer, (error) => (error ? reject(error) : resolve(null)));
    });
    return { endpoint: `unix://${socket}`, docker, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopEngine(child: ChildProcess, docker: Docker, folder: string): Promise<void> {
  try {
    const left = await docker.listContainers({ all: true });
    await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  } finally {
    child.kill("SIGTERM");
    await waitFor("the engine ended", 30_000, () => child.exitCode !== null || child.signalCode !== null);
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An engine leaves its network namespaces mounted. */
function unmountBelow(folder: string): void {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const points = mounts
    .map((line) => line.split(" ")[1] ?? "")
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.sort().reverse()) execFileSync("umount", [point], { stdio: "ignore" });
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
