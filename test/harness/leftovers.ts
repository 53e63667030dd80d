/**
 * Finds processes that a test run started, by the mark in their environment, so that a test that leaves a server
 * behind is caught and only what it started is ever stopped.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface LeftProcess {
  readonly pid: number;
  readonly command: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // gone meanwhile, or not ours to read
  }
}

/** Processes whose environment holds FERRY_TEST_RUN=`mark`. Empty where there is no /proc. */
export function processesOf(mark: string): LeftProcess[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(`/proc/${pid}/environ`).includes(`FERRY_TEST_RUN=${mark}`))
    .map((pid) => ({
      pid: Number(pid),
      command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 160),
    }))
    .filter((found) => found.command !== "");
}

/** Kills them, the supervisors first, so that nothing is started again. */
export function killAll(processes: readonly LeftProcess[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // already gone
    }
  }
}
