/**
 * What log replicas say to each other, and what they keep: plain data that goes over HTTP and to disk as JSON. No
 * behaviour but telling well-formed messages from others.
 */
import { isObject, type Json } from "../../../value/json.js";

/**
 * A proposal. Mesos has the number only; `by` says whose it is, so that two proposers with one number are never taken for
 * one another.
 */
export interface Ballot {
  readonly number: number;
  readonly by: string;
}

export const NO_BALLOT: Ballot = { number: 0, by: "" };

export type LogValue =
  | { readonly type: "NOP" }
  | { readonly type: "APPEND"; readonly bytes: string }
  /** Everything before `to` may be forgotten. */
  | { readonly type: "TRUNCATE"; readonly to: number };

/** One position of the log as a replica has it. */
export interface Action {
  readonly position: number;
  /** Nobody with a lower ballot may write here. */
  readonly promised: Ballot;
  /** Absent while the position is promised only. */
  readonly performed?: { readonly ballot: Ballot; readonly value: LogValue };
  /** The value is known to be final. */
  readonly learned: boolean;
}

export type ReplicaStatus = "EMPTY" | "STARTING" | "VOTING" | "RECOVERING";

export type LogRequest =
  | { readonly kind: "recover"; readonly from: string }
  /** Without a position: for all that is not written yet. */
  | { readonly kind: "promise"; readonly from: string; readonly ballot: Ballot; readonly position?: number }
  | {
      readonly kind: "write";
      readonly from: string;
      readonly ballot: Ballot;
      readonly position: number;
      readonly value: LogValue;
    }
  | {
      readonly kind: "learned";
      readonly from: string;
      readonly position: number;
      readonly ballot: Ballot;
      readonly value: LogValue;
    };

export type LogAnswer =
  | { readonly kind: "status"; readonly status: ReplicaStatus; readonly begin: number; readonly end: number }
  /** `end` to a promise without position, `action` (if there is one) to one with. */
  | { readonly kind: "accept"; readonly end: number; readonly action?: Action }
  | { readonly kind: "reject"; readonly ballot: Ballot }
  /** From a replica that does not vote. */
  | { readonly kind: "ignore" }
  /** Nothing comes back: to `learned`, and to a write of a position that is learned already (recorded in scenario 6a). */
  | { readonly kind: "silence" };

/** Null for what is no request. */
export function readLogRequest(value: Json): LogRequest | null {
  if (!isObject(value) || typeof value["from"] !== "string") return null;
  const { kind, position, ballot } = value;
  if (kind === "recover") return { kind, from: value["from"] };
  if (!isBallot(ballot)) return null;
  const of = { from: value["from"], ballot };
  if (kind === "promise") {
    if (position === undefined) return { kind, ...of };
    return isPosition(position) ? { kind, ...of, position } : null;
  }
  const wanted = value["value"];
  if ((kind !== "write" && kind !== "learned") || !isPosition(position) || !isLogValue(wanted)) return null;
  return { kind, ...of, position, value: wanted };
}

/** Null for what is no answer. */
export function readLogAnswer(value: Json): LogAnswer | null {
  if (!isObject(value)) return null;
  const { kind, end, begin, status, ballot, action } = value;
  if (kind === "ignore" || kind === "silence") return { kind };
  if (kind === "reject") return isBallot(ballot) ? { kind, ballot } : null;
  if (!isPosition(end)) return null;
  if (kind === "status") return isStatus(status) && isPosition(begin) ? { kind, status, begin, end } : null;
  if (kind !== "accept") return null;
  if (action === undefined) return { kind, end };
  return isAction(action) ? { kind, end, action } : null;
}

export function isAction(value: unknown): value is Action {
  if (!isObject(value)) return false;
  const { position, promised, performed, learned } = value;
  if (!isPosition(position) || !isBallot(promised) || typeof learned !== "boolean") return false;
  if (performed === undefined) return !learned;
  return isObject(performed) && isBallot(performed["ballot"]) && isLogValue(performed["value"]);
}

export function isBallot(value: unknown): value is Ballot {
  return isObject(value) && isPosition(value["number"]) && typeof value["by"] === "string";
}

export function isStatus(value: unknown): value is ReplicaStatus {
  return value === "EMPTY" || value === "STARTING" || value === "VOTING" || value === "RECOVERING";
}

export function isPosition(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isLogValue(value: unknown): value is LogValue {
  if (!isObject(value)) return false;
  if (value["type"] === "NOP") return true;
  if (value["type"] === "APPEND") return typeof value["bytes"] === "string";
  return value["type"] === "TRUNCATE" && isPosition(value["to"]);
}
