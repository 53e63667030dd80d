/**
 * Resources that have a new address: the state as it will be once they are found there. Refuses what would lose a record.
 * Changes nothing itself.
 */
import type { RecordedResource } from "../../state/model.js";
import type { DesiredResource, Move } from "../config/desired.js";
import { type Diagnostic, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { byName } from "./graph.js";

export interface MovedRecords {
  /** By the address they will have; dependencies renamed too. */
  readonly records: ReadonlyMap<string, RecordedResource>;
  /** New address → recorded address. */
  readonly movedFrom: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Follows chains (`a → b`, `b → c`) as far as they lead to a declared address. */
export function moveRecords(
  records: Readonly<Record<string, RecordedResource>>,
  moves: readonly Move[],
  declared: ReadonlyMap<string, DesiredResource>,
): MovedRecords {
  const diagnostics: Diagnostic[] = [];
  const wanted = new Map<string, string>();
  if (moves.length > 0) {
    const next = new Map(moves.map((move) => [move.from, move.to]));
    for (const from of Object.keys(records).sort(byName)) {
      const to = destination(from, next, declared, records);
      // Moves stay in the configuration for a while: with both declared and recorded this one was done before.
      const done = to !== undefined && declared.has(from) && Object.hasOwn(records, to) && !next.has(to);
      if (to !== undefined && !done) wanted.set(from, to);
    }
  }
  const accepted = acceptable(wanted, records, declared, diagnostics);
  return {
    records: renamed(records, accepted),
    movedFrom: new Map([...accepted].map(([from, to]) => [to, from])),
    diagnostics,
  };
}

/** The declared address at the end of the chain, or before one whose own record moves on; undefined when there is none. */
function destination(
  from: string,
  next: ReadonlyMap<string, string>,
  declared: ReadonlyMap<string, DesiredResource>,
  records: Readonly<Record<string, RecordedResource>>,
): string | undefined {
  const seen = new Set([from]);
  let found: string | undefined;
  for (let to = next.get(from); to !== undefined && !seen.has(to); to = next.get(to)) {
    seen.add(to);
    if (declared.has(to)) found = to;
    if (found === to && Object.hasOwn(records, to)) break;
  }
  return found;
}

function acceptable(
  wanted: ReadonlyMap<string, string>,
  records: Readonly<Record<string, RecordedResource>>,
  declared: ReadonlyMap<string, DesiredResource>,
  diagnostics: Diagnostic[],
): ReadonlyMap<string, string> {
  const accepted = new Map<string, string>();
  const takenBy = new Map<string, string>();
  const targets = new Set(wanted.values());
  for (const [from, to] of wanted) {
    const problem =
      problemOf(from, to, targets, records, declared) ??
      (Object.hasOwn(records, to) && !wanted.has(to) ? `${to} is already recorded` : undefined) ??
      (takenBy.has(to) ? `${takenBy.get(to)} moves there too` : undefined);
    if (problem === undefined) {
      accepted.set(from, to);
      takenBy.set(to, from);
    } else diagnostics.push(refusal(from, to, problem));
  }
  return accepted;
}

function problemOf(
  from: string,
  to: string,
  /** Addresses that other records move to. */
  targets: ReadonlySet<string>,
  records: Readonly<Record<string, RecordedResource>>,
  declared: ReadonlyMap<string, DesiredResource>,
): string | undefined {
  if (declared.has(from) && !targets.has(from)) return `${from} is still declared`;
  const kind = declared.get(to)?.kind;
  return kind === records[from]?.kind ? undefined : `${to} is of another kind`;
}

function refusal(from: string, to: string, problem: string): Diagnostic {
  return errorDiagnostic("move-refused", `cannot move ${from} to ${to}: ${problem}`, {
    address: to,
    detail: "Nothing was touched; the state is as it was.",
    remedy: "Put the moves right in ferry.yaml, or forget one of the records with `ferry state rm`.",
  });
}

function renamed(
  records: Readonly<Record<string, RecordedResource>>,
  moves: ReadonlyMap<string, string>,
): Map<string, RecordedResource> {
  const result = new Map<string, RecordedResource>();
  for (const address of Object.keys(records).sort(byName)) {
    const record = records[address];
    if (record === undefined) continue;
    const to = moves.get(address) ?? address;
    const renames = to !== address || record.dependsOn.some((other) => moves.has(other));
    const dependsOn = record.dependsOn.map((other) => moves.get(other) ?? other);
    result.set(to, renames ? { ...record, address: to, dependsOn } : record);
  }
  return result;
}
