/**
 * What run/ says about a unit's server and its supervisor, judged against /proc. Reads only; the supervisor is the one
 * that writes (supervisor-script.ts has the formats).
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { currentBootId, isAlive, type ProcessIdentity } from "./stat.js";

export interface SupervisorRun extends ProcessIdentity {
  readonly token: string;
  /** Between two starts of the server. */
  readonly waiting: boolean;
  readonly alive: boolean;
}

export interface ServerRun extends ProcessIdentity {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly alive: boolean;
}

export interface ExitRun {
  readonly token: string;
  /** As the shell gives it: above 128 a signal. */
  readonly status: number;
  /** Whether ferry had asked it to end. */
  readonly asked: boolean;
  /** RFC 3339. */
  readonly at: string;
}

export interface UnitRun {
  readonly supervisor: SupervisorRun | null;
  readonly server: ServerRun | null;
  readonly exit: ExitRun | null;
}

function fields(path: string): string[] {
  try {
    return readFileSync(path, "latin1").trim().split(" ");
  } catch {
    return [];
  }
}

function identity(words: readonly string[]): ProcessIdentity | null {
  const [pid, startTime, bootId] = words;
  if (pid === undefined || !/^[1-9]\d*$/.test(pid)) return null;
  if (startTime === undefined || !/^\d+$/.test(startTime) || bootId === undefined || bootId === "")
    return null;
  return { pid: Number(pid), startTime, bootId };
}

/** The unit's processes now. Never throws: a file that is missing or torn says nothing. */
export function readRun(run: string): UnitRun {
  return { supervisor: readSupervisor(run), server: readServer(run), exit: readExit(run) };
}

function readSupervisor(run: string): SupervisorRun | null {
  const words = fields(join(run, "supervisor"));
  const found = identity(words);
  if (found === null) return null;
  return { ...found, token: words[3] ?? "", waiting: words[4] === "waiting", alive: isAlive(found) };
}

function readServer(run: string): ServerRun | null {
  const words = fields(join(run, "server"));
  const found = identity(words);
  return found === null ? null : { ...found, startedAt: words[3] ?? "", alive: isAlive(found) };
}

function readExit(run: string): ExitRun | null {
  const [token, status, why, at] = fields(join(run, "exit"));
  if (token === undefined || status === undefined || !/^\d+$/.test(status) || at === undefined) return null;
  return { token, status: Number(status), asked: why === "asked", at };
}

/** Whether anything of the unit runs or may start again by itself. */
export function isBusy(run: UnitRun): boolean {
  return run.server?.alive === true || run.supervisor?.alive === true;
}

/** How the last server ended, in words; null when none has. */
export function exitText(run: UnitRun): string | null {
  const { exit, server, supervisor } = run;
  if (exit === null) return server === null ? null : lostText(server);
  const again = supervisor?.alive === true ? "; it is being started again" : "";
  return `${statusText(exit.status)}${exit.asked ? " after it was asked to stop" : ""} at ${exit.at}${again}`;
}

function lostText(server: ServerRun): string {
  if (server.bootId !== currentBootId()) return "ended when the machine was restarted";
  return "ended while its supervisor was gone: exit code unknown";
}

function statusText(status: number): string {
  if (status === 126) return "could not be run (exit code 126)";
  if (status === 127) return "program not found (exit code 127)";
  if (status <= 128) return `exited with code ${status}`;
  const number = status - 128;
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name === undefined ? `exited with code ${status}` : `killed by signal ${number} (${name})`;
}

/** Processes that hold the unit's lock open, for the message when nobody knows them. */
export function lockHolders(run: string): number[] {
  let lock: { dev: number; ino: number };
  try {
    lock = statSync(join(run, "lock"));
  } catch {
    return [];
  }
  return (
    entries("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => entries(`/proc/${pid}/fd`).some((fd) => isFile(`/proc/${pid}/fd/${fd}`, lock)))
      // A supervisor that is about to try for the lock has the file open, too.
      .filter((pid) => !commandOf(pid).includes(join(run, "supervise.sh")))
      .map(Number)
  );
}

/** Empty when it has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function isFile(path: string, file: { dev: number; ino: number }): boolean {
  try {
    const found = statSync(path);
    return found.ino === file.ino && found.dev === file.dev;
  } catch {
    return false;
  }
}
