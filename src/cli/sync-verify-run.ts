/** Carries out `ferry sync verify`: compares both sides whole, also while engines work. Changes nothing. */
import { count } from "../render/sync/words.js";
import { controlPaths } from "../sync/control/layout.js";
import { readFolder } from "../sync/control/read-records.js";
import { pathMap } from "../sync/paths/path-map.js";
import { directionsOf, type SyncSpec, targetOf } from "../sync/spec.js";
import { type CompareRules, EXACT_FIELDS } from "../sync/verify/compare.js";
import { openReader } from "../sync/verify/open-reader.js";
import { renderReport } from "../sync/verify/render.js";
import { resultOf, type VerifyReport, type VerifyResult } from "../sync/verify/report.js";
import type { ReaderKind, TreeReader } from "../sync/verify/tree-reader.js";
import { verify } from "../sync/verify/verify.js";
import type { Json } from "../value/json.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { listenForInterrupts } from "./interrupts.js";
import type { ExitCode, Reply } from "./reply.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import { connectSide, inWords } from "./sync-target.js";
import type { Terminal } from "./terminal.js";

export interface SyncVerifyRequest extends SyncRequest {
  readonly reader: ReaderKind;
}

/** As `drift`: 2 when they differ for certain, 1 when it could not be told. */
const EXIT: Readonly<Record<VerifyResult, ExitCode>> = { equal: 0, different: 2, unproven: 1 };

export async function runSyncVerify(request: SyncVerifyRequest, terminal: Terminal): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync(request);
    const spec = await sync.resolve();
    const report = await inWords(sync.address, interrupts.stop, () =>
      compare(spec, request.reader, interrupts.stop, progress(sync, terminal)),
    );
    const result = resultOf(report);
    const names = { a: spec.a.name, b: spec.b.name };
    return {
      exitCode: EXIT[result],
      diagnostics,
      text: () => renderReport(report, names),
      data: { address: sync.address, result, report: report as unknown as Json },
    };
  } finally {
    terminal.live(null);
    interrupts.dispose();
  }
}

async function compare(
  spec: SyncSpec,
  kind: ReaderKind,
  signal: AbortSignal,
  onProgress: (progress: { readonly nodes: number; readonly perSecond: number }) => void,
): Promise<VerifyReport> {
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
    return await verify({ map: pathMap(spec.paths), a, b, rules, signal, onProgress });
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

const NOTE_MS = 10_000;

/** How far it is: in place on a terminal, else now and then a line. */
function progress({ name }: DeclaredSync, terminal: Terminal) {
  let told = performance.now();
  return ({ nodes, perSecond }: { readonly nodes: number; readonly perSecond: number }): void => {
    const text = `${name}: ${count(nodes)} znodes compared, ${count(perSecond)} a second`;
    if (terminal.canLive) terminal.live(text);
    else if (performance.now() - told > NOTE_MS) {
      told = performance.now();
      terminal.note(text);
    }
  };
}
