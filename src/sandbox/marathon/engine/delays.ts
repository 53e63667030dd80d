/** How long a spec is held back after its instances ended badly: longer each time, per version, forgotten on request. */

import type { Clock } from "../../framework/clock.js";
import { backoffOf, type RunSpec } from "../definition/run-spec.js";

interface Delay {
  readonly version: string;
  readonly ms: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export class Delays {
  private readonly delays = new Map<string, Delay>();

  constructor(
    private readonly clock: Clock,
    /** Some spec may be launched again. */
    private readonly over: () => void,
  ) {}

  /** Another instance ended badly. */
  grow(spec: RunSpec): void {
    const { initialMs, factor, maxMs } = backoffOf(spec);
    const known = this.delays.get(spec.id);
    const before = known?.version === spec.lastConfigChangeAt ? known.ms : null;
    const ms = Math.min(before === null ? initialMs : before * factor, maxMs);
    if (ms <= 0) return;
    this.delays.set(spec.id, { version: spec.lastConfigChangeAt, ms, until: this.clock.now() + ms });
    this.clock.after(ms, this.over);
  }

  /** Milliseconds left; 0 = not held back. */
  left(spec: RunSpec): number {
    const delay = this.delays.get(spec.id);
    if (delay === undefined || delay.version !== spec.lastConfigChangeAt) return 0;
    return Math.max(0, delay.until - this.clock.now());
  }

  reset(specId: string): void {
    if (this.delays.delete(specId)) this.over();
  }
}
