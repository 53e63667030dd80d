/**
 * The one small node that says which version node is the state, and which ones are its history. Everything else in the
 * tree counts only if it is named here. Pure.
 */
import { isObject, type Json } from "../../src/value/json.js";
import type { HistoryEntry } from "../backend.js";

export const POINTER_FORMAT_VERSION = 1;

/** A stored state: header data, and where and how its bytes lie. */
export interface VersionEntry extends HistoryEntry {
  readonly lineage: string;
  /** Name of the node below `versions`. */
  readonly node: string;
  readonly chunks: number;
  /** Bytes in all chunks together, as stored. */
  readonly bytes: number;
  readonly compression: "none" | "gzip";
  /** Id of the key it is encrypted with, or null. */
  readonly keyId: string | null;
  /** What an operation left behind, or a step within one. */
  readonly kind: "operation" | "step";
}

export interface Pointer {
  readonly formatVersion: typeof POINTER_FORMAT_VERSION;
  readonly current: VersionEntry;
  /** Newest first. */
  readonly history: readonly VersionEntry[];
}

export interface HistoryLimits {
  readonly operations: number;
  readonly steps: number;
}

export type ParsedPointer =
  | { readonly kind: "pointer"; readonly pointer: Pointer }
  | { readonly kind: "newer"; readonly version: number }
  | { readonly kind: "damaged" };

export function pointerBytes(pointer: Pointer): Buffer {
  return Buffer.from(JSON.stringify(pointer), "utf8");
}

export function parsePointer(data: Buffer | null): ParsedPointer {
  let value: unknown;
  try {
    value = JSON.parse(data?.toString("utf8") ?? "");
  } catch {
    return { kind: "damaged" };
  }
  if (!isObject(value)) return { kind: "damaged" };
  const { formatVersion, current, history } = value;
  if (typeof formatVersion !== "number") return { kind: "damaged" };
  if (formatVersion > POINTER_FORMAT_VERSION) return { kind: "newer", version: formatVersion };
  const present = parseEntry(current);
  if (present === null || !Array.isArray(history)) return { kind: "damaged" };
  const past: VersionEntry[] = [];
  for (const item of history as readonly Json[]) {
    const entry = parseEntry(item);
    if (entry === null) return { kind: "damaged" };
    past.push(entry);
  }
  return {
    kind: "pointer",
    pointer: { formatVersion: POINTER_FORMAT_VERSION, current: present, history: past },
  };
}

/** The pointer after `next` was written; `previousKind` is what the present state becomes in the history. */
export function advancePointer(
  pointer: Pointer | null,
  next: VersionEntry,
  previousKind: VersionEntry["kind"],
  limits: HistoryLimits,
): Pointer {
  if (pointer === null) return { formatVersion: POINTER_FORMAT_VERSION, current: next, history: [] };
  const past = [{ ...pointer.current, kind: previousKind }, ...pointer.history];
  const kept = { operation: limits.operations, step: limits.steps };
  const history = past.filter((entry) => {
    kept[entry.kind] -= 1;
    return kept[entry.kind] >= 0;
  });
  return { formatVersion: POINTER_FORMAT_VERSION, current: next, history };
}

/** Names of all version nodes that a pointer keeps alive. */
export function liveNodes(pointer: Pointer | null): Set<string> {
  if (pointer === null) return new Set();
  return new Set([pointer.current, ...pointer.history].map((entry) => entry.node));
}

function parseEntry(value: Json | undefined): VersionEntry | null {
  if (!isObject(value)) return null;
  const { serial, lineage, node, chunks, bytes, writtenAt, ferryVersion, resources, ...more } = value;
  const { compression, keyId, kind, commit } = more;
  if (![serial, chunks, bytes, resources].every((number) => Number.isSafeInteger(number))) return null;
  if (![lineage, node, writtenAt, ferryVersion].every((text) => typeof text === "string")) return null;
  if (![keyId, commit].every((text) => text === null || typeof text === "string")) return null;
  if (compression !== "none" && compression !== "gzip") return null;
  if (kind !== "operation" && kind !== "step") return null;
  return value as unknown as VersionEntry;
}
