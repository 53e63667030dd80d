/**
 * How many instances a restart or a scaling may start and take away at any moment (facts 3). Pure: counts in, moves out. It
 * promises that its own kills never leave fewer healthy instances than the minimum, and its starts never more than the cap.
 */
import type { UpgradeStrategy } from "../definition/run-spec.js";

export interface RestartLimits {
  /** ceil(target * minimumHealthCapacity); one less for resident apps that could not move otherwise. */
  readonly minHealthy: number;
  /** floor(target * (1 + maximumOverCapacity)). */
  readonly cap: number;
  /** Whether one more may run for a while when nothing could move otherwise; never for resident apps. */
  readonly mayExceed: boolean;
  /** Old instances when the restart begins. */
  readonly old: number;
  /** Of these, how many may go before any new one serves. */
  readonly killAtOnce: number;
}

/** The instances of a spec as a restart counts them; those told to go are only in `dying`. */
export interface RestartCounts {
  readonly oldHealthy: number;
  readonly oldUnhealthy: number;
  /** Of the new version, scheduled ones included. */
  readonly started: number;
  /** Of the new version, healthy and ready. */
  readonly newHealthy: number;
  /** Of either version. */
  readonly dying: number;
}

/** Fixed when the restart begins, and again when a new leader takes it up. */
export function restartLimits(
  target: number,
  counts: RestartCounts,
  upgrade: UpgradeStrategy,
  resident: boolean,
): RestartLimits {
  // A product of binary fractions may lie a hair beside the whole number that is meant.
  const least = Math.ceil(target * upgrade.minimumHealthCapacity - 1e-9);
  const most = Math.floor(target * (1 + upgrade.maximumOverCapacity) + 1e-9);
  const old = counts.oldHealthy + counts.oldUnhealthy;
  const tight = least === most;
  const healthy = counts.oldHealthy + counts.newHealthy;
  const minHealthy = tight && resident && most <= healthy ? least - 1 : least;
  const killAtOnce = Math.max(0, counts.oldHealthy - minHealthy, old - target);
  return { minHealthy, cap: most, mayExceed: tight && !resident, old, killAtOnce };
}

export interface RestartMoves {
  readonly killUnhealthy: number;
  readonly killHealthy: number;
  readonly start: number;
}

/**
 * Each new instance that is healthy and ready frees one old, unhealthy ones first. A healthy one goes only while enough others
 * are there; one more also goes when there is no room for anything new.
 */
export function restartMoves(target: number, counts: RestartCounts, limits: RestartLimits): RestartMoves {
  const { oldHealthy, oldUnhealthy, started, newHealthy, dying } = counts;
  const old = oldHealthy + oldUnhealthy;
  const healthy = oldHealthy + newHealthy;
  const exceeding = limits.mayExceed && healthy >= limits.cap ? 1 : 0;
  const room = limits.cap + exceeding - old - dying - started;
  const start = Math.max(0, Math.min(target - started, room));
  const gone = limits.old - old;
  const blocked = started < target && room <= 0 && dying === 0 ? 1 : 0;
  const budget = Math.max(blocked, limits.killAtOnce + newHealthy - gone);
  const killUnhealthy = Math.min(oldUnhealthy, budget);
  const spare = Math.max(0, healthy - limits.minHealthy);
  const killHealthy = Math.min(oldHealthy, spare, budget - killUnhealthy);
  return { killUnhealthy, killHealthy, start };
}

/** Nothing left to do: as many new ones as wanted serve, and no old one is there any more. */
export function isRestarted(
  target: number,
  { oldHealthy, oldUnhealthy, newHealthy, dying }: RestartCounts,
): boolean {
  return newHealthy >= target && oldHealthy + oldUnhealthy + dying === 0;
}

export interface ScaleMoves {
  readonly kill: number;
  readonly start: number;
}

/**
 * @param active instances that are to run, scheduled ones included
 * @param sentenced how many of them were named to be killed: they go even where others are started for them
 */
export function scaleMoves(target: number, active: number, sentenced: number): ScaleMoves {
  const kill = Math.max(active - target, sentenced, 0);
  return { kill, start: Math.max(0, target - active + kill) };
}
