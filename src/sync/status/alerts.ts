/**
 * What people must know of a synchronisation without looking for it: conditions, each with the time it has held. Pure: the
 * clock is passed in. docs/sync-runbook.md says what to do about each code.
 */
import type { Alert, AlertCode, DirectionStatus } from "../control/records.js";
import { type Side, type SyncSpec, sourceOf, targetOf } from "../spec.js";
import type { ClockSkew } from "./clock-skew.js";

export interface AlertInput {
  readonly spec: Pick<SyncSpec, "a" | "b" | "alertLagMs" | "conflicts">;
  readonly directions: readonly DirectionStatus[];
  readonly conflictsPerMinute: number;
  readonly clockSkew: ClockSkew | null;
  /** Whether this engine has a session there now. */
  readonly connected: Readonly<Record<Side, boolean>>;
}

interface Condition {
  /** One alert for each. */
  readonly key: string;
  readonly code: AlertCode;
  readonly text: string;
}

/** Milliseconds that a condition must hold before it counts: a leader election takes a few seconds. */
const GRACE_MS: Partial<Record<AlertCode, number>> = { "source-lost": 5_000, "target-lost": 5_000 };
/** Milliseconds of skew, beyond what is uncertain, from which the later of two writes is in doubt. */
const SKEW_MS = 1_000;
/** Milliseconds for which people are told of a comparison of whole states. */
const MERGED_MS = 60 * 60_000;
const AT_WORK = new Set(["connecting", "copying", "catching-up", "live"]);

/** Remembers since when each condition holds. */
export class AlertBook {
  private since = new Map<string, number>();

  /** @param nowMs milliseconds since the epoch */
  alerts(input: AlertInput, nowMs: number): Alert[] {
    const conditions = conditionsOf(input, nowMs);
    const before = this.since;
    this.since = new Map(conditions.map(({ key }) => [key, before.get(key) ?? nowMs]));
    return conditions.flatMap(({ key, code, text }) => {
      const sinceMs = this.since.get(key) ?? nowMs;
      return nowMs - sinceMs < (GRACE_MS[code] ?? 0) ? [] : [{ code, text, sinceMs }];
    });
  }
}

function conditionsOf(input: AlertInput, nowMs: number): Condition[] {
  const { spec, directions, conflictsPerMinute, clockSkew } = input;
  const found = directions.flatMap((direction) => [
    ...directionConditions(direction, input),
    ...mergeConditions(direction, nowMs),
  ]);
  const { alertPerMinute, strategy } = spec.conflicts;
  if (conflictsPerMinute > alertPerMinute) {
    const text = `${conflictsPerMinute} conflicts in the last minute, limit ${alertPerMinute}`;
    found.push({ key: "conflicts", code: "conflicts", text });
  }
  const apart = clockSkew === null ? 0 : Math.abs(clockSkew.ms) - clockSkew.plusMinusMs;
  if (clockSkew !== null && strategy === "last-write-wins" && apart > SKEW_MS) {
    const text = `the leaders' clocks are ${Math.abs(clockSkew.ms)} ms apart, and last-write-wins goes by them`;
    found.push({ key: "clocks", code: "clocks", text });
  }
  return found;
}

/** Not everything that ferry had written before was on record, to be told from what clients wrote. */
function mergeConditions({ direction, mergedMs }: DirectionStatus, nowMs: number): Condition[] {
  if (mergedMs === undefined || mergedMs === null || nowMs - mergedMs > MERGED_MS) return [];
  const at = new Date(mergedMs).toISOString();
  const text = `${direction}: whole states were compared until ${at}; what clients changed just before may have been undone`;
  return [{ key: `${direction} merged`, code: "merged", text }];
}

function directionConditions(status: DirectionStatus, { spec, connected }: AlertInput): Condition[] {
  const { direction, state, problem, waitingMs, lagMs, held, feed } = status;
  const found: Condition[] = [];
  const add = (code: AlertCode, text: string) =>
    found.push({ key: `${direction} ${code}`, code, text: `${direction}: ${text}` });
  // Both directions hold the same conflicts.
  if (held > 0 && direction === "a-to-b") add("held", `${held} conflicts wait for a person`);
  if (problem !== null) add(problem.code === "digest" ? "digest" : "stopped", problem.text);
  const { guard } = status;
  if (guard !== undefined && guard !== null && guard.differing > 0) {
    add(
      "differs",
      `${guard.differing} znodes of the target differ and are left so, for example ${guard.example}`,
    );
  }
  const lag = Math.max(waitingMs, lagMs?.p99 ?? 0);
  if (lag > spec.alertLagMs) add("lag", `lag of ${Math.round(lag)} ms, limit ${spec.alertLagMs} ms`);
  if (!AT_WORK.has(state)) return found;
  const [source, target] = [sourceOf(direction), targetOf(direction)];
  if (feed !== null && feed.server === null) {
    add("source-lost", `no server of ${spec[source].name} tells what happens there`);
  }
  if (!connected[target]) add("target-lost", `no server of ${spec[target].name} takes writes`);
  return found;
}
