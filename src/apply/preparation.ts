/**
 * What must be in the state before the first action: resources under their new addresses, and what was read of resources
 * that need no action. Computes only.
 */
import type { KindHandler, ReadResult } from "../../providers/provider.js";
import { moveResource, recordOf, type StateEdit } from "../../state/edit.js";
import type { RecordedResource, State } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import type { Plan, PlannedChange, ReasonCode } from "../plan/plan.js";
import { canonicalJson, type Json, type JsonObject } from "../value/json.js";
import { sidesOf } from "./sides.js";

export interface PreparationInput {
  readonly plan: Plan;
  readonly desired: ReadonlyMap<string, DesiredResource>;
  readonly live: ReadonlyMap<string, ReadResult>;
  /** Normalised spec with references resolved; null when it cannot be told. */
  readonly handler: (kind: string) => KindHandler | undefined;
  readonly specOf: (address: string) => JsonObject | null;
}

/** With what is looked up for every record. */
interface Lookup extends PreparationInput {
  readonly changes: ReadonlyMap<string, PlannedChange>;
}

/** The edits, in order; none when the state says all that already. */
export function preparationEdits(state: State, input: PreparationInput): StateEdit[] {
  const moves = movesOf(state, input.plan);
  const moved = moves.reduce((current, edit) => edit(current), state);
  const lookup = { ...input, changes: new Map(input.plan.changes.map((change) => [change.address, change])) };
  const refreshed = Object.keys(moved.resources).flatMap((address) => refreshOf(moved, address, lookup));
  if (refreshed.length === 0) return moves;
  // One edit for all of them: each edit copies the list of resources.
  return [...moves, (current) => withRecords(current, refreshed)];
}

/** In any order: the planner moves only to addresses that are not recorded. */
function movesOf(state: State, plan: Plan): StateEdit[] {
  return plan.changes.flatMap(({ address, movedFrom }): StateEdit[] =>
    movedFrom === undefined || recordOf(state, movedFrom) === undefined
      ? []
      : [(current) => moveResource(current, movedFrom, address)],
  );
}

function refreshOf(state: State, address: string, input: Lookup): RecordedResource[] {
  const record = recordOf(state, address);
  const read = input.live.get(address);
  if (record === undefined || read === undefined || read.status === "unreadable") return [];
  const change = input.changes.get(address);
  const next =
    input.plan.mode === "refresh-only" ? refreshed(record, read) : inStep(record, read, change, input);
  return sameRecord(record, next) ? [] : [next];
}

function withRecords(state: State, records: readonly RecordedResource[]): State {
  const replaced = Object.fromEntries(records.map((record) => [record.address, record]));
  return { ...state, serial: state.serial + 1, resources: { ...state.resources, ...replaced } };
}

function refreshed(record: RecordedResource, read: ReadResult): RecordedResource {
  if (read.status !== "present") return { ...record, live: null, attributes: {} };
  return { ...record, live: read.live, attributes: read.attributes, identity: read.identity };
}

/** Reasons of a no-op that say that nothing differs; others say that nothing can be told or nothing is wanted. */
const IN_STEP: ReadonlySet<ReasonCode> = new Set(["in-step", "interrupted", "moved"]);

/** A resource without an action is in step: what is live counts as applied, whoever brought it there. */
function inStep(
  record: RecordedResource,
  read: ReadResult,
  change: PlannedChange | undefined,
  input: PreparationInput,
): RecordedResource {
  if (change?.action !== "no-op" || !IN_STEP.has(change.reason.code) || read.status !== "present")
    return record;
  const desired = input.desired.get(record.address);
  const spec = input.specOf(record.address);
  const handler = input.handler(record.kind);
  if (desired === undefined || spec === null || handler === undefined) return record;
  const { intent: _settled, ...rest } = refreshed(record, read);
  return {
    ...rest,
    spec: sidesOf(handler, desired, spec, read.live, record).after,
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
