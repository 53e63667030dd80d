/** Carries out `ferry sync report`: what is exact, and what the engines had to write down. Changes nothing. */
import {
  type ReportDirection,
  type ReportList,
  type ReportOffset,
  type ReportShadow,
  renderSyncReport,
  type SyncReport,
} from "../render/sync/report-text.js";
import { type ControlPaths, controlPaths } from "../sync/control/layout.js";
import { readConflicts, readFolder, readProgress, readStatus } from "../sync/control/read-records.js";
import type { ShadowRecord, SyncStatus } from "../sync/control/records.js";
import { type ExactnessRules, exactnessTable } from "../sync/exactness.js";
import { connectSide, inWords } from "../sync/side/connect-side.js";
import type { Direction } from "../sync/spec.js";
import { directionsOf, targetOf } from "../sync/spec.js";
import type { Json } from "../value/json.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import { listenForInterrupts } from "./interrupts.js";
import { type Reply, reply } from "./reply.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import { sideName } from "./sync-status-run.js";
import { withTarget } from "./sync-target.js";
import type { Terminal } from "./terminal.js";

/** Of each list so many are read; the totals know all. */
const FIRST = 1_000;

export async function runSyncReport(request: SyncRequest, terminal: Terminal): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync(request);
    const report = await withTarget(sync, interrupts.stop, (client) =>
      reportOf(sync, client, interrupts.stop),
    );
    return { ...reply(renderSyncReport(report), report as unknown as Json), diagnostics };
  } finally {
    interrupts.dispose();
  }
}

async function reportOf(
  sync: DeclaredSync,
  target: ZooKeeperClient,
  signal: AbortSignal,
): Promise<SyncReport> {
  const paths = controlPaths(sync.name);
  const rules = rulesOf(sync);
  const [status, conflicts] = await Promise.all([readStatus(target, paths), readConflicts(target, paths)]);
  const directions: ReportDirection[] = [];
  for (const direction of directionsOf(rules)) {
    const read = (client: ZooKeeperClient) => directionOf(client, paths, direction, status);
    if (targetOf(direction) === "b") directions.push(await read(target));
    else directions.push(await onSource(sync, signal, read));
  }
  const feed = directions.find((direction) => direction.feed !== null)?.feed ?? null;
  return {
    address: sync.address,
    source: sideName(sync, "source"),
    target: sideName(sync, "target"),
    exactness: exactnessTable(rules, feed),
    directions,
    conflicts: {
      total: conflicts.length,
      held: conflicts.filter(({ resolution }) => resolution === null).length,
    },
  };
}

/** From the declaration alone: a report must not need the secrets of an engine. */
export function rulesOf({ spec }: DeclaredSync): ExactnessRules {
  const declared = spec as unknown as Pick<ExactnessRules, "ephemerals" | "containers" | "limits"> & {
    readonly direction: string;
    readonly unknownAcl: unknown;
  };
  const { ephemerals, containers, limits } = declared;
  return {
    bidirectional: declared.direction === "bidirectional",
    ephemerals,
    containers,
    limits,
    unknownAcl: declared.unknownAcl === "stop" ? { action: "stop" } : { action: "replace", acl: [] },
  };
}

async function onSource<T>(
  sync: DeclaredSync,
  signal: AbortSignal,
  work: (client: ZooKeeperClient) => Promise<T>,
): Promise<T> {
  const side = await sync.side("source");
  return inWords(sync.address, signal, async () => {
    const client = await connectSide(side, signal);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  });
}

async function directionOf(
  client: ZooKeeperClient,
  paths: ControlPaths,
  direction: Direction,
  status: SyncStatus | null,
): Promise<ReportDirection> {
  const [checkpoint, offsets, shadows] = await Promise.all([
    readProgress(client, paths, direction),
    readFolder<ReportOffset & { readonly format: 1 }>(client, paths.offsets(direction), FIRST),
    readFolder<ShadowRecord>(client, paths.shadows(direction), FIRST),
  ]);
  const feed = status?.directions.find((one) => one.direction === direction)?.feed ?? null;
  return {
    direction,
    feed: feed === null ? null : { kind: feed.kind, exact: feed.exact, losses: feed.losses },
    checkpoint:
      checkpoint === null
        ? null
        : { zxid: checkpoint.zxid, timeMs: checkpoint.timeMs, transactions: checkpoint.transactions },
    offsets: listOf(offsets, ({ path, version, aversion }): ReportOffset => ({ path, version, aversion })),
    shadows: listOf(shadows, ({ path, session }): ReportShadow => ({ path, session })),
  };
}

function listOf<T, R extends { readonly path: string }>(
  { records, total }: { readonly records: readonly T[]; readonly total: number },
  shown: (record: T) => R,
): ReportList<R> {
  return { total, first: records.map(shown).sort((one, other) => (one.path < other.path ? -1 : 1)) };
}
