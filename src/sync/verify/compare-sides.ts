/**
 * Compares both sides of a synchronisation as it is declared, with the offsets that are on record: the whole, or some of its
 * subtrees. It opens its own readers and sessions, closes them, and writes nothing.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { controlPaths } from "../control/layout.js";
import { readFolder } from "../control/read-records.js";
import { pathMap } from "../paths/path-map.js";
import { connectSide } from "../side/connect-side.js";
import { directionsOf, type SyncSpec, targetOf } from "../spec.js";
import { type CompareRules, EXACT_FIELDS } from "./compare.js";
import { openReader } from "./open-reader.js";
import type { VerifyReport } from "./report.js";
import type { ReaderKind, TreeReader } from "./tree-reader.js";
import { type VerifyOptions, verify } from "./verify.js";

export interface CompareOptions extends Pick<VerifyOptions, "onProgress" | "confirmation"> {
  readonly kind: ReaderKind;
  readonly signal: AbortSignal;
}

/** `paths` of `spec`, or a part of them. Rejects with ZooKeeperError, or with the signal's reason. */
export async function compareSides(spec: SyncSpec, options: CompareOptions): Promise<VerifyReport> {
  const { kind, signal, ...more } = options;
  const rules = await rulesOf(spec, signal);
  const opened = await Promise.allSettled([
    openReader(kind, spec.a, signal),
    openReader(kind, spec.b, signal),
  ]);
  const readers = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  try {
    const [a, b] = opened.map((one): TreeReader => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
    if (a === undefined || b === undefined) throw new Error("a comparison takes two readers");
    return await verify({ map: pathMap(spec.paths), a, b, rules, signal, ...more });
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

/** What must be equal by the declaration, and the offsets that are on record. */
async function rulesOf(spec: SyncSpec, signal: AbortSignal): Promise<CompareRules> {
  const { ephemerals, containers, bidirectional } = spec;
  const type = containers === "persistent" ? "informative" : EXACT_FIELDS.type;
  return {
    fields: { ...EXACT_FIELDS, type },
    ephemeralsFrom: bidirectional ? ["a", "b"] : ["a"],
    ephemerals,
    offset: await recordedOffsets(spec, signal),
  };
}

interface OffsetRecord {
  readonly format: 1;
  readonly path: string;
  readonly version: number;
  readonly aversion: number;
}

/** Side b's versions minus side a's, by what the engines wrote down. */
async function recordedOffsets(
  spec: SyncSpec,
  signal: AbortSignal,
): Promise<NonNullable<CompareRules["offset"]>> {
  const byPathB = new Map<string, OffsetRecord>();
  const byPathA = new Map<string, OffsetRecord>();
  for (const direction of directionsOf(spec)) {
    const side = targetOf(direction);
    const client = await connectSide(spec[side], signal);
    const records = await offsetsIn(client, controlPaths(spec.name).offsets(direction));
    for (const record of records) (side === "b" ? byPathB : byPathA).set(record.path, record);
  }
  return (pathA, pathB) => {
    const there = byPathB.get(pathB);
    const back = byPathA.get(pathA);
    return {
      version: (there?.version ?? 0) - (back?.version ?? 0),
      aversion: (there?.aversion ?? 0) - (back?.aversion ?? 0),
    };
  };
}

async function offsetsIn(client: ZooKeeperClient, folder: string): Promise<readonly OffsetRecord[]> {
  try {
    return (await readFolder<OffsetRecord>(client, folder)).records;
  } finally {
    await client.close();
  }
}
