/**
 * A real Docker engine of the test's own: its own data, socket and process, no firewall rules, so that it touches nothing
 * of the machine. Always stopped, also when the test process ends early.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { waitFor } from "./wait.js";

export interface TestEngine {
  /** For a Host: `unix:///…/docker.sock`. */
  readonly endpoint: string;
  readonly docker: Docker;
  readonly folder: string;
  /** The engine's process; with `bridge` it is the one whose network namespace holds the published ports. */
  readonly pid: number;
  /** Imports an archive, a path or its bytes, as an image. */
  importImage(archive: string | NodeJS.ReadableStream, name: string): Promise<void>;
  /** Removes every container, stops the engine and deletes its data. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Further `-H` and TLS options of dockerd. */
  readonly listen?: readonly string[];
  /** A bridge network of its own, in a network namespace of its own: nothing of it is reached from outside. */
  readonly bridge?: boolean;
}

const START_DEADLINE_MS = 60_000;

/** Why there can be no engine here, or null. */
export function whyNoEngine(): string | null {
  if (process.getuid?.() !== 0) return "a Docker engine needs root";
  try {
    execFileSync("dockerd", ["--version"], { stdio: "ignore" });
    return null;
  } catch {
    return "there is no dockerd on this machine (Debian: docker.io)";
  }
}

function logTail(file: string): string {
  return readFileSync(file, "utf8").split("\n").slice(-20).join("\n");
}

/** Mounts below the folder, innermost first: an engine that was killed leaves some. */
function unmountBelow(folder: string): void {
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .flatMap((line) => line.split(" ")[1] ?? [])
    .filter((point) => point.startsWith(`${folder}/`))
    .sort()
    .reverse();
  for (const point of points) {
    try {
      execFileSync("umount", ["-l", point], { stdio: "ignore" });
    } catch {
      // unmounted meanwhile by the engine itself
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}

async function stop(child: ChildProcess, docker: Docker, folder: string): Promise<void> {
  const containers = await docker.listContainers({ all: true }).catch(() => []);
  await Promise.allSettled(
    containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })),
  );
  child.kill("SIGTERM");
  const hard = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended(child);
  clearTimeout(hard);
  unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true });
}

function launch(folder: string, log: string, { listen = [], bridge = false }: EngineOptions): ChildProcess {
  const output = openSync(log, "a");
  const places = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")];
  const network = ["--iptables=false", "--ip6tables=false", ...(bridge ? [] : ["--bridge=none"])];
  const sockets = ["-H", `unix://${join(folder, "docker.sock")}`, ...listen];
  const words = [...places, "--pidfile", join(folder, "pid"), ...network, ...sockets];
  const [program = "", ...first] = bridge ? ["unshare", "--net", "dockerd"] : ["dockerd"];
  try {
    return spawn(program, [...first, ...words], { stdio: ["ignore", output, output] });
  } finally {
    closeSync(output);
  }
}

/** Starts it and waits until it answers. */
export async function startEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), "ferry-docker-"));
  const socketPath = join(folder, "docker.sock");
  const log = join(folder, "dockerd.log");
  const child = launch(folder, log, options);
  process.once("exit", () => child.kill("SIGTERM"));
  const docker = new Docker({ socketPath });
  try {
    await waitFor("the Docker engine answers", START_DEADLINE_MS, async () => {
      if (child.exitCode !== null) throw new Error("it ended");
      await docker.ping();
      return true;
    });
  } catch (error) {
    const tail = logTail(log);
    await stop(child, docker, folder);
    throw new Error(`${String(error)}\n${tail}`);
  }
  return {
    endpoint: `unix://${socketPath}`,
    docker,
    folder,
    pid: child.pid ?? 0,
    importImage: (archive, name) => importImage(docker, archive, name),
    close: () => stop(child, docker, folder),
  };
}

async function importImage(
  docker: Docker,
  archive: string | NodeJS.ReadableStream,
  name: string,
): Promise<void> {
  const colon = name.lastIndexOf(":");
  const source = typeof archive === "string" ? createReadStream(archive) : archive;
  const stream = await docker.importImage(source, { repo: name.slice(0, colon), tag: name.slice(colon + 1) });
  await new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error === null ? resolve(null) : reject(error)));
  });
}
