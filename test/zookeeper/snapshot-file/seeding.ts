/** One story for every line of servers: a tree made through the client arrives in a new ensemble by a snapshot file. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { connect } from "../../../src/zookeeper/connect.js";
import { digestId } from "../../../src/zookeeper/digest.js";
import type { SnapshotNode } from "../../../src/zookeeper/learner/transaction.js";
import { zxidOfFileName } from "../../../src/zookeeper/snapshot-file/format.js";
import { TreeDigest } from "../../../src/zookeeper/snapshot-file/node-digest.js";
import { readSnapshotFile } from "../../../src/zookeeper/snapshot-file/reader.js";
import type { SnapshotFile, SnapshotFileOptions } from "../../../src/zookeeper/snapshot-file/record.js";
import { writeSnapshotFile } from "../../../src/zookeeper/snapshot-file/writer.js";
import type { Acl, ZooKeeperClient } from "../../../src/zookeeper/types.js";
import type { TestEnsemble, TestServer } from "../../harness/zookeeper.js";
import { type IndependentNode, independentReader } from "../../harness/zookeeper-reader.js";
import { nodesOf } from "./snapshot-tree.js";

export const SUPER_PASSWORD = "seeding";
const SUPER = { scheme: "digest", credential: Buffer.from(`super:${SUPER_PASSWORD}`) };
const OWNED: readonly Acl[] = [
  { perms: 31, scheme: "digest", id: digestId("owner", "secret") },
  { perms: 1, scheme: "ip", id: "127.0.0.1" },
];
/** Sequential znodes created in /app/queue; two of them are deleted again. */
const QUEUED = 7;
/** The ephemerals of the tree. */
export const EPHEMERALS: readonly string[] = ["/app/member"];

export async function open(ensemble: TestEnsemble): Promise<ZooKeeperClient> {
  return connect({ connectString: ensemble.connectString, auth: [SUPER], sessionTimeoutMs: 20_000 });
}

/** Every kind of znode (of 3.5 and newer), with counters and versions that are not the first ones. */
export async function plant(client: ZooKeeperClient): Promise<void> {
  await client.create("/app", Buffer.from("top"));
  await client.create("/app/queue", null);
  for (let at = 0; at < QUEUED; at++) {
    await client.create("/app/queue/item-", Buffer.from(`${at}`), { mode: "persistent-sequential" });
  }
  for (const at of [2, QUEUED - 1]) await client.delete(`/app/queue/item-000000000${at}`);
  await client.create("/app/null", null);
  await client.create("/app/empty", Buffer.alloc(0));
  await client.create("/app/größe-数", Buffer.from([0, 255, 128]));
  await client.create("/app/owned", Buffer.from("hidden"), { acl: OWNED });
  await client.create("/app/owned/below", null, { acl: OWNED });
  await client.create("/app/often", Buffer.from("0"));
  for (let at = 1; at <= 5; at++) await client.setData("/app/often", Buffer.from(`${at}`));
  for (const perms of [1, 3, 31])
    await client.setAcl("/app/often", [{ perms, scheme: "world", id: "anyone" }]);
  await client.create("/app/member", Buffer.from("here"), { mode: "ephemeral" });
  await client.create("/app/container", null, { mode: "container" });
  await client.create("/app/ttl", null, { mode: "persistent-ttl", ttlMs: 3_600_000 });
  await client.create("/zookeeper/quota/app", Buffer.alloc(0));
  await client.create("/zookeeper/quota/app/zookeeper_limits", Buffer.from("count=5000,bytes=-1"));
  await client.create("/zookeeper/quota/app/zookeeper_stats", Buffer.from("count=0,bytes=0"));
}

/** The newest snapshot file of a server. */
export async function newestSnapshot(server: TestServer): Promise<string> {
  const folder = join(server.dataDir, "version-2");
  const found = (await readdir(folder)).flatMap((name) => {
    const zxid = zxidOfFileName(name);
    return zxid === null ? [] : [{ name, zxid }];
  });
  const newest = found.sort((a, b) => (a.zxid < b.zxid ? 1 : -1))[0];
  if (newest === undefined) throw new Error(`server ${server.id} has no snapshot`);
  return join(folder, newest.name);
}

