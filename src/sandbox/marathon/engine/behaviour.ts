/**
 * How a simulated app answers the checks that Marathon itself runs: from the labels that simulated agents know too. There is
 * nothing to probe, so the answer is a function of how long the task has run. Pure.
 */
import { labelsOf, type RunSpec } from "../definition/run-spec.js";

/** Durations as in Mesos' flags: `10secs`, `500ms`. */
export const LABELS = {
  healthyAfter: "sandbox.healthy-after",
  unhealthyAfter: "sandbox.unhealthy-after",
  readyAfter: "sandbox.ready-after",
} as const;

export interface CheckBehaviour {
  /** Milliseconds of running until the first success. */
  readonly healthyMs: number;
  /** Milliseconds of running from which on every check fails; null = never. */
  readonly unhealthyMs: number | null;
  readonly readyMs: number;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  secs: 1000,
  mins: 60_000,
  hrs: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** Milliseconds; null when the text is no duration. */
export function durationMs(text: string): number | null {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? [];
  const factor = UNITS[unit];
  return amount === undefined || factor === undefined ? null : Number(amount) * factor;
}

export function checkBehaviourOf(spec: RunSpec): CheckBehaviour {
  const labels = labelsOf(spec);
  const ms = (name: string) => durationMs(labels[name] ?? "");
  return {
    healthyMs: ms(LABELS.healthyAfter) ?? 0,
    unhealthyMs: ms(LABELS.unhealthyAfter),
    readyMs: ms(LABELS.readyAfter) ?? 0,
  };
}

export interface CheckTimes {
  readonly graceMs: number;
  readonly intervalMs: number;
}

export interface CheckResult {
  readonly alive: boolean;
  readonly consecutiveFailures: number;
  /** Milliseconds since 1970. */
  readonly firstSuccess: number | null;
  readonly lastSuccess: number | null;
  readonly lastFailure: number | null;
}

/**
 * The result at a moment; null while there is none. Failures in the grace period before the first success are not counted.
 * @param startedAt when the task began to run, milliseconds since 1970
 */
export function resultAt(
  behaviour: CheckBehaviour,
  { graceMs, intervalMs }: CheckTimes,
  startedAt: number,
  now: number,
): CheckResult | null {
  const age = now - startedAt;
  const every = Math.max(intervalMs, 1);
  const { healthyMs } = behaviour;
  const failsFrom = behaviour.unhealthyMs ?? Number.POSITIVE_INFINITY;
  if (age < healthyMs || failsFrom <= healthyMs) {
    const first = Math.ceil(graceMs / every) * every;
    if (age < first) return null;
    const failures = Math.floor((age - first) / every) + 1;
    const last = startedAt + first + (failures - 1) * every;
    return {
      alive: false,
      consecutiveFailures: failures,
      firstSuccess: null,
      lastSuccess: null,
      lastFailure: last,
    };
  }
  const firstSuccess = startedAt + healthyMs;
  const successful = Math.min(age, failsFrom - 1);
  const lastSuccess = firstSuccess + Math.floor((successful - healthyMs) / every) * every;
  if (age < failsFrom)
    return { alive: true, consecutiveFailures: 0, firstSuccess, lastSuccess, lastFailure: null };
  const failures = Math.floor((age - failsFrom) / every) + 1;
  const lastFailure = startedAt + failsFrom + (failures - 1) * every;
  return { alive: false, consecutiveFailures: failures, firstSuccess, lastSuccess, lastFailure };
}

/** Milliseconds until the result is another one in more than its last success; null = it stays. */
export function nextResultIn(
  behaviour: CheckBehaviour,
  { graceMs, intervalMs }: CheckTimes,
  startedAt: number,
  now: number,
): number | null {
  const age = now - startedAt;
  const every = Math.max(intervalMs, 1);
  const { healthyMs } = behaviour;
  const failsFrom = behaviour.unhealthyMs ?? Number.POSITIVE_INFINITY;
  const after = (first: number) =>
    age < first ? first - age : (Math.floor((age - first) / every) + 1) * every + first - age;
  if (failsFrom <= healthyMs) return after(Math.ceil(graceMs / every) * every);
  if (age < healthyMs) return Math.min(healthyMs - age, after(Math.ceil(graceMs / every) * every));
  return Number.isFinite(failsFrom) ? after(failsFrom) : null;
}
