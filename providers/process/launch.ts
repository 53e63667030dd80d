/**
 * Starts a unit's server under a supervisor that outlives ferry, and waits until the server is there or has ended.
 * Never starts a second server: the supervisor's lock decides, whatever the files said a moment ago.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Diagnostic, DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { installRoot } from "../../src/install/root.js";
import { readIfThere, writeWhole } from "./files.js";
import type { UnitLayout } from "./layout.js";
import { mistake, type Place, throwIfAborted } from "./mistakes.js";
import type { RecordedSpec } from "./record.js";
import { isBusy, lockHolders, readRun, type UnitRun } from "./run-files.js";
import { SUPERVISOR_EXIT, SUPERVISOR_SCRIPT } from "./supervisor-script.js";

/** Milliseconds for the server's process to exist. */
const START_DEADLINE_MS = 10_000;
const POLL_MS = 20;
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The server's environment: a clean one, so that it does not depend on who ran ferry, and the unit's own. Last on the path are
 * ferry's own programs, the simulators of the sandbox, and the node that they need.
 */
export function serverEnvironment(
  own: NodeJS.ProcessEnv,
  unit: Readonly<Record<string, string>>,
): Record<string, string> {
  const programs = [own["PATH"] || DEFAULT_PATH, join(installRoot(), "bin"), dirname(process.execPath)];
  const clean: Record<string, string> = { PATH: programs.join(":") };
  // FERRY_TEST_RUN lets the test runner find servers that a test left behind; FERRY_DIST is where the simulators are compiled.
  for (const name of ["HOME", "LANG", "TMPDIR", "FERRY_DIST", "FERRY_TEST_RUN"]) {
    const value = own[name];
    if (value !== undefined) clean[name] = value;
  }
  return { ...clean, ...unit };
}

interface Attempt {
  readonly token: string;
  /** Exit status of the supervisor, null while it runs. */
  ended(): number | null;
  failure(): Error | null;
}

/** Resolves when the server's process exists, or has ended already. */
export async function launch(
  place: Place,
  layout: UnitLayout,
  spec: RecordedSpec,
  signal: AbortSignal,
): Promise<void> {
  await writeWhole(`${layout.run}/restart`, `${spec.restart}\n`, 0o600);
  await writeWhole(`${layout.run}/supervise.sh`, SUPERVISOR_SCRIPT, 0o600);
  const deadline = Date.now() + START_DEADLINE_MS;
  let attempt: Attempt | null = null;
  for (;;) {
    const run = readRun(layout.run);
    if (run.server?.alive === true || (attempt !== null && run.exit?.token === attempt.token)) return;
    if (run.supervisor?.alive === true && run.supervisor.waiting) process.kill(run.supervisor.pid, "SIGUSR1");
    if (attempt !== null) await refuseFailed(place, layout, attempt);
    if (Date.now() > deadline) throw tooLate(place, layout, run);
    throwIfAborted(signal, place, "the server was starting");
    const lost = attempt?.ended() === SUPERVISOR_EXIT.alreadyRunning;
    if ((attempt === null || lost) && !isBusy(run)) attempt = spawnSupervisor(layout, spec);
    await delay(POLL_MS);
  }
}

function spawnSupervisor(layout: UnitLayout, spec: RecordedSpec): Attempt {
  const token = randomUUID();
  const tools = `${process.env["PATH"] || DEFAULT_PATH}:${DEFAULT_PATH}`;
  const log = openSync(layout.supervisorLog, "a", 0o600);
  let failure: Error | null = null;
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", [`${layout.run}/supervise.sh`, token, tools, ...spec.command], {
      cwd: layout.root,
      detached: true,
      stdio: ["ignore", log, log],
      env: serverEnvironment(process.env, spec.environment),
    });
  } finally {
    closeSync(log);
  }
  child.once("error", (error) => {
    failure = error;
  });
  child.unref();
  return {
    token,
    ended: () => child.exitCode ?? (child.signalCode === null ? null : -1),
    failure: () => failure,
  };
}

async function refuseFailed(place: Place, layout: UnitLayout, attempt: Attempt): Promise<void> {
  const status = attempt.ended();
  const failure = attempt.failure();
  if (failure === null && (status === null || status === SUPERVISOR_EXIT.alreadyRunning)) return;
  // It may have ended between the look at run/ and now, after the server did.
  if (readRun(layout.run).exit?.token === attempt.token) return;
  const said = (await readIfThere(layout.supervisorLog))?.toString("utf8").trimEnd().split("\n").at(-1) ?? "";
  const why = failure?.message ?? (status === -1 ? "it was killed" : `exit code ${status}`);
  throw notStarted({ ...place, path: layout.supervisorLog }, `the supervisor failed (${why})`, {
    ...(said === "" ? {} : { detail: `It said: ${said}` }),
    remedy:
      status === SUPERVISOR_EXIT.missingTool
        ? "Run ferry on Linux and install util-linux (flock, setsid) and coreutils."
        : "Mend what it said, then run the command again.",
  });
}

function tooLate(place: Place, layout: UnitLayout, run: UnitRun): DiagnosticError {
  const holders = lockHolders(layout.run);
  const held = holders.length > 0 && !isBusy(run);
  return notStarted(
    { ...place, path: layout.run },
    held
      ? `process ${holders.join(", ")} of an earlier server still runs and holds its lock`
      : `no server after ${START_DEADLINE_MS / 1000} s`,
    {
      remedy: held
        ? `Find out what process ${holders.join(", ")} is, end it, then run the command again.`
        : `Read ${layout.supervisorLog}, then run the command again.`,
    },
  );
}

function notStarted(place: Place, why: string, more: Partial<Diagnostic>): DiagnosticError {
  return mistake("unit-not-started", place, `the server was not started: ${why}`, more);
}
