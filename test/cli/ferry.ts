/** Runs bin/ferry as a user would, in a process of its own, on the code that was compiled together with the tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installRoot } from "../../src/install/root.js";

/** The folder of compiled code that this file lies in. */
export const COMPILED = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const FERRY = join(installRoot(), "bin", "ferry");

export interface Answer {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly deadlineMs?: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Answer>;
  /** What came on stderr so far. */
  stderr(): string;
}

export function start(args: readonly string[], options: Options): Running {
  const env = {
    ...process.env,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    FERRY_DIST: COMPILED,
    ...options.env,
  };
  const child = spawn(process.execPath, [FERRY, ...args], {
    cwd: options.cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Answer>((resolve, reject) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), options.deadlineMs ?? 60_000);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, ended, stderr: () => stderr };
}

export function ferry(args: readonly string[], options: Options): Promise<Answer> {
  return start(args, options).ended;
}

/** A temporary project with these files. */
export function projectOf(files: Readonly<Record<string, string>>): {
  directory: string;
  write(path: string, content: string): void;
  remove(): void;
} {
  const directory = mkdtempSync(join(tmpdir(), "ferry-cli-"));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  return { directory, write, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
