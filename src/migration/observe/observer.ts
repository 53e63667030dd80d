/** Looks at everything at once, each probe by itself, so that one that hangs or fails takes nothing from the others. */
import type { Measurement, Observation } from "../model/observation.js";
import type { Observer } from "../model/ports.js";
import { type Probe, runProbe } from "./probe.js";

export interface ObserverOptions {
  readonly probes: readonly Probe[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Releases what the probes hold. */
  readonly close: () => Promise<void>;
}

export function createObserver({ probes, now, close }: ObserverOptions): Observer {
  return {
    observe: async (signal: AbortSignal): Promise<Observation> => {
      const found = await Promise.all(probes.map((probe) => runProbe(probe, now, signal)));
      return { measurements: found.flat().sort(byName) };
    },
    close,
  };
}

function byName(one: Measurement, other: Measurement): number {
  const key = ({ name, side }: Measurement) => `${name} ${side ?? ""}`;
  return key(one) < key(other) ? -1 : 1;
}
