/**
 * Ends a unit's server and its supervisor: politely, then hard. Sends signals only to processes that run/ and /proc both
 * know as this unit's.
 */
import { setTimeout as delay } from "node:timers/promises";
import { mistake, type Place, systemCode, throwIfAborted } from "./mistakes.js";
import { isBusy, readRun, type UnitRun } from "./run-files.js";
import { isAlive, type ProcessIdentity } from "./stat.js";

/** Milliseconds a killed process may take to disappear; longer means that the kernel cannot end it. */
const KILL_DEADLINE_MS = 10_000;
const POLL_MS = 20;

/** Milliseconds the supervisor may take to note the server's end. */
const NOTE_MS = 2_000;

/** Resolves when nothing of the unit runs. No error when nothing did. `graceMs`: between TERM and KILL. */
export async function stopProcesses(
  place: Place,
  run: string,
  graceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const first = readRun(run);
  if (!isBusy(first)) return;
  const polite = first.supervisor?.alive === true ? first.supervisor : first.server;
  if (polite !== null) send(polite, "SIGTERM");
  if (await ended(place, run, graceMs, signal)) return sweep(first);
  const late = readRun(run);
  if (late.server !== null) send(late.server, "SIGKILL");
  if (late.supervisor?.alive === true && !(await ended(place, run, NOTE_MS, signal))) {
    // It starts nothing any more; a new server could only come from one that never got the polite signal.
    send(late.supervisor, "SIGKILL");
    const { server } = readRun(run);
    if (server !== null) send(server, "SIGKILL");
  }
  if (await ended(place, run, KILL_DEADLINE_MS, signal)) return sweep(late);
  throw mistake(
    "unit-not-stopped",
    { ...place, path: run },
    `the server did not end (${names(readRun(run))})`,
    {
      detail:
        "It was asked politely and then killed; the kernel holds it, mostly in a disk that does not answer.",
      remedy: "Mend the disk or restart the machine, then run the command again.",
    },
  );
}

async function ended(place: Place, run: string, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isBusy(readRun(run))) {
    if (Date.now() > deadline) return false;
    throwIfAborted(signal, place, "the server was stopping");
    await delay(POLL_MS);
  }
  return true;
}

/** Ends what a server left in its process group when there was no supervisor to do it. */
function sweep(before: UnitRun): void {
  if (before.server?.alive !== true || before.supervisor?.alive === true) return;
  try {
    process.kill(-before.server.pid, "SIGKILL");
  } catch {
    // Nothing was left.
  }
}

function send(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, name);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

function names(run: UnitRun): string {
  const found = [run.server, run.supervisor].filter((process_) => process_?.alive === true);
  return found.map((process_) => `process ${process_?.pid}`).join(", ");
}
