/** What the parts of the benchmark share: a simulated master and a fleet as processes of their own, and children that measure. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../test/harness/wait.js";

export interface Size {
  readonly agents: number;
  readonly tasks: number;
  readonly frameworks: number;
  /** Tasks that end in a second, each replaced. */
  readonly rate: number;
}

export interface World {
  /** `host:port`. */
  readonly master: string;
  /** Until all agents and frameworks were registered. */
  readonly registrationSeconds: number;
  memoryMiB(): { readonly master: number; readonly fleet: number };
  close(): Promise<void>;
}

const DEADLINE_MS = 5 * 60_000;
const PORT = 5050;

function script(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export async function startWorld(size: Size): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "ferry-bench-mesos-"));
  const ip = `127.77.${process.pid % 250}.1`;
  const address = `${ip}:${PORT}`;
  const master = spawn(
    process.execPath,
    [script("../../src/sandbox/mesos/master/main.js"), `--ip=${ip}`, `--work_dir=${folder}`, "--quiet"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const children: ChildProcess[] = [master];
  const close = async (): Promise<void> => {
    await Promise.all(children.map(ended));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await waitFor(
      "the master answers",
      DEADLINE_MS,
      async () => (await fetch(`http://${address}/health`)).ok,
    );
    const flags = Object.entries({ master: address, ...size }).map(([name, value]) => `--${name}=${value}`);
    const fleet = spawn(process.execPath, [script("../../src/sandbox/fleet/main.js"), "--quiet", ...flags], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(fleet);
    const { seconds } = await firstLine<{ readonly seconds: number }>(fleet);
    const memoryMiB = () => ({ master: residentMiB(master), fleet: residentMiB(fleet) });
    return { master: address, registrationSeconds: seconds, memoryMiB, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function firstLine<T>(child: ChildProcess): Promise<T> {
  if (child.stdout === null) throw new Error("its output is not read");
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, "line", { signal: AbortSignal.timeout(DEADLINE_MS) })) as [string];
  return JSON.parse(line) as T;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, "exit");
  child.kill("SIGKILL");
  await over;
}

function residentMiB({ pid }: ChildProcess): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Runs a script of this folder in a fresh process, and gives the JSON that it prints. */
export async function measured<T>(name: string, ...args: readonly string[]): Promise<T> {
  const child = spawn(process.execPath, [script(`./${name}.js`), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    return await firstLine<T>(child);
  } finally {
    await ended(child);
  }
}

/** Of this process, since it was started. */
export function peakMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

export function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
