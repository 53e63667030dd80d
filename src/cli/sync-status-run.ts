/** Carries out `ferry sync status`: what the engines said last, and whether one is at work. Changes nothing. */
import { type Diagnostic, DiagnosticError } from "../diagnostics/diagnostic.js";
import { renderLine, renderStatus } from "../render/sync/status-text.js";
import { controlPaths } from "../sync/control/layout.js";
import { feelPulse } from "../sync/control/pulse.js";
import { readControl, readStatus } from "../sync/control/read-records.js";
import { inWords } from "../sync/side/connect-side.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { listenForInterrupts } from "./interrupts.js";
import type { Reply } from "./reply.js";
import { type DeclaredSync, type SyncRequest, selectSyncs } from "./sync-selection.js";
import { withTarget } from "./sync-target.js";
import { healthOf, isDown, type SyncView, viewDiagnostics, viewJson } from "./sync-view.js";
import type { Terminal } from "./terminal.js";

export interface SyncStatusRequest extends SyncRequest {
  readonly watch: boolean;
  readonly detailedExitCode: boolean;
}

const WATCH_MS = 1_000;

export async function runSyncStatus(request: SyncStatusRequest, terminal: Terminal): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { syncs, diagnostics } = await selectSyncs(request);
    if (request.watch) await watch(syncs, terminal, interrupts.stop);
    // The last look is the answer; after Ctrl-C of a watch it must not be given up at once.
    const signal = request.watch ? interrupts.abort : interrupts.stop;
    const looks = await Promise.all(syncs.map((sync) => look(sync, signal)));
    return statusReply(looks, diagnostics, request.detailedExitCode, terminal.colour.out);
  } finally {
    interrupts.dispose();
  }
}

/** A view, or why there is none. */
type Look = { readonly view: SyncView } | { readonly diagnostics: readonly Diagnostic[] };

async function look(sync: DeclaredSync, signal: AbortSignal): Promise<Look> {
  try {
    return { view: await withTarget(sync, signal, (client) => viewOf(sync, client, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DiagnosticError) return { diagnostics: error.diagnostics };
    throw error;
  }
}

/** Reads everything there is to say of a Sync. Rejects with ZooKeeperError. */
export async function viewOf(
  sync: DeclaredSync,
  client: ZooKeeperClient,
  signal: AbortSignal,
): Promise<SyncView> {
  const paths = controlPaths(sync.name);
  const pulse = await feelPulse(client, paths, Date.now, signal);
  const [status, control] = await Promise.all([readStatus(client, paths), readControl(client, paths)]);
  const { address, name } = sync;
  return {
    address,
    name,
    source: sideName(sync, "source"),
    target: sideName(sync, "target"),
    pulse,
    status,
    control,
  };
}

/** As the user wrote it. */
export function sideName({ spec }: DeclaredSync, which: "source" | "target"): string {
  const side = spec[which] as { readonly ensemble?: string; readonly connectString?: string };
  return side.ensemble ?? side.connectString ?? which;
}

function statusReply(
  looks: readonly Look[],
  diagnostics: readonly Diagnostic[],
  detailed: boolean,
  colour: boolean,
): Reply {
  const views = looks.flatMap((one) => ("view" in one ? [one.view] : []));
  const failures = looks.flatMap((one) => ("view" in one ? [] : one.diagnostics));
  const down = views.some((view) => isDown(healthOf(view)));
  return {
    exitCode: failures.length > 0 ? 1 : detailed && down ? 2 : 0,
    diagnostics: [...diagnostics, ...failures, ...views.flatMap(viewDiagnostics)],
    text: () => views.map((view) => renderStatus({ ...view, health: healthOf(view) }, colour)).join("\n\n"),
    data: { syncs: views.map(viewJson) },
  };
}

/** Until it is interrupted: the whole status on a screen, or a line a second for each Sync. */
async function watch(syncs: readonly DeclaredSync[], terminal: Terminal, signal: AbortSignal): Promise<void> {
  const show = terminal.canLive ? screen(terminal) : lines(terminal);
  try {
    await Promise.all(syncs.map((sync) => watchOne(sync, signal, show)));
  } finally {
    terminal.live(null);
  }
}

async function watchOne(
  sync: DeclaredSync,
  signal: AbortSignal,
  show: (view: SyncView) => void,
): Promise<void> {
  try {
    await withTarget(sync, signal, async (client) => {
      while (!signal.aborted) {
        show(await inWords(sync.address, signal, () => viewOf(sync, client, signal)));
        await pause(WATCH_MS, signal);
      }
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function screen(terminal: Terminal): (view: SyncView) => void {
  const shown = new Map<string, string>();
  return (view) => {
    shown.set(view.address, renderStatus({ ...view, health: healthOf(view) }, false));
    terminal.live([...shown.values()].join("\n\n"));
  };
}

function lines(terminal: Terminal): (view: SyncView) => void {
  return (view) => {
    const { name, status } = view;
    const health = healthOf(view);
    terminal.result(status === null || isDown(health) ? `${name} ${health}` : renderLine(name, status));
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
