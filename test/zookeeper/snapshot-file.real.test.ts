/** New ensembles that start on a file of ours: everything is there as it was, and counters go on. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { fourLetterWord } from "../../src/zookeeper/four-letter.js";
import type { SnapshotFileOptions } from "../../src/zookeeper/snapshot-file/record.js";
import { writeSnapshotFile } from "../../src/zookeeper/snapshot-file/writer.js";
import { startEnsemble, type TestEnsemble } from "../harness/zookeeper.js";
import { testDistributionIfAny } from "../harness/zookeeper-distribution.js";
import {
  EPHEMERALS,
  expectDigest,
  expectGoesOn,
  expectSameFile,
  expectSameTrees,
  leaderOf,
  newestSnapshot,
  open,
  plant,
  rewrite,
  SUPER_PASSWORD,
  snapshotByRestart,
  treeOf,
} from "./snapshot-file/seeding.js";
import { nodesOf, plainNode } from "./snapshot-file/snapshot-tree.js";

const s = suite<{ directory: string }>("snapshot file on real servers");

s.before.each(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), "ferry-seed-"));
});
s.after.each(({ directory }) => rm(directory, { recursive: true, force: true }));

async function logOf(ensemble: TestEnsemble): Promise<string> {
  return readFile(join(ensemble.server(1).plan.directory, "server.log"), "utf8");
}

/** The server itself has compared the digest in the file with the tree it loaded. */
async function expectDigestTaken(ensemble: TestEnsemble): Promise<void> {
  assert.match(await logOf(ensemble), /digest in the snapshot/);
  assert.not.match(await logOf(ensemble), /not matching/);
  const text = await fourLetterWord("127.0.0.1", ensemble.server(1).clientPort, "mntr");
  assert.match(text, /zk_digest_mismatches_count\s+0\b/);
}

/** True when `version` can be had; says so otherwise. */
async function has(version: string): Promise<boolean> {
  if ((await testDistributionIfAny(version)) !== undefined) return true;
  console.log(`  left out: ZooKeeper ${version} is neither here nor to be fetched`);
  return false;
}

for (const version of ["3.8.4", "3.9.4"]) {
  s(
    `a tree of ${version} arrives exactly in a new ensemble, its ephemerals as shadows`,
    async ({ directory }) => {
      if ((await testDistributionIfAny(version)) === undefined) {
        console.log(`  left out: ZooKeeper ${version} is neither here nor to be fetched`);
        return;
      }
      const source = await startEnsemble({ size: 1, version, superPassword: SUPER_PASSWORD });
      const targets: TestEnsemble[] = [];
      try {
        const client = await open(source);
        await plant(client);
        const theirs = await snapshotByRestart(source);
        const options = { directory, zxid: 0x300000009n, extendedTypes: true, digest: true, origin: version };
        const file = await rewrite(theirs, { ...options, ephemerals: "shadow" });
        assert.ok(await expectDigest(file.path, await nodesOf(file.path)));
        const target = await startEnsemble({
          size: 1,
          version,
          superPassword: SUPER_PASSWORD,
          seed: file.path,
        });
        targets.push(target);
        expectSameTrees(await treeOf(source), await treeOf(target), EPHEMERALS);
        await expectSameFile(file.path, await newestSnapshot(target.server(1)));
        await expectDigestTaken(target);
        await expectGoesOn(target);
        await client.close();
      } finally {
        for (const ensemble of [source, ...targets]) await ensemble.close();
      }
    },
  );
}

s(
  "ephemerals that keep their session are taken away by the new ensemble as it starts",
  async ({ directory }) => {
    const nodes = [plainNode("/"), plainNode("/stays"), plainNode("/goes", { owner: 0x100000000000001n })];
    const options = { directory, zxid: 0x100000009n, extendedTypes: true, origin: "keep" };
    const file = await writeSnapshotFile({ ...options, ephemerals: "keep" }, nodes);
    const target = await startEnsemble({ size: 1, version: "3.8", seed: file.path });
    try {
      const client = await connect({ connectString: target.connectString });
      assert.equal((await client.getChildren("/")).children.sort(), ["stays", "zookeeper"]);
      // The nodes every server has were not handed over.
      assert.equal((await client.getChildren("/zookeeper")).children.sort(), ["config", "quota"]);
      const { data } = await client.getData("/zookeeper/config");
      assert.match(data?.toString() ?? "", /^server\.1=/);
      await client.close();
    } finally {
      await target.close();
    }
  },
);

s("down to three servers of 3.4, and from their own file up to 3.9", async ({ directory }) => {
  if (!(await has("3.4.14")) || !(await has("3.9.4"))) return;
  const common = { superPassword: SUPER_PASSWORD, size: 1 };
  const ensembles = [await startEnsemble({ ...common, version: "3.8" })];
  const next = async (path: string, version: string, size: number, options: SnapshotFileOptions) => {
    const [last] = ensembles.slice(-1);
    if (last === undefined) throw new Error("there is a source");
    const file = await rewrite(path, options);
    const target = await startEnsemble({ ...common, version, size, seed: file.path });
    ensembles.push(target);
    return { before: await treeOf(last), file, target, after: await treeOf(target) };
  };
  const options = { directory, ephemerals: "shadow", origin: "" } as const;
  try {
    const [first] = ensembles;
    if (first === undefined) throw new Error("there is a source");
    const client = await open(first);
    await plant(client);
    const theirs = await snapshotByRestart(first);
    const down = await next(theirs, "3.4.14", 3, { ...options, zxid: 0x300000009n, extendedTypes: false });
    expectSameTrees(down.before, down.after, EPHEMERALS);
    // Its leader has written what it had loaded.
    const old = await newestSnapshot(await leaderOf(down.target));
    await expectSameFile(down.file.path, old);
    await client.close();
    const up = await next(old, "3.9.4", 1, { ...options, zxid: 0x400000009n, extendedTypes: true });
    expectSameTrees(up.before, up.after, []);
    for (const { target } of [down, up]) await expectGoesOn(target);
  } finally {
    for (const ensemble of ensembles) await ensemble.close();
  }
});

s.run();
