/**
 * One comparison of two filled ensembles in a process of its own, so that its memory is its own. Started by verify.ts; prints
 * one line of JSON.
 */
import { pathMap } from "../src/sync/paths/path-map.js";
import type { SideSpec } from "../src/sync/spec.js";
import { openReader } from "../src/sync/verify/open-reader.js";
import { resultOf, type VerifyResult } from "../src/sync/verify/report.js";
import type { ReaderKind } from "../src/sync/verify/tree-reader.js";
import { verify } from "../src/sync/verify/verify.js";

export interface VerifyMeasurement {
  readonly reader: ReaderKind;
  readonly nodes: number;
  readonly result: VerifyResult;
  readonly seconds: number;
  readonly nodesPerSecond: number;
  /** Processor time of this process for one znode on both sides. */
  readonly cpuMicrosPerNode: number;
  /** Resident memory once the readers were connected, and the most it ever was. */
  readonly rssAtStartMiB: number;
  readonly rssPeakMiB: number;
}

function side(name: string, connectString: string): SideSpec {
  const quorum = { servers: [], tls: null, sasl: null, observerId: 1n };
  return { name, connectString, auth: [], sasl: null, tls: null, sessionTimeoutMs: 30_000, quorum };
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

async function main(): Promise<void> {
  const [kind = "own", connectA = "", connectB = ""] = process.argv.slice(2);
  const reader: ReaderKind = kind === "independent" ? "independent" : "own";
  const a = await openReader(reader, side("a", connectA));
  const b = await openReader(reader, side("b", connectB));
  globalThis.gc?.();
  const rssAtStartMiB = mebibytes(process.memoryUsage.rss());
  const before = process.cpuUsage();
  const report = await verify({
    map: pathMap([{ a: "/bench", b: "/bench", exclude: [] }]),
    a,
    b,
    onProgress: ({ nodes, perSecond }) => {
      process.stderr.write(`\r${reader}: ${nodes} znodes, ${perSecond}/s    `);
    },
  });
  const cpu = process.cpuUsage(before);
  process.stderr.write("\n");
  await Promise.all([a.close(), b.close()]);
  const { nodes } = report.counts;
  const measurement: VerifyMeasurement = {
    reader,
    nodes,
    result: resultOf(report),
    seconds: Math.round(report.durationMs / 100) / 10,
    nodesPerSecond: Math.round((nodes * 1_000) / report.durationMs),
    cpuMicrosPerNode: Math.round(((cpu.user + cpu.system) / nodes) * 10) / 10,
    rssAtStartMiB,
    rssPeakMiB: mebibytes(process.resourceUsage().maxRSS * 1_024),
  };
  process.stdout.write(`${JSON.stringify(measurement)}\n`);
}

await main();
