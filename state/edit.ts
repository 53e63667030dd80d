/**
 * The only ways a state changes. Pure: every operation gives a new State with serial + 1 and shares the records it did
 * not touch, so that writing after each action stays cheap (see codec.ts). Never reads a clock or a file.
 */
import { DiagnosticError, errorDiagnostic } from "../src/diagnostics/diagnostic.js";
import type { Json, JsonObject } from "../src/value/json.js";
import {
  type GitStamp,
  type Intent,
  type RecordedResource,
  STATE_FORMAT_VERSION,
  type State,
} from "./model.js";

/** One change of the state, as given to StateWriter.update. */
export type StateEdit = (state: State) => State;

/** What is known of a resource before its first apply. */
export interface ResourceSeed {
  readonly address: string;
  readonly kind: string;
  readonly provider: string;
  readonly dependsOn: readonly string[];
  readonly sensitivePaths: readonly string[];
  readonly preventDestroy: boolean;
}

/** What a successful apply or import found out. */
export interface AppliedResource extends ResourceSeed {
  readonly identity: Json;
  readonly spec: JsonObject;
  readonly live: JsonObject | null;
  readonly attributes: JsonObject;
  /** RFC 3339, UTC. */
  readonly appliedAt: string;
}

/** A state that was never written: serial 0, no resources. `lineage` is a fresh random UUID. */
export function emptyState(lineage: string, ferryVersion: string): State {
  return {
    formatVersion: STATE_FORMAT_VERSION,
    lineage,
    serial: 0,
    ferryVersion,
    git: null,
    resources: {},
  };
}

/** Names the ferry and the commit that the coming changes are made by. */
export function stampState(state: State, ferryVersion: string, git: GitStamp | null): State {
  return { ...state, serial: state.serial + 1, ferryVersion, git };
}

/** Adds a record or replaces the one of the same address. */
export function putResource(state: State, record: RecordedResource): State {
  return withResources(state, { ...state.resources, [record.address]: record });
}

/** Forgets a record. Error `state-no-such-resource` when there is none. */
export function removeResource(state: State, address: string): State {
  required(state, address, "forget");
  const { [address]: _removed, ...rest } = state.resources;
  return withResources(state, rest);
}

/**
 * Gives a record a new address, in the dependencies of the others too. Error `state-no-such-resource` when `from` is not
 * recorded, `state-address-taken` when `to` is, `state-move-kind` when the kinds differ.
 */
export function moveResource(state: State, from: string, to: string): State {
  const record = required(state, from, "move");
  if (from === to) return { ...state, serial: state.serial + 1 };
  if (Object.hasOwn(state.resources, to)) {
    throw new DiagnosticError([
      errorDiagnostic("state-address-taken", `cannot move ${from} to ${to}: ${to} is already recorded`, {
        detail: "The state is unchanged.",
        remedy: `Choose another address, or first forget the other record: ferry state rm ${quoted(to)}`,
        address: to,
      }),
    ]);
  }
  if (kindOf(to) !== record.kind) {
    throw new DiagnosticError([
      errorDiagnostic("state-move-kind", `cannot move ${from} to ${to}: the kind would change`, {
        detail: `The record is a ${record.kind}. The state is unchanged.`,
        remedy: `Give an address that ends in ${record.kind}/NAME.`,
        address: from,
      }),
    ]);
  }
  const resources: Record<string, RecordedResource> = {};
  for (const [address, other] of Object.entries(state.resources)) {
    if (address === from) resources[to] = { ...record, address: to };
    else resources[address] = other.dependsOn.includes(from) ? renameDependency(other, from, to) : other;
  }
  return withResources(state, resources);
}

/**
 * Notes what is about to be done to a resource, before it is done. A resource not recorded yet gets a record without an
 * identity, so that a crash in its creation is not taken for somebody else's resource.
 */
export function beginIntent(state: State, seed: ResourceSeed, intent: Intent): State {
  const known = recordOf(state, seed.address);
  const record: RecordedResource = known ?? {
    ...pickSeed(seed),
    identity: null,
    spec: {},
    live: null,
    attributes: {},
    appliedAt: null,
  };
  return putResource(state, { ...record, intent });
}

/** Records what a successful create, update, replace or import gave; the intent is done. */
export function finishIntent(state: State, applied: AppliedResource): State {
  return putResource(state, {
    ...pickSeed(applied),
    identity: applied.identity,
    spec: applied.spec,
    live: applied.live,
    attributes: applied.attributes,
    appliedAt: applied.appliedAt,
  });
}

/**
 * Records that an action failed part-way. The intent stays, because the thing may exist by now: the next plan reads it
 * and goes on. A known identity is kept so that it is found again.
 */
export function failIntent(state: State, address: string, identity: Json): State {
  const record = required(state, address, "record the failure of");
  return putResource(state, { ...record, identity: identity ?? record.identity });
}

/** Takes back an intent of which nothing was begun: the record is as before, or gone when there was none. */
export function abandonIntent(state: State, address: string): State {
  const record = required(state, address, "take back the intent of");
  if (record.appliedAt === null && record.identity === null) return removeResource(state, address);
  const { intent: _abandoned, ...rest } = record;
  return putResource(state, rest);
}

/** Newly read live values of a recorded resource (refresh); null live when it is gone. */
export function refreshResource(
  state: State,
  address: string,
  live: JsonObject | null,
  attributes: JsonObject,
): State {
  const record = required(state, address, "refresh");
  return putResource(state, { ...record, live, attributes });
}

/** Several edits as one step: the serial rises by one only. */
export function combineEdits(state: State, edits: readonly StateEdit[]): State {
  const edited = edits.reduce((current, edit) => edit(current), state);
  return { ...edited, serial: state.serial + 1 };
}

export function recordOf(state: State, address: string): RecordedResource | undefined {
  return Object.hasOwn(state.resources, address) ? state.resources[address] : undefined;
}

function withResources(state: State, resources: Readonly<Record<string, RecordedResource>>): State {
  return { ...state, serial: state.serial + 1, resources };
}

function required(state: State, address: string, verb: string): RecordedResource {
  const record = recordOf(state, address);
  if (record !== undefined) return record;
  throw new DiagnosticError([
    errorDiagnostic("state-no-such-resource", `cannot ${verb} ${address}: it is not in the state`, {
      detail: "The state is unchanged.",
      remedy: "See what is recorded: ferry state list",
      address,
    }),
  ]);
}

function renameDependency(record: RecordedResource, from: string, to: string): RecordedResource {
  const dependsOn = record.dependsOn.map((address) => (address === from ? to : address));
  return { ...record, dependsOn: [...new Set(dependsOn)].sort() };
}

function pickSeed(seed: ResourceSeed): ResourceSeed {
  const { address, kind, provider, dependsOn, sensitivePaths, preventDestroy } = seed;
  return { address, kind, provider, dependsOn, sensitivePaths, preventDestroy };
}

/** The kind in `module.x["a"].Kind/name`; empty when it is no address. Names and keys may hold dots and slashes. */
function kindOf(address: string): string {
  const match = /^(?:module\.[^.[\]]+(?:\["(?:[^"\\]|\\.)*"\])?\.)*([A-Za-z][A-Za-z0-9]*)\//.exec(address);
  return match?.[1] ?? "";
}

function quoted(address: string): string {
  return /^[\w./-]+$/.test(address) ? address : `'${address}'`;
}
