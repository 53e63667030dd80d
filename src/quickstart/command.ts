/** Runs the ferry command as a user would, showing what is typed and what it prints. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { installRoot } from "../install/root.js";

export interface Shown {
  readonly exitCode: number;
}

/**
 * Prints `$ ferry …` and runs it in the quickstart's folder, its output going to ours. Resolves with the exit code;
 * rejects only when the command cannot be started at all.
 */
export function ferry(folder: string, args: readonly string[], say: (line: string) => void): Promise<Shown> {
  say(`\n$ ferry ${args.join(" ")}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(installRoot(), "bin", "ferry"), ...args], {
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ exitCode: code ?? (signal === null ? 1 : 130) }));
  });
}

export interface Answer extends Shown {
  /** What it wrote to stdout. */
  readonly text: string;
}

/** Runs `ferry …` without showing it; what it says on stderr goes to ours. */
export function ask(folder: string, args: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(installRoot(), "bin", "ferry"), ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ exitCode: code ?? (signal === null ? 1 : 130), text }));
  });
}

/** As `ferry`, but what it prints comes back, to be shown in part. */
export function ferryText(
  folder: string,
  args: readonly string[],
  say: (line: string) => void,
): Promise<Answer> {
  say(`\n$ ferry ${args.join(" ")}`);
  return ask(folder, args);
}

export interface Background {
  /** Asks it to end in good order, as Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number>;
}

/** Starts `ferry …` beside what follows, its output going to ours. */
export function startFerry(folder: string, args: readonly string[], say: (line: string) => void): Background {
  say(`\n$ ferry ${args.join(" ")} &`);
  const child = spawn(process.execPath, [join(installRoot(), "bin", "ferry"), ...args], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", (code) => resolve(code ?? 1));
  });
  return {
    stop: () => {
      child.kill("SIGINT");
      return ended;
    },
  };
}
