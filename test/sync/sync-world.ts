/** Two real ensembles with an engine between them, and the comparison of both sides by somebody else's reader. */
import { tmpdir } from "node:os";
import * as assert from "uvu/assert";
import { SyncEngine } from "../../src/sync/engine/engine.js";
import { observerFeed } from "../../src/sync/engine/open-feed.js";
import type { SideSpec, SyncSpec } from "../../src/sync/spec.js";
import { TransactionSpool } from "../../src/sync/spool/transaction-spool.js";
import { TreeIndex } from "../../src/sync/tree/tree-index.js";
import type { TestEnsemble } from "../harness/zookeeper.js";
import { independentReader } from "../harness/zookeeper-reader.js";

export function sideOf(name: string, ensemble: TestEnsemble, password?: string): SideSpec {
  return {
    name,
    connectString: ensemble.connectString,
    auth: password === undefined ? [] : [{ scheme: "digest", credential: Buffer.from(`super:${password}`) }],
    sasl: null,
    tls: null,
    sessionTimeoutMs: 6_000,
    quorum: { servers: [], tls: null, sasl: null, observerId: 0x40000001n },
  };
}

export function specOf(a: SideSpec, b: SideSpec, more: Partial<SyncSpec> = {}): SyncSpec {
  return {
    name: "test",
    a,
    b,
    paths: [{ a: "/w", b: "/w", exclude: [] }],
    bidirectional: false,
    feed: "observer",
    watchTarget: true,
    conflicts: { strategy: "source-wins", alertPerMinute: 10 },
    ephemerals: "shadow",
    containers: "keep",
    unknownAcl: { action: "stop" },
    limits: {
      batchOperations: 100,
      batchBytes: 800_000,
      inFlight: 4,
      spoolMemoryBytes: 256 * 1024 * 1024,
      spoolDiskBytes: 1024 * 1024 * 1024,
      levelVersions: 100_000,
    },
    alertLagMs: 500,
    ...more,
  };
}

export function startSync(spec: SyncSpec, more: { fromSnapshot?: boolean; acceptDeletions?: boolean } = {}) {
  const log: string[] = [];
  const engine = new SyncEngine(spec, {
    feed: (side, { a, b }, client) => ({
      feed: observerFeed(side === "a" ? a : b, client, Math.random),
      reason: "chosen by the test",
    }),
    index: () => new TreeIndex(),
    spool: ({ limits }) => new TransactionSpool({ directory: tmpdir(), limitBytes: limits.spoolDiskBytes }),
    now: Date.now,
    log: (text) => log.push(text),
    acceptDeletions: more.acceptDeletions ?? false,
    fromSnapshot: more.fromSnapshot ?? false,
  });
  return { engine, log };
}

export interface Comparison {
  readonly compared: number;
  /** Ephemeral on a, so shadows on b; and the other way round. */
  readonly shadows: number;
  readonly shadowsOnA: number;
  readonly differences: string[];
}

/** Walks both subtrees with the independent reader: data, ACL, versions and the counter of the next sequential child. */
export async function compareSides(
  a: TestEnsemble,
  b: TestEnsemble,
  rootA: string,
  rootB: string,
  password?: string,
  fields: readonly string[] = ["data", "acl", "version", "aversion", "next"],
): Promise<Comparison> {
  const credential = password === undefined ? undefined : `super:${password}`;
  const readers = await Promise.all([
    independentReader(a.connectString, credential),
    independentReader(b.connectString, credential),
  ]);
  const found = { compared: 0, shadows: 0, shadowsOnA: 0, differences: [] as string[] };
  const visit = async (pathA: string, pathB: string): Promise<void> => {
    const [nodeA, nodeB] = await Promise.all([readers[0].read(pathA), readers[1].read(pathB)]);
    if (nodeA === null || nodeB === null) {
      found.differences.push(`${pathA}: ${nodeA === null ? "only on b" : "only on a"}`);
      return;
    }
    found.compared++;
    const data = (node: typeof nodeA) => node.data?.toString("hex") ?? "null";
    const next = ({ stat }: typeof nodeA) => (stat.cversion + stat.numChildren) / 2;
    const facts = (node: typeof nodeA) => ({
      data: data(node),
      acl: JSON.stringify(node.acl),
      version: node.stat.version,
      aversion: node.stat.aversion,
      next: next(node),
    });
    const [left, right] = [facts(nodeA), facts(nodeB)];
    for (const field of Object.keys(left) as (keyof typeof left)[]) {
      if (!fields.includes(field)) continue;
      if (left[field] !== right[field]) {
        found.differences.push(
          `${pathA} ${field}: ${String(left[field]).slice(0, 80)} ≠ ${String(right[field]).slice(0, 80)}`,
        );
      }
    }
    if (nodeA.stat.ephemeralOwner !== 0n) found.shadows++;
    if (nodeB.stat.ephemeralOwner !== 0n) found.shadowsOnA++;
    if (nodeA.stat.ephemeralOwner !== 0n && nodeB.stat.ephemeralOwner !== 0n) {
      found.differences.push(`${pathB} is ephemeral on both sides`);
    }
    const names = new Set([...nodeA.children, ...nodeB.children]);
    await Promise.all([...names].map((name) => visit(`${pathA}/${name}`, `${pathB}/${name}`)));
  };
  try {
    await visit(rootA, rootB);
    return found;
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** @param log of the engine, shown when it fails */
export function expectSame(comparison: Comparison, log: readonly string[] = []): void {
  if (comparison.differences.length > 0) console.error(log.join("\n"));
  assert.equal(comparison.differences, []);
}
