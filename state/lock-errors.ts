/**
 * What can be wrong with a lock or with a compare-and-set write, in the same words for every backend. Only makes
 * diagnostics.
 */
import { DiagnosticError, errorDiagnostic } from "../src/diagnostics/diagnostic.js";
import type { LockOwner } from "./backend.js";
import type { State } from "./model.js";
import { describeOwner } from "./owner.js";

/** `note`: what else is known of the holder, e.g. why it is not judged to be gone. */
export function lockedError(
  location: string,
  holder: LockOwner | null,
  waitedMs: number,
  note = "",
): DiagnosticError {
  const who = holder === null ? "another process" : describeOwner(holder);
  const waited = waitedMs > 0 ? `Waited ${Math.round(waitedMs / 100) / 10} s. ` : "";
  const id = holder?.id ?? "ID";
  return new DiagnosticError([
    errorDiagnostic("state-locked", `cannot lock the state ${location}: ${who} holds it`, {
      detail: `${waited}${note === "" ? "" : `${note} `}Lock id: ${id}. Nothing was changed.`,
      remedy: `Wait until it has finished, or let ferry wait: --lock-timeout 10m. Only if you are sure that it does not run any more: ferry state unlock ${id}`,
    }),
  ]);
}

export function lockInterrupted(location: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("interrupted", `stopped waiting for the lock of the state ${location}`, {
      detail: "Nothing was changed.",
    }),
  ]);
}

export function lockLost(location: string, why: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("state-lock-lost", `cannot write the state ${location}: the lock is not ours any more`, {
      detail: `${why} The stored state is unchanged by this write.`,
      remedy:
        "See who works on it: ferry state list shows the last write. Then run the command again: what it had begun is recorded.",
    }),
  ]);
}

export function notLocked(location: string, id: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("state-not-locked", `cannot remove the lock ${id}: the state ${location} is not locked`, {
      remedy: "Nothing needs to be done.",
    }),
  ]);
}

export function otherLock(location: string, id: string, holder: LockOwner): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic(
      "state-lock-other",
      `cannot remove the lock ${id} of the state ${location}: it is not the one held`,
      {
        detail: `It is held by ${describeOwner(holder)}, lock id ${holder.id}. Nothing was changed.`,
        remedy: "Look who holds it before you remove it.",
      },
    ),
  ]);
}

/** What decides whether a write may replace what is stored. */
export interface StoredVersion {
  readonly lineage: string;
  readonly serial: number;
}

/** Throws `state-conflict` unless `next` directly follows what is stored. */
export function requireSuccessor(next: State, stored: StoredVersion | null, location: string): void {
  const expected = stored === null ? 0 : stored.serial;
  if (next.serial === expected + 1 && (stored === null || stored.lineage === next.lineage)) return;
  throw conflict(next, stored, location);
}

export function conflict(next: State, stored: StoredVersion | null, location: string): DiagnosticError {
  const what =
    stored === null
      ? `nothing is stored, but the new state has serial ${next.serial}`
      : stored.lineage !== next.lineage
        ? `the stored one belongs to another project (lineage ${stored.lineage}, ours ${next.lineage})`
        : `serial ${stored.serial} is stored, and ${next.serial} does not follow it`;
  return new DiagnosticError([
    errorDiagnostic("state-conflict", `cannot write the state ${location}: ${what}`, {
      detail: "Somebody else has written it since it was read. The stored state is unchanged.",
      remedy: "Plan again from the present state and apply that plan.",
    }),
  ]);
}

export function noSuchHistory(location: string, serial: number, known: readonly number[]): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("state-no-such-history", `the history of ${location} holds no state ${serial}`, {
      detail: known.length === 0 ? "It is empty." : `It holds ${known.join(", ")}.`,
      remedy: "See the list: ferry state history",
    }),
  ]);
}
