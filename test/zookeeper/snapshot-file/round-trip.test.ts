/** Writing and reading snapshot files: what is written is read again, whatever it is; damage gives a clear error and nothing else. */
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CONTAINER_OWNER, ttlOwner } from "../../../src/zookeeper/learner/node-owner.js";
import type { SnapshotNode } from "../../../src/zookeeper/learner/transaction.js";
import { readSnapshotFile } from "../../../src/zookeeper/snapshot-file/reader.js";
import type { SnapshotFileOptions } from "../../../src/zookeeper/snapshot-file/record.js";
import { SnapshotFileError } from "../../../src/zookeeper/snapshot-file/snapshot-file-error.js";
import { SnapshotFileWriter, writeSnapshotFile } from "../../../src/zookeeper/snapshot-file/writer.js";
import { anyTree, nodesOf, plainNode } from "./snapshot-tree.js";

const s = suite<{ directory: string }>("snapshot file");

s.before.each(async (context) => {
  context.directory = await mkdtemp(join(tmpdir(), "ferry-snapshot-"));
});
s.after.each(({ directory }) => rm(directory, { recursive: true, force: true }));

function options(directory: string, more: Partial<SnapshotFileOptions> = {}): SnapshotFileOptions {
  return { directory, zxid: 0x200000005n, ephemerals: "keep", extendedTypes: true, origin: "test", ...more };
}

/** A different origin each time: every run writes its own file. */
let runs = 0;
async function written(directory: string, nodes: readonly SnapshotNode[], digest: boolean): Promise<string> {
  runs++;
  return (await writeSnapshotFile(options(directory, { digest, origin: `${runs}` }), nodes)).path;
}

async function expectFault(promise: Promise<unknown>, pattern?: RegExp): Promise<SnapshotFileError> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof SnapshotFileError)) throw error;
    if (pattern !== undefined) assert.match(error.message, pattern);
    return error;
  }
  throw new Error("it was expected to fail");
}

const quiet = { onNode: () => undefined };

s("what is written is read again", async ({ directory }) => {
  await fc.assert(
    fc.asyncProperty(anyTree, fc.boolean(), async (tree, digest) => {
      const path = await written(directory, tree, digest);
      assert.equal(await nodesOf(path), tree);
      const content = await readSnapshotFile(path, quiet);
      assert.is(content.zxid, 0x200000005n);
      assert.is(content.nodes, tree.length);
      assert.is(content.digest !== null, digest);
      assert.is(content.bytes, (await stat(path)).size);
    }),
    { numRuns: 40 },
  );
});

s("a byte that is changed anywhere gives an error that says where", async ({ directory }) => {
  await fc.assert(
    fc.asyncProperty(anyTree, fc.nat(), fc.integer({ min: 1, max: 255 }), async (tree, place, change) => {
      const path = await written(directory, tree, true);
      const bytes = await readFile(path);
      const at = place % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ change;
      await writeFile(path, bytes);
      const error = await expectFault(readSnapshotFile(path, quiet));
      assert.ok(error.offset !== null && error.offset >= 0 && error.offset <= bytes.length, error.message);
    }),
    { numRuns: 100 },
  );
});

s("a file that is cut off gives an error, but where only the digest is missing", async ({ directory }) => {
  const tree = [plainNode("/"), plainNode("/a", { data: Buffer.from("x") })];
  const whole = await readFile(await written(directory, tree, true));
  for (let length = whole.length - 1; length >= 0; length--) {
    const path = join(directory, "snapshot.1");
    await writeFile(path, whole.subarray(0, length));
    if (length === whole.length - 33) assert.is((await readSnapshotFile(path, quiet)).digest, null);
    else await expectFault(readSnapshotFile(path, quiet), /at byte \d+: .*Nothing was changed/s);
  }
});

s("lengths and counts beyond the file are refused before memory is asked for", async ({ directory }) => {
  const whole = await readFile(await written(directory, [plainNode("/")], false));
  const path = join(directory, "snapshot.1");
  // Number of sessions, number of ACLs, length of the root's path.
  for (const at of [16, 20, 24]) {
    const bytes = Buffer.from(whole);
    bytes.writeInt32BE(0x7fffff00, at);
    await writeFile(path, bytes);
    assert.is((await expectFault(readSnapshotFile(path, quiet))).offset, at);
  }
});

s(
  "a file larger than a piece is read, plain and compressed, and a cut .gz is an error",
  async ({ directory }) => {
    const names = Array.from({ length: 40_000 }, (_, at) => `/n${at}`);
    const big = plainNode("/big", { data: Buffer.alloc(3_000_000, 7) });
    const tree = [plainNode("/"), ...names.map((path) => plainNode(path, { data: Buffer.from(path) })), big];
    const path = await written(directory, tree, true);
    const read = await nodesOf(path);
    assert.is(read.length, tree.length + 2);
    assert.equal(read.slice(0, tree.length), tree);
    const packed = join(directory, "snapshot.5.gz");
    const bytes = gzipSync(await readFile(path));
    await writeFile(packed, bytes);
    assert.is((await nodesOf(packed)).length, read.length);
    await truncate(packed, bytes.length - 100);
    await expectFault(readSnapshotFile(packed, quiet));
  },
);

