/** Shows how a migration goes: a whole status on a screen, or a line when something changes. Decides nothing. */
import type { MigrationStore } from "../migration/model/ports.js";
import type { MigrationRecord } from "../migration/model/record.js";
import type { GuidanceInput } from "../render/migration/guidance.js";
import { renderMigrationLine, renderMigrationStatus } from "../render/migration/status-text.js";
import type { Terminal } from "./terminal.js";

const WATCH_MS = 1_000;

/** What there is to show of one migration now. */
export async function viewOf(store: MigrationStore, record: MigrationRecord): Promise<GuidanceInput> {
  const [holder, newest] = await Promise.all([store.holder(record.id), store.read(record.id)]);
  return { record: newest ?? record, holder, nowMs: Date.now() };
}

/** Looks again each second until the signal aborts, or `isOver` says so. */
export async function watchMigration(
  store: MigrationStore,
  record: MigrationRecord,
  terminal: Terminal,
  { signal, isOver }: { readonly signal: AbortSignal; readonly isOver: (view: GuidanceInput) => boolean },
): Promise<void> {
  let shown = "";
  try {
    while (!signal.aborted) {
      const view = await viewOf(store, record);
      const line = renderMigrationLine(view);
      if (terminal.canLive) terminal.live(renderMigrationStatus({ ...view, colour: false, detailed: false }));
      else if (line !== shown) terminal.note(`${stamp(view.nowMs)} ${line}`);
      shown = line;
      if (isOver(view)) return;
      await pause(WATCH_MS, signal);
    }
  } finally {
    terminal.live(null);
  }
}

/** `2026-01-02T03:04:05Z` */
export function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Resolves early when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}
