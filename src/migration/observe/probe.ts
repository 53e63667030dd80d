/**
 * One way of looking at the platform that gives several measurements at once. What it cannot see it says itself; when it fails as a whole, or
 * takes too long, all of its measurements are unknown with that reason.
 */
import type { Measurement } from "../model/observation.js";
import { type Measured, unknown } from "./measure.js";

export interface Probe {
  readonly measures: readonly Measured[];
  /** Milliseconds it may take. */
  readonly deadlineMs: number;
  look(signal: AbortSignal): Promise<readonly Measurement[]>;
}

/** Runs one probe. Rejects with the reason of `signal`, and otherwise never. */
export async function runProbe(
  probe: Probe,
  now: () => number,
  signal: AbortSignal,
): Promise<readonly Measurement[]> {
  signal.throwIfAborted();
  const deadline = new AbortController();
  // AbortSignal.timeout would not keep the process alive for a look that hangs.
  const timer = setTimeout(() => deadline.abort(), probe.deadlineMs);
  try {
    const both = AbortSignal.any([signal, deadline.signal]);
    return complete(probe, await withinSignal(probe.look(both), both), now());
  } catch (error) {
    signal.throwIfAborted();
    const late = `no answer within ${probe.deadlineMs / 1000} s`;
    const reason = deadline.signal.aborted ? late : error instanceof Error ? error.message : String(error);
    return probe.measures.map((measured) => unknown(measured, now(), reason));
  } finally {
    clearTimeout(timer);
  }
}

/** A look that does not heed its signal must not hold back all others. */
function withinSignal<T>(look: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error("given up"));
    signal.addEventListener("abort", abort, { once: true });
    look.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function complete({ measures }: Probe, found: readonly Measurement[], atMs: number): readonly Measurement[] {
  const missing = measures.filter(
    ({ name, side }) => !found.some((one) => one.name === name && one.side === side),
  );
  return [...found, ...missing.map((measured) => unknown(measured, atMs, "nothing was measured"))];
}