s("other files are told apart", async ({ directory }) => {
  const path = join(directory, "log.1");
  await writeFile(path, "ZKLG and more than sixteen bytes");
  await expectFault(readSnapshotFile(path, quiet), /does not begin as a snapshot file does/);
  await expectFault(readSnapshotFile(join(directory, "none"), quiet), /ENOENT/);
  await expectFault(readSnapshotFile(directory, quiet), /EISDIR/);
});

s("owners are written as the target needs them", async ({ directory }) => {
  const owners = { ephemeral: 0x100000000000001n, container: CONTAINER_OWNER, ttl: ttlOwner(5_000n) };
  const nodes = [
    plainNode("/"),
    ...Object.entries(owners).map(([name, owner]) => plainNode(`/${name}`, { owner })),
  ];
  const ownersIn = async (more: Partial<SnapshotFileOptions>) => {
    const { path } = await writeSnapshotFile(options(directory, more), nodes);
    return (await nodesOf(path)).slice(1, 4).map((node) => node.owner);
  };
  assert.equal(await ownersIn({ ephemerals: "keep" }), Object.values(owners));
  assert.equal(await ownersIn({ ephemerals: "shadow" }), [0n, CONTAINER_OWNER, ttlOwner(5_000n)]);
  assert.equal(await ownersIn({ ephemerals: "shadow", extendedTypes: false }), [0n, 0n, 0n]);
});

s("the configuration is emptied, quotas stay, and what every server has is added", async ({ directory }) => {
  const quota = plainNode("/zookeeper/quota/a", { data: Buffer.from("count=5") });
  const config = plainNode("/zookeeper/config", { data: Buffer.from("server.1=…"), version: 3 });
  const path = await written(
    directory,
    [plainNode("/"), plainNode("/zookeeper"), config, plainNode("/zookeeper/quota"), quota],
    false,
  );
  const nodes = new Map((await nodesOf(path)).map((node) => [node.path, node]));
  assert.equal(nodes.get("/zookeeper/config")?.data, Buffer.alloc(0));
  assert.is(nodes.get("/zookeeper/config")?.version, 3);
  assert.equal(nodes.get("/zookeeper/quota/a"), quota);
  const bare = await nodesOf(await written(directory, [plainNode("/")], false));
  assert.equal(
    bare.map((node) => node.path),
    ["/", "/zookeeper", "/zookeeper/quota"],
  );
});

s("a znode without its parent is refused and nothing is left", async ({ directory }) => {
  const wrong: readonly [RegExp, readonly SnapshotNode[]][] = [
    [/\/a\/b comes without its parent/, [plainNode("/"), plainNode("/a/b")]],
    [/\/a comes without its parent/, [plainNode("/a"), plainNode("/")]],
    [/\/a comes a second time/, [plainNode("/"), plainNode("/a"), plainNode("/a")]],
    [/"\/a\/" is no path/, [plainNode("/"), plainNode("/a"), plainNode("/a/")]],
    [/\/zookeeper comes without its parent/, []],
  ];
  for (const [pattern, nodes] of wrong) {
    await expectFault(writeSnapshotFile(options(directory), nodes), pattern);
    assert.equal(await readdir(directory), [], String(pattern));
  }
  const missing = options(join(directory, "missing"));
  await expectFault(writeSnapshotFile(missing, []), /ENOENT.*No file was made/s);
});

s("a finished file is taken again, one that was changed or made otherwise is not", async ({ directory }) => {
  let read = 0;
  const tree = function* () {
    for (const node of [plainNode("/"), plainNode("/a")]) {
      read++;
      yield node;
    }
  };
  const first = await writeSnapshotFile(options(directory), tree());
  assert.equal(await writeSnapshotFile(options(directory), tree()), first);
  assert.is(read, 2, "the second time nothing was read");
  await writeSnapshotFile(options(directory, { origin: "other" }), tree());
  await writeSnapshotFile(options(directory, { ephemerals: "shadow" }), tree());
  assert.is(read, 6);
  await truncate(first.path, first.bytes - 1);
  const again = await writeSnapshotFile(options(directory, { ephemerals: "shadow" }), tree());
  assert.equal({ ...again }, { ...first });
  assert.is(read, 8);
  assert.equal((await readdir(directory)).sort(), ["ferry-snapshot.200000005.json", "snapshot.200000005"]);
});

s("what a broken run left does no harm, and giving up leaves nothing", async ({ directory }) => {
  await writeFile(
    join(directory, ".ferry-snapshot.200000005.nodes"),
    "rubbish that is longer than the tree".repeat(99),
  );
  await writeFile(join(directory, ".ferry-snapshot.200000005.part"), "rubbish");
  const path = await written(directory, [plainNode("/")], false);
  assert.is((await nodesOf(path)).length, 3);
  await rm(path);
  const writer = await SnapshotFileWriter.open(options(directory, { zxid: 7n }));
  await writer.add(plainNode("/"));
  await writer.abandon();
  const cut = new AbortController();
  cut.abort(new Error("given up"));
  const second = await SnapshotFileWriter.open(options(directory, { zxid: 7n }));
  await second.add(plainNode("/"));
  const reason: unknown = await second.finish(cut.signal).catch((error: unknown) => error);
  assert.is(reason, cut.signal.reason);
  assert.equal(await readdir(directory), ["ferry-snapshot.200000005.json"]);
});

s.run();
