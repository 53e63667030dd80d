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
