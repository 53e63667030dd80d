/** (c) Filling a target for the first time: by an engine, by a snapshot file, and by a plain client's walk and copy. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SnapshotNode } from "../../src/zookeeper/learner/transaction.js";
import { writeSnapshotFile } from "../../src/zookeeper/snapshot-file/writer.js";
import { Child, DATA_BYTES, ROOT, rounded, type Sides, specOf, startEngine, startSides } from "./world.js";

export interface BootstrapMeasurement {
  readonly how: "engine, into a running target" | "snapshot file" | "plain client: walk and copy";
  readonly nodes: number;
  readonly seconds: number;
  readonly nodesPerSecond: number;
  /** Resident memory of the process that does it, at most. */
  readonly peakMiB: number;
}

const CHILDREN = 1_000;
const ACL = [{ perms: 31, scheme: "world", id: "anyone" }];

/** Parents first; 1,000 children a parent. */
function* tree(nodes: number): Generator<SnapshotNode> {
  const data = Buffer.alloc(DATA_BYTES, 1);
  const node = (path: string, cversion: number): SnapshotNode => {
    const stamps = { czxid: 1n, mzxid: 1n, pzxid: 1n, ctimeMs: 1.7e12, mtimeMs: 1.7e12 };
    return { path, data, acl: ACL, ...stamps, version: 0, cversion, aversion: 0, owner: 0n };
  };
  yield node("/", 1);
  yield node(ROOT, Math.ceil(nodes / (CHILDREN + 1)));
  for (let made = 1, parent = ""; made < nodes; made++) {
    const at = (made - 1) % (CHILDREN + 1);
    if (at === 0) parent = `${ROOT}/service-${made}`;
    yield at === 0 ? node(parent, CHILDREN) : node(`${parent}/node-${at}`, 0);
  }
}

export async function measureBootstrap(nodes: number, plain: boolean): Promise<BootstrapMeasurement[]> {
  const folder = await mkdtemp(join(tmpdir(), "ferry-bench-"));
  const origin = "bench";
  const zxid = 0x100000001n;
  const options = { directory: folder, zxid, ephemerals: "shadow", extendedTypes: true, origin } as const;
  const seed = (await writeSnapshotFile(options, tree(nodes))).path;
  const heap = Math.max(512, Math.ceil(nodes / 600));
  try {
    const results: BootstrapMeasurement[] = [];
    await withSides(heap, seed, async (sides) => {
      results.push(await byFile(sides, nodes, folder), await byEngine(sides, nodes));
    });
    if (plain) await withSides(heap, seed, async (sides) => void results.push(await byWalk(sides, nodes)));
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withSides(heap: number, seed: string, work: (sides: Sides) => Promise<void>): Promise<void> {
  const sides = await startSides(1, heap, { seed });
  try {
    await work(sides);
  } finally {
    await sides.close();
  }
}

function measured(
  how: BootstrapMeasurement["how"],
  nodes: number,
  ms: number,
  peakMiB: number,
): BootstrapMeasurement {
  return {
    how,
    nodes,
    seconds: rounded(ms / 1_000),
    nodesPerSecond: Math.round((nodes * 1_000) / ms),
    peakMiB,
  };
}

/** From the start of its process until everything is compared and the direction is live. */
async function byEngine(sides: Sides, nodes: number): Promise<BootstrapMeasurement> {
  const from = performance.now();
  const engine = startEngine(specOf(sides, "bootstrap"));
  await engine.says("znodes compared");
  const ms = performance.now() - from;
  const peak = engine.peakMiB();
  await engine.kill("SIGTERM");
  return measured("engine, into a running target", nodes, ms, peak);
}

async function byFile(sides: Sides, nodes: number, folder: string): Promise<BootstrapMeasurement> {
  const spec = specOf(sides, "bootstrap");
  const from = performance.now();
  const child = new Child("file-child.js", { spec, directory: folder });
  const { peakMiB } = await child.result<{ peakMiB: number }>();
  return measured("snapshot file", nodes, performance.now() - from, peakMiB);
}

async function byWalk({ a, b }: Sides, nodes: number): Promise<BootstrapMeasurement> {
  const from = performance.now();
  const child = new Child("walk-child.js", { from: a.connectString, to: b.connectString });
  const { peakMiB } = await child.result<{ peakMiB: number }>();
  return measured("plain client: walk and copy", nodes, performance.now() - from, peakMiB);
}
