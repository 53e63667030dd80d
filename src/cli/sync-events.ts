/** Tells what an engine does, a line for each event, and the live line. It decides nothing. */
import { renderLine } from "../render/sync/status-text.js";
import type { DirectionState, SyncStatus } from "../sync/control/records.js";
import type { Terminal } from "./terminal.js";

/** Milliseconds between two lines of figures where nothing can be written over. */
const FIGURES_MS = 10_000;

export class SyncEvents {
  private readonly states = new Map<string, DirectionState>();
  private alerts = new Map<string, string>();
  private figuresAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly name: string,
    private readonly terminal: Terminal,
    private readonly redact: (text: string) => string,
    /** Figures besides the events. */
    private readonly watch: boolean,
  ) {}

  /** One line: time, Sync, what happened. */
  readonly log = (text: string): void => {
    this.terminal.note(`${new Date().toISOString().slice(0, 19)}Z ${this.name}: ${this.redact(text)}`);
  };

  /** Takes the status of an active engine. */
  seen(status: SyncStatus): void {
    for (const { direction, state, feed, feedReason } of status.directions) {
      if (this.states.get(direction) === state) continue;
      this.states.set(direction, state);
      const by = feed === null || state === "paused" ? "" : ` (feed ${feed.kind}: ${feedReason})`;
      this.log(`${direction} is ${state}${state === "connecting" ? by : ""}`);
    }
    this.seenAlerts(status);
    this.showFigures(status);
  }

  /** Not active: what was shown holds no more. */
  waiting(text: string): void {
    this.states.clear();
    if (this.watch) this.terminal.live(`${this.name} ${text}`);
  }

  /** Takes the live line away. */
  end(): void {
    this.terminal.live(null);
  }

  private seenAlerts(status: SyncStatus): void {
    const now = new Map<string, string>(status.alerts.map(({ code, text }) => [code, text]));
    for (const [code, text] of now) if (!this.alerts.has(code)) this.log(`alert ${code}: ${text}`);
    for (const code of this.alerts.keys()) if (!now.has(code)) this.log(`alert ${code} is over`);
    this.alerts = now;
  }

  private showFigures(status: SyncStatus): void {
    if (!this.watch) return;
    const line = renderLine(this.name, status);
    if (this.terminal.canLive) {
      this.terminal.live(line);
      return;
    }
    if (performance.now() - this.figuresAt < FIGURES_MS) return;
    this.figuresAt = performance.now();
    for (const one of line.split("\n")) this.log(one.slice(this.name.length + 1));
  }
}
