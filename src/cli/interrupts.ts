/**
 * Ctrl-C and SIGTERM: the first asks to stop cleanly, the second to stop now. What that means is for those who hold the
 * signals; this only counts.
 */
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import type { Terminal } from "./terminal.js";

export interface Interrupts {
  /** Aborted by the first interrupt. */
  readonly stop: AbortSignal;
  /** Aborted by the second one. */
  readonly abort: AbortSignal;
  /** What the first interrupt will say from now on; null says nothing, because stopping is immediate. */
  announce(message: string | null): void;
  /** Signals have their usual effect again. */
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function listenForInterrupts(terminal: Terminal): Interrupts {
  const stop = new AbortController();
  const abort = new AbortController();
  let message: string | null = null;
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      if (message !== null) terminal.note(message);
      stop.abort(interrupted());
      return;
    }
    if (!abort.signal.aborted)
      terminal.note("Interrupted again: stopping now. What is known is still recorded.");
    abort.abort(interrupted());
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    stop: stop.signal,
    abort: abort.signal,
    announce: (text) => {
      message = text;
    },
    dispose: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/** What those throw who only stop: reading, planning, waiting. */
function interrupted(): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("interrupted", "interrupted before anything was begun", {
      detail: "Nothing was changed.",
    }),
  ]);
}
