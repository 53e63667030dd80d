/** Carries out `ferry sync pause` and `resume`: asks through the control znode, and waits until the engine obeys. */
import { createLockOwner } from "../../state/owner.js";
import { type Diagnostic, errorDiagnostic, warningDiagnostic } from "../diagnostics/diagnostic.js";
import { duration } from "../render/sync/words.js";
import { encodeRecord } from "../sync/apply/checkpoint.js";
import { createControlRoot } from "../sync/control/control-acl.js";
import { type ControlPaths, controlPaths } from "../sync/control/layout.js";
import { readControl } from "../sync/control/read-records.js";
import type { SyncControl } from "../sync/control/records.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { isZooKeeperError } from "../zookeeper/zookeeper-error.js";
import { listenForInterrupts } from "./interrupts.js";
import { type Reply, reply } from "./reply.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import { viewOf } from "./sync-status-run.js";
import { withTarget } from "./sync-target.js";
import { healthOf, isDown, type SyncView, stoppedDiagnostics } from "./sync-view.js";
import type { Terminal } from "./terminal.js";

export interface SyncPauseRequest extends SyncRequest {
  /** False takes the request back. */
  readonly pause: boolean;
  /** Milliseconds for the engine to obey. */
  readonly timeoutMs: number;
}

const LOOK_MS = 100;

export async function runSyncPause(request: SyncPauseRequest, terminal: Terminal): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync(request);
    const answer = await withTarget(sync, interrupts.stop, (client) =>
      ask(sync, request, client, interrupts.stop),
    );
    return { ...answer, diagnostics: [...diagnostics, ...answer.diagnostics] };
  } finally {
    interrupts.dispose();
  }
}

async function ask(
  sync: DeclaredSync,
  { pause, timeoutMs }: SyncPauseRequest,
  client: ZooKeeperClient,
  signal: AbortSignal,
): Promise<Reply> {
  const paths = controlPaths(sync.name);
  const before = await readControl(client, paths);
  const asked = (before?.paused ?? false) !== pause;
  if (asked)
    await writeControl(client, paths, {
      format: 1,
      paused: pause,
      by: createLockOwner("sync").who,
      atMs: Date.now(),
    });
  const done = pause ? "paused" : "running";
  const view = await obeyed(sync, client, pause, timeoutMs, signal);
  const health = healthOf(view);
  const data = { address: sync.address, paused: pause, asked, health };
  if (health === done) {
    const already = asked ? "" : " already";
    return reply(`${sync.address} is ${pause ? "paused" : "running"}${already}.`, data);
  }
  if (isDown(health) && health !== "stopped") {
    const what = pause ? "stays paused when one starts" : "runs as soon as one starts";
    return reply(`${sync.address} ${what}.`, data, [noEngine(sync)]);
  }
  const problems = stoppedDiagnostics(view);
  return {
    exitCode: 1,
    diagnostics: problems.length > 0 && !pause ? problems : [notObeyed(sync, pause, timeoutMs)],
    text: () => "",
    data,
  };
}

/** The first view in which the engine has done it, in which there is none, or the last before the time is over. */
async function obeyed(
  sync: DeclaredSync,
  client: ZooKeeperClient,
  pause: boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<SyncView> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const view = await viewOf(sync, client, signal);
    const health = healthOf(view);
    const isDone = health === (pause ? "paused" : "running");
    // Without a pulse nobody will obey; a stopped direction shows itself again some time after resuming.
    if (isDone || (isDown(health) && health !== "stopped") || performance.now() > until) return view;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function writeControl(
  client: ZooKeeperClient,
  paths: ControlPaths,
  control: SyncControl,
): Promise<void> {
  const data = encodeRecord(control);
  try {
    await client.setData(paths.control, data);
  } catch (error) {
    if (!isZooKeeperError(error, "NO_NODE")) throw error;
    await createControlRoot(client, paths);
    await client.createParents(paths.control);
    await client.create(paths.control, data);
  }
}

function noEngine({ address, name }: DeclaredSync): Diagnostic {
  return warningDiagnostic("sync-no-engine", `${address}: no engine runs, so nobody obeys now`, {
    address,
    detail: "The request is written down on the target; every engine that starts reads it.",
    remedy: `Start one when it is wanted: ferry sync run ${name}`,
  });
}

function notObeyed({ address, name }: DeclaredSync, pause: boolean, timeoutMs: number): Diagnostic {
  const what = pause ? "paused" : "resumed";
  return errorDiagnostic("sync-not-obeyed", `${address} was not ${what} within ${duration(timeoutMs)}`, {
    address,
    detail: "The request stays written down, and the engine does it as soon as it can.",
    remedy: `Look at \`ferry sync status ${name}\`, or wait longer with --timeout.`,
  });
}