export async function leaderOf(ensemble: TestEnsemble): Promise<TestServer> {
  for (const server of ensemble.servers) if ((await server.mode()) === "leader") return server;
  throw new Error("the ensemble has no leader");
}

/** A leader writes a snapshot when it takes over: all are restarted, and its file is what the servers themselves have. */
export async function snapshotByRestart(ensemble: TestEnsemble): Promise<string> {
  await Promise.all(ensemble.servers.map((server) => server.stop()));
  for (const server of ensemble.servers) server.launch();
  await Promise.all(ensemble.servers.map((server) => server.untilServing()));
  return newestSnapshot(await leaderOf(ensemble));
}

/** Checks a real server's own digest against ours, then writes its tree for a new ensemble. */
export async function rewrite(path: string, options: SnapshotFileOptions): Promise<SnapshotFile> {
  const nodes = await nodesOf(path);
  await expectDigest(path, nodes);
  const file = await writeSnapshotFile(options, nodes);
  assert.is(file.nodes, nodes.length, "nothing had to be added to a server's tree");
  return file;
}

/** True when the file holds a digest to check. */
export async function expectDigest(path: string, nodes: readonly SnapshotNode[]): Promise<boolean> {
  const { digest } = await readSnapshotFile(path, { onNode: () => undefined });
  if (digest === null) return false;
  const ours = new TreeDigest();
  for (const node of nodes) ours.add(node);
  assert.is(digest.value, ours.value, `the digest of ${path}`);
  return true;
}

/** Whole trees by the independent reader; /zookeeper/config is each ensemble's own. */
export async function treeOf(ensemble: TestEnsemble): Promise<Map<string, IndependentNode>> {
  const reader = await independentReader(ensemble.connectString, `super:${SUPER_PASSWORD}`);
  const found = new Map<string, IndependentNode>();
  const visit = async (path: string): Promise<void> => {
    const node = await reader.read(path);
    if (node === null) throw new Error(`${path} has vanished`);
    found.set(path, node);
    for (const name of node.children) await visit(path === "/" ? `/${name}` : `${path}/${name}`);
  };
  try {
    await visit("/");
  } finally {
    reader.close();
  }
  found.delete("/zookeeper/config");
  return found;
}

/** Every field of every znode, but for the owner of those that were ephemerals and were written as `shadows`. */
export function expectSameTrees(
  source: ReadonlyMap<string, IndependentNode>,
  target: ReadonlyMap<string, IndependentNode>,
  shadows: readonly string[],
): void {
  assert.equal([...target.keys()].sort(), [...source.keys()].sort());
  for (const [path, { stat, ...node }] of source) {
    if (shadows.includes(path)) assert.is.not(stat.ephemeralOwner, 0n);
    const owner = shadows.includes(path) ? 0n : stat.ephemeralOwner;
    assert.equal(target.get(path), { ...node, stat: { ...stat, ephemeralOwner: owner } }, path);
  }
  assert.equal(source.get("/app/owned")?.acl, OWNED, "the comparison saw the ACLs");
}

/** What only the file shows: null and empty data, containers and TTL znodes. `ours`: as it was handed to the servers. */
export async function expectSameFile(ours: string, theirs: string): Promise<void> {
  const config = "/zookeeper/config";
  const sorted = (nodes: readonly SnapshotNode[]) =>
    nodes.filter(({ path }) => path !== config).sort((a, b) => (a.path < b.path ? -1 : 1));
  assert.equal(sorted(await nodesOf(theirs)), sorted(await nodesOf(ours)));
}

/** The counter goes on, and the ensemble takes writes with the rights it had. */
export async function expectGoesOn(ensemble: TestEnsemble): Promise<void> {
  const client = await open(ensemble);
  const { path } = await client.create("/app/queue/item-", null, { mode: "persistent-sequential" });
  assert.is(path, `/app/queue/item-000000000${QUEUED}`);
  const stat = await client.setData("/app/often", Buffer.from("6"), 5);
  assert.is(stat.version, 6);
  await client.delete("/app/member");
  await client.close();
}
