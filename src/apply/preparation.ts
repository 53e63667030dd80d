/**
 * What must be in the state before the first action: resources under their new addresses, and what was read of resources
 * that need no action. Computes only.
 */
import type { ReadResult } from "../../providers/provider.js";
import { moveResource, putResource, recordOf, type StateEdit } from "../../state/edit.js";
import type { RecordedResource, State } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import type { Plan, PlannedChange } from "../plan/plan.js";
import { canonicalJson, type Json, type JsonObject } from "../value/json.js";

export interface PreparationInput {
  readonly plan: Plan;
  readonly desired: ReadonlyMap<string, DesiredResource>;
  readonly live: ReadonlyMap<string, ReadResult>;
  /** Normalised spec with references resolved; null when it cannot be told. */
  readonly specOf: (address: string) => JsonObject | null;
}

/** The edits, in order; none when the state says all that already. */
export function preparationEdits(state: State, input: PreparationInput): StateEdit[] {
  const moves = orderedMoves(state, input.plan);
  const moved = moves.reduce((current, edit) => edit(current), state);
  const refreshed = Object.keys(moved.resources).flatMap((address) => refreshOf(moved, address, input));
  return [...moves, ...refreshed];
}

/** Moves whose target is taken wait until that one has moved away; what remains is left to moveResource to refuse. */
function orderedMoves(state: State, plan: Plan): StateEdit[] {
  const waiting = plan.changes.flatMap((change) =>
    change.movedFrom === undefined ? [] : [{ from: change.movedFrom, to: change.address }],
  );
  const taken = new Set(Object.keys(state.resources));
  const edits: StateEdit[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex(({ to }) => !taken.has(to));
    const [move] = waiting.splice(Math.max(0, free), 1);
    if (move === undefined) break;
    taken.delete(move.from);
    taken.add(move.to);
    if (recordOf(state, move.from) !== undefined) edits.push((current) => moveResource(current, move.from, move.to));
  }
  return edits;
}

function refreshOf(state: State, address: string, input: PreparationInput): StateEdit[] {
  const record = recordOf(state, address);
  const read = input.live.get(address) ?? input.live.get(movedFrom(input.plan, address) ?? "");
  if (record === undefined || read === undefined || read.status === "unreadable") return [];
  const change = input.plan.changes.find((candidate) => candidate.address === address);
  const next = input.plan.mode === "refresh-only" ? refreshed(record, read) : inStep(record, read, change, input);
  return sameRecord(record, next) ? [] : [(current) => putResource(current, next)];
}

function movedFrom(plan: Plan, address: string): string | undefined {
  return plan.changes.find((change) => change.address === address)?.movedFrom;
}

function refreshed(record: RecordedResource, read: ReadResult): RecordedResource {
  if (read.status !== "present") return { ...record, live: null, attributes: {} };
  return { ...record, live: read.live, attributes: read.attributes, identity: read.identity };
}

/** A resource without an action is in step: what is live counts as applied, whoever brought it there. */
function inStep(
  record: RecordedResource,
  read: ReadResult,
  change: PlannedChange | undefined,
  input: PreparationInput,
): RecordedResource {
  if (change?.action !== "no-op" || change.reason.code === "excluded" || read.status !== "present") return record;
  const desired = input.desired.get(record.address);
  const { intent: _settled, ...rest } = refreshed(record, read);
  if (desired === undefined) return rest;
  return {
    ...rest,
    spec: input.specOf(record.address) ?? record.spec,
    dependsOn: desired.dependsOn,
    sensitivePaths: desired.sensitivePaths,
    preventDestroy: desired.lifecycle.preventDestroy,
  };
}

/** Attributes change all the time (zxid, latency) and are no reason to write. */
function sameRecord(a: RecordedResource, b: RecordedResource): boolean {
  const comparable = (record: RecordedResource): Json => ({ ...record, attributes: {} }) as unknown as Json;
  return a === b || canonicalJson(comparable(a)) === canonicalJson(comparable(b));
}
