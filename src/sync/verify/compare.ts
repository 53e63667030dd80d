/** Two readings of what should be one znode → the fields in which they differ. Pure. */
import type { Acl, Stat } from "../../zookeeper/types.js";
import type { Side } from "../spec.js";
import { shownAcl, shownData, shownType } from "./shown.js";
import type { NodeReading } from "./tree-reader.js";

export type ComparedField = "data" | "acl" | "version" | "aversion" | "next-sequence" | "type";
export type DifferenceField = "missing-on-a" | "missing-on-b" | ComparedField;

/** `exact`: must be equal. `informative`: told, but the znode counts as equal. */
export type Weight = "exact" | "informative" | "ignored";

export interface CompareRules {
  readonly fields: Readonly<Record<ComparedField, Weight>>;
  /** Sides whose ephemeral znodes are not ephemeral on the other one. */
  readonly ephemeralsFrom: readonly Side[];
  /** What the other side has in place of those: a persistent znode, or nothing. */
  readonly ephemerals: "shadow" | "skip";
  /** What is recorded of versions that could not be made level: side b's minus side a's. */
  readonly offset?: (pathA: string, pathB: string) => { readonly version: number; readonly aversion: number };
}

/** Everything a synchronisation keeps must be equal; the sequence counters may be kept apart on purpose. */
export const EXACT_FIELDS: CompareRules["fields"] = {
  data: "exact",
  acl: "exact",
  version: "exact",
  aversion: "exact",
  "next-sequence": "informative",
  type: "exact",
};

export interface Finding {
  readonly field: DifferenceField;
  readonly weight: "exact" | "informative";
  /** As people read it; null where there is no znode. */
  readonly a: string | null;
  readonly b: string | null;
  /** Changes whenever one of the sides changes what the finding is about. */
  readonly stamp: string;
}

export interface Comparison {
  readonly findings: readonly Finding[];
  /** One is ephemeral, and the other its persistent stand-in. */
  readonly shadow: boolean;
  /** An ephemeral znode that is not on the other side on purpose. */
  readonly skipped: boolean;
  /** The side that hides a part of its ACL from the session. */
  readonly masked: Side | null;
}

export interface Pair {
  readonly pathA: string;
  readonly pathB: string;
  /** Whether both have all their children on the other side. */
  readonly comparableCounters: boolean;
}

const NOTHING: Comparison = { findings: [], shadow: false, skipped: false, masked: null };

/** At least one of the two is there. */
export function compare(
  pair: Pair,
  a: NodeReading | null,
  b: NodeReading | null,
  rules: CompareRules,
): Comparison {
  if (a === null) return b === null ? NOTHING : missing("a", b, rules);
  if (b === null) return missing("b", a, rules);
  const shadow = isShadow(a, b, rules);
  const masked = rules.fields.acl !== "exact" ? null : isMasked(a.acl) ? "a" : isMasked(b.acl) ? "b" : null;
  const found = findings(pair, a, b, rules, shadow);
  // What is hidden cannot be told from what differs.
  return {
    findings: masked === null ? found : found.filter(({ field }) => field !== "acl"),
    shadow,
    skipped: false,
    masked,
  };
}

function missing(on: Side, other: NodeReading, rules: CompareRules): Comparison {
  const from: Side = on === "a" ? "b" : "a";
  const passing = other.stat.ephemeralOwner !== 0n && rules.ephemeralsFrom.includes(from);
  if (passing && rules.ephemerals === "skip") return { ...NOTHING, skipped: true };
  const { stat, data } = other;
  const shown = `${shownType(stat)}, version ${stat.version}, ${shownData(data)}`;
  const finding: Finding = {
    field: `missing-on-${on}`,
    weight: "exact",
    a: on === "a" ? null : shown,
    b: on === "b" ? null : shown,
    stamp: `${stat.czxid} ${stat.mzxid}`,
  };
  return { ...NOTHING, findings: [finding] };
}

function isShadow(a: NodeReading, b: NodeReading, rules: CompareRules): boolean {
  const passingA = a.stat.ephemeralOwner !== 0n;
  const passingB = b.stat.ephemeralOwner !== 0n;
  if (rules.ephemerals !== "shadow" || passingA === passingB) return false;
  return rules.ephemeralsFrom.includes(passingA ? "a" : "b");
}

/** Servers from 3.5.5 show `user:x` in place of the digest to whoever may not administer the znode. */
function isMasked(acl: readonly Acl[]): boolean {
  return acl.some(({ scheme, id }) => scheme === "digest" && id.endsWith(":x"));
}

function findings(
  pair: Pair,
  a: NodeReading,
  b: NodeReading,
  rules: CompareRules,
  shadow: boolean,
): Finding[] {
  const found: Finding[] = [];
  const both = (stamp: (stat: Stat) => string) => `${stamp(a.stat)} ${stamp(b.stat)}`;
  const add = (field: ComparedField, shownA: string, shownB: string, stamp: string) => {
    const weight = rules.fields[field];
    if (weight !== "ignored") found.push({ field, weight, a: shownA, b: shownB, stamp });
  };
  const content = ({ czxid, mzxid }: Stat) => `${czxid}.${mzxid}`;
  const rights = ({ czxid, aversion }: Stat) => `${czxid}.${aversion}`;
  const offset = rules.offset?.(pair.pathA, pair.pathB);
  if (!sameData(a.data, b.data)) add("data", shownData(a.data), shownData(b.data), both(content));
  if (!sameAcl(a.acl, b.acl)) add("acl", shownAcl(a.acl), shownAcl(b.acl), both(rights));
  if (a.stat.version + (offset?.version ?? 0) !== b.stat.version) {
    add("version", String(a.stat.version), String(b.stat.version), both(content));
  }
  if (a.stat.aversion + (offset?.aversion ?? 0) !== b.stat.aversion) {
    add("aversion", String(a.stat.aversion), String(b.stat.aversion), both(rights));
  }
  const [nextA, nextB] = [nextSequence(a.stat), nextSequence(b.stat)];
  if (pair.comparableCounters && nextA !== nextB) {
    add(
      "next-sequence",
      String(nextA),
      String(nextB),
      both(({ czxid, cversion }) => `${czxid}.${cversion}`),
    );
  }
  if (!shadow && (a.stat.ephemeralOwner === 0n) !== (b.stat.ephemeralOwner === 0n)) {
    add(
      "type",
      shownType(a.stat),
      shownType(b.stat),
      both(({ czxid }) => String(czxid)),
    );
  }
  return found;
}

/** Number of the next sequential child: how many children were ever created, which a client can work out from two fields. */
function nextSequence({ cversion, numChildren }: Stat): number {
  return (cversion + numChildren) / 2;
}

function sameData(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/** As lists: servers keep the order, and so does a synchronisation. */
function sameAcl(a: readonly Acl[], b: readonly Acl[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((entry, at) => {
    const other = b[at];
    return entry.perms === other?.perms && entry.scheme === other.scheme && entry.id === other.id;
  });
}
