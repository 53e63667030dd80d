/** What a direction is doing, as data for status, metrics and alerts. Pure. */
import type { DirectionState, DirectionStatus } from "../control/records.js";
import type { Direction } from "../direction/direction.js";
import { hex } from "../feed/zxid.js";
import type { Direction as DirectionName } from "../spec.js";

export function directionStatus(
  direction: DirectionName,
  runner: Direction,
  feedReason: string,
  paused: boolean,
  held: number,
  now: number,
): DirectionStatus {
  const { facts, meter } = runner;
  const { problem, feed } = facts;
  return {
    direction,
    state: paused ? "paused" : runner.state,
    problem: problem === null ? null : { code: problem.code, text: problem.message, remedy: problem.remedy },
    feed: {
      kind: feed.kind,
      server: feed.server,
      exact: feed.quality.exact,
      losses: [...feed.quality.losses, ...unreadable(feed.unreadable)],
    },
    feedReason,
    sourceZxid: meter.head === null ? "" : hex(meter.head),
    appliedZxid: facts.applied === null ? "" : hex(facts.applied),
    lagMs: meter.lag(now),
    waitingMs: Math.round(facts.waitingMs),
    backlog: facts.backlog,
    spooledBytes: facts.spooledBytes,
    rate: meter.rate(now),
    totals: { ...meter.totals },
    progress: facts.progress,
    digest: facts.digest,
    held,
    mergedMs: meter.mergedMs,
  };
}

function unreadable(paths: ReadonlySet<string>): string[] {
  const [first] = paths;
  if (first === undefined) return [];
  return [
    `${paths.size} znodes may not be read by ferry, for example ${first}: they and what is below them stay as they are on the target.`,
  ];
}

export function idleStatus(direction: DirectionName, state: DirectionState): DirectionStatus {
  return {
    direction,
    state,
    problem: null,
    feed: null,
    feedReason: "",
    sourceZxid: "",
    appliedZxid: "",
    lagMs: null,
    waitingMs: 0,
    backlog: 0,
    spooledBytes: 0,
    rate: 0,
    totals: { transactions: 0, operations: 0, skipped: 0, repaired: 0, conflicts: 0 },
    progress: null,
    digest: "unchecked",
    held: 0,
  };
}
