/** How far `ferry sync bootstrap --to` is: in place on a terminal, else now and then a line. It decides nothing. */
import { progressText } from "../render/sync/status-text.js";
import type { BootstrapProgress } from "../sync/bootstrap/bootstrap-file.js";
import type { Terminal } from "./terminal.js";

/** Milliseconds between two showings. */
const LIVE_MS = 200;
const NOTE_MS = 10_000;

/**
 * @param name of the Sync
 * @param sourceNodes of the whole source, as a server counts them; null when none says so
 * @param now steady clock, milliseconds
 */
export function bootstrapProgress(
  name: string,
  sourceNodes: number | null,
  terminal: Pick<Terminal, "canLive" | "live" | "note">,
  now: () => number = () => performance.now(),
): (progress: BootstrapProgress) => void {
  let phase: BootstrapProgress["phase"] | null = null;
  let begun = 0;
  let told = 0;
  const every = terminal.canLive ? LIVE_MS : NOTE_MS;
  return (progress) => {
    const at = now();
    if (progress.phase !== phase) {
      phase = progress.phase;
      begun = at;
      told = at;
    }
    if (at - told < every) return;
    told = at;
    const perSecond = (progress.nodes * 1_000) / (at - begun);
    const total = progress.total ?? sourceNodes;
    const text = `${name} ${phase} ${progressText({ done: progress.nodes, total, perSecond })}`;
    if (terminal.canLive) terminal.live(text);
    else terminal.note(text);
  };
}
