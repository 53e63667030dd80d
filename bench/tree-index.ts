/**
 * Memory and speed of the index of a source's tree: N synthetic znodes in the flat arrays, against a Map of objects at a
 * smaller size in the same run. `node dist/bench/tree-index.js [N]`, default 10,000,000. Prints one JSON document.
 */
import { cpus, loadavg } from "node:os";
import { TreeIndex } from "../src/sync/tree/tree-index.js";
import type { SnapshotNode, Transaction } from "../src/zookeeper/learner/transaction.js";

const PER_PARENT = 10_000;
const PLAIN = 200_000;
const UPDATES = 1_000_000;
const KEYS = 1_000;
const ACL = [{ perms: 31, scheme: "world", id: "anyone" }];
const DATA = Buffer.alloc(100, 1);

function pathOf(at: number): string {
  return `/bench/parent-${Math.floor(at / PER_PARENT)}/node-${at}`;
}

function nodeOf(at: number): SnapshotNode {
  const zxid = (1n << 32n) + BigInt(at);
  const times = { ctimeMs: 1.7e12 + at, mtimeMs: 1.7e12 + at };
  const counts = { version: 0, cversion: 0, aversion: 0, owner: 0n };
  return {
    path: pathOf(at),
    data: DATA,
    acl: ACL,
    czxid: zxid,
    mzxid: zxid,
    pzxid: zxid,
    ...times,
    ...counts,
  };
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

function fill(count: number, add: (node: SnapshotNode) => void): { seconds: number; rssBytes: number } {
  const before = memory();
  const start = performance.now();
  for (let at = 0; at < count; at++) add(nodeOf(at));
  const seconds = (performance.now() - start) / 1000;
  return { seconds, rssBytes: memory() - before };
}

function update(index: TreeIndex, count: number): number {
  const start = performance.now();
  for (let at = 0; at < count; at++) {
    const transaction: Transaction = {
      zxid: (2n << 32n) + BigInt(at),
      session: 1n,
      cxid: at,
      timeMs: 1.7e12,
      type: 5,
      digest: 0n,
      body: {
        kind: "changes",
        changes: [
          { kind: "setData", path: pathOf(at % KEYS), data: DATA, version: 1 + Math.floor(at / KEYS) },
        ],
      },
    };
    index.apply(transaction);
    void index.digest;
  }
  return count / ((performance.now() - start) / 1000);
}

const count = Number(process.argv[2] ?? 10_000_000);
const plain = new Map<string, SnapshotNode>();
const objects = fill(PLAIN, (node) => plain.set(node.path, node));
plain.clear();
const index = new TreeIndex();
const flat = fill(count, (node) => index.addSnapshotNode(node));
const updatesPerSecond = update(index, UPDATES);

console.log(
  JSON.stringify(
    {
      benchmark: "tree-index",
      conditions: {
        node: process.version,
        cores: cpus().length,
        loadAverage: loadavg()[0],
        dataBytes: DATA.length,
        note: "synthetic znodes; paths of 30 to 40 characters; digest read after every update; run with --expose-gc for exact memory",
      },
      flat: {
        znodes: count,
        bytesPerZnode: index.bytes / count,
        rssBytesPerZnode: flat.rssBytes / count,
        znodesPerSecond: Math.round(count / flat.seconds),
        updatesPerSecond: Math.round(updatesPerSecond),
      },
      mapOfObjects: {
        znodes: PLAIN,
        rssBytesPerZnode: objects.rssBytes / PLAIN,
        znodesPerSecond: Math.round(PLAIN / objects.seconds),
      },
      goal: { bytesPerZnode: 60, met: index.bytes / count <= 60 },
    },
    null,
    2,
  ),
);
