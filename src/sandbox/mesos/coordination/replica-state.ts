/**
 * What one replica of the log knows and how it answers, as pure functions: a Paxos acceptor for each position, with one
 * promise for all positions that hold nothing yet. Nothing is stored or sent here.
 */
import {
  type Action,
  type Ballot,
  type LogAnswer,
  type LogRequest,
  NO_BALLOT,
  type ReplicaStatus,
} from "./log-messages.js";

export interface ReplicaState {
  readonly status: ReplicaStatus;
  /** To a coordinator, for every position without an action. */
  readonly promised: Ballot;
  /** First position that is not truncated. */
  readonly begin: number;
  /** Last position that holds anything. */
  readonly end: number;
  readonly actions: ReadonlyMap<number, Action>;
}

/** What must be on disk before an answer goes out. */
export type ReplicaRecord =
  | { readonly kind: "status"; readonly status: ReplicaStatus }
  | { readonly kind: "promised"; readonly ballot: Ballot }
  | { readonly kind: "action"; readonly action: Action };

export const EMPTY_REPLICA: ReplicaState = {
  status: "EMPTY",
  promised: NO_BALLOT,
  begin: 0,
  end: 0,
  actions: new Map(),
};

export interface Verdict {
  readonly answer: LogAnswer;
  readonly record: ReplicaRecord | null;
}

/** The state with a record taken in. */
export function withRecord(state: ReplicaState, record: ReplicaRecord): ReplicaState {
  if (record.kind === "status") return { ...state, status: record.status };
  if (record.kind === "promised") return { ...state, promised: record.ballot };
  const { action } = record;
  if (action.position < state.begin) return state; // forgotten already
  const actions = new Map(state.actions).set(action.position, action);
  const value = action.performed?.value;
  const begin = action.learned && value?.type === "TRUNCATE" ? Math.max(state.begin, value.to) : state.begin;
  for (const position of actions.keys()) if (position < begin) actions.delete(position);
  return { ...state, actions, begin, end: Math.max(state.end, action.position) };
}

/** How a replica in this state answers. The record, if any, must be stored before the answer is given. */
export function answer(state: ReplicaState, request: LogRequest): Verdict {
  if (request.kind === "recover") {
    const { status, begin, end } = state;
    return { answer: { kind: "status", status, begin, end }, record: null };
  }
  if (request.kind === "learned")
    return { answer: { kind: "silence" }, record: learnedRecord(state, request) };
  if (state.status !== "VOTING") return { answer: { kind: "ignore" }, record: null };
  if (request.kind === "write") return answerWrite(state, request);
  const { position } = request;
  return position === undefined
    ? answerImplicit(state, request.ballot)
    : answerExplicit(state, request.ballot, position);
}

/** Positions from `begin` to `to` that are not learned: holes and undecided ones. */
export function missingPositions(state: ReplicaState, to: number, from = state.begin): number[] {
  const missing: number[] = [];
  for (let position = Math.max(from, state.begin); position <= to; position++) {
    if (state.actions.get(position)?.learned !== true) missing.push(position);
  }
  return missing;
}

/** Mesos counts a replica that has never stored anything as one with one hole. */
export function holesAndUnlearned(state: ReplicaState): { holes: number; unlearned: number } {
  let holes = 0;
  for (let position = state.begin; position <= state.end; position++)
    if (!state.actions.has(position)) holes++;
  return { holes, unlearned: [...state.actions.values()].filter((action) => !action.learned).length };
}

function answerImplicit(state: ReplicaState, ballot: Ballot): Verdict {
  if (ballot.number <= state.promised.number) return rejected(state.promised);
  return { answer: { kind: "accept", end: state.end }, record: { kind: "promised", ballot } };
}

function answerExplicit(state: ReplicaState, ballot: Ballot, position: number): Verdict {
  if (position < state.begin) {
    // Truncated, so it was learned, and whatever it held is of no use to anybody.
    const performed = { ballot, value: { type: "NOP" } } as const;
    const action = { position, promised: ballot, performed, learned: true };
    return { answer: { kind: "accept", end: state.end, action }, record: null };
  }
  const known = state.actions.get(position);
  if (known === undefined) {
    if (!permits(state.promised, ballot)) return rejected(state.promised);
    const action = { position, promised: ballot, learned: false };
    return { answer: { kind: "accept", end: state.end }, record: { kind: "action", action } };
  }
  if (ballot.number <= known.promised.number) return rejected(known.promised);
  const action = { ...known, promised: ballot };
  return { answer: { kind: "accept", end: state.end, action: known }, record: { kind: "action", action } };
}

function answerWrite(state: ReplicaState, request: LogRequest & { readonly kind: "write" }): Verdict {
  const { ballot, position, value } = request;
  if (position < state.begin) return { answer: { kind: "silence" }, record: null };
  const known = state.actions.get(position);
  if (known?.learned === true) return { answer: { kind: "silence" }, record: null };
  const promised = known?.promised ?? state.promised;
  if (!permits(promised, ballot)) return rejected(promised);
  const action = { position, promised: ballot, performed: { ballot, value }, learned: false };
  return { answer: { kind: "accept", end: state.end }, record: { kind: "action", action } };
}

function learnedRecord(
  state: ReplicaState,
  request: LogRequest & { readonly kind: "learned" },
): ReplicaRecord | null {
  const { position, ballot, value } = request;
  if (position < state.begin || state.actions.get(position)?.learned === true) return null;
  const action = { position, promised: ballot, performed: { ballot, value }, learned: true };
  return { kind: "action", action };
}

/** A promise binds against everybody else with the same or a lower number. */
function permits(promised: Ballot, ballot: Ballot): boolean {
  return ballot.number > promised.number || (ballot.number === promised.number && ballot.by === promised.by);
}

function rejected(ballot: Ballot): Verdict {
  return { answer: { kind: "reject", ballot }, record: null };
}
