/**
 * Which side of the platform counts as the source of the synchronisation. Mostly that is A; where it is begun while B leads, as after A was
 * brought back from its archive, it is B. Callers speak of sides of the platform only: here is the translation, both ways. Pure.
 */
import type { SyncStatus } from "../../sync/control/records.js";
import type { FenceOutcome } from "../../sync/sequence/fence-parent.js";
import type { Direction } from "../../sync/spec.js";
import type { DifferenceField } from "../../sync/verify/compare.js";
import type { VerifyReport } from "../../sync/verify/report.js";
import type { ActionRecord, MigrationRecord } from "../model/record.js";
import type { SideName } from "../model/spec.js";

export function otherSide(side: SideName): SideName {
  return side === "a" ? "b" : "a";
}

/** From a side of the platform to one of the synchronisation, and the same way back. */
export function turned(origin: SideName, side: SideName): SideName {
  return origin === "a" ? side : otherSide(side);
}

export function turnedStatus(status: SyncStatus, origin: SideName): SyncStatus {
  if (origin === "a") return status;
  const { directions, clockSkew } = status;
  return {
    ...status,
    directions: directions.map((each) => ({ ...each, direction: turnedDirection(each.direction) })),
    clockSkew: clockSkew === null ? null : { ...clockSkew, ms: -clockSkew.ms },
  };
}

function turnedDirection(direction: Direction): Direction {
  return direction === "a-to-b" ? "b-to-a" : "a-to-b";
}

export function turnedOutcome(outcome: FenceOutcome, origin: SideName): FenceOutcome {
  if (origin === "a") return outcome;
  const { record, raised, counters } = outcome;
  return {
    record: { ...record, lower: otherSide(record.lower) },
    raised: { ...raised, side: otherSide(raised.side) },
    counters: { a: counters.b, b: counters.a },
  };
}

export function turnedReport(report: VerifyReport, origin: SideName): VerifyReport {
  if (origin === "a") return report;
  const { rules, readers, fields, differences, moving, unreadable, absent } = report;
  return {
    ...report,
    rules: rules.map((rule) => ({ ...rule, a: rule.b, b: rule.a })),
    readers: { a: readers.b, b: readers.a },
    fields: Object.fromEntries(
      Object.entries(fields).map(([field, count]) => [turnedField(field as DifferenceField), count]),
    ),
    differences: differences.map((one) => ({
      ...swappedPaths(one),
      field: turnedField(one.field),
      a: one.b,
      b: one.a,
    })),
    moving: moving.map((one) => ({ ...swappedPaths(one), fields: one.fields.map(turnedField) })),
    unreadable: unreadable.map((one) => ({ ...swappedPaths(one), side: otherSide(one.side) })),
    absent: absent.map(swappedPaths),
  };
}

function swappedPaths<T extends { readonly path: string; readonly pathB: string }>(one: T): T {
  return { ...one, path: one.pathB, pathB: one.path };
}

function turnedField(field: DifferenceField): DifferenceField {
  if (field === "missing-on-a") return "missing-on-b";
  return field === "missing-on-b" ? "missing-on-a" : field;
}

/** Fact of a start of the synchronisation: the side that was its source. */
export const ORIGIN_FACT = "origin";

/**
 * The source of the synchronisation that is to run, as the record says; null when none is. It stays the same for as long as that one
 * runs, wherever leadership goes meanwhile.
 */
export function syncOrigin({ past, stages }: MigrationRecord): SideName | null {
  const done = [...past, ...stages]
    .flatMap(({ actions }) => actions)
    .filter(({ status, action: { step } }) => status === "done" && isOfSync(step.kind));
  const last = done.toSorted((one, other) => one.begunMs - other.begunMs).at(-1);
  return last?.action.step.kind === "start-sync" ? originOf(last) : null;
}

function isOfSync(kind: string): boolean {
  return kind === "start-sync" || kind === "stop-sync";
}

function originOf({ action: { step }, facts }: ActionRecord): SideName {
  const found = facts[ORIGIN_FACT];
  if (found === "a" || found === "b") return found;
  return (step.kind === "start-sync" ? step.counts : undefined) ?? "a";
}
