/** A snapshot file made of a source that never stands still: exact for its zxid, whatever was renamed, and parents first. */
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeBootstrapFile } from "../../../src/sync/bootstrap/bootstrap-file.js";
import { CollectLost } from "../../../src/sync/bootstrap/collect.js";
import { pathMap } from "../../../src/sync/paths/path-map.js";
import type { PathRule } from "../../../src/sync/spec.js";
import type { SnapshotNode } from "../../../src/zookeeper/learner/transaction.js";
import { readSnapshotFile } from "../../../src/zookeeper/snapshot-file/reader.js";
import { Random } from "../../harness/random.js";
import { specOf } from "../sync-world.js";
import { FuzzySource, PlayedFeed } from "./fuzzy-source.js";

const bootstrap = suite("bootstrap file");

let directory = "";
bootstrap.before.each(async () => {
  directory = await mkdtemp(join(tmpdir(), "ferry-bootstrap-"));
});
bootstrap.after.each(() => rm(directory, { recursive: true, force: true }));

const SIDE = { connectString: "a:2181" } as ReturnType<typeof specOf>["a"];

function specFor(paths: readonly PathRule[], ephemerals: "shadow" | "skip" = "shadow") {
  return { ...specOf(SIDE, SIDE), paths, ephemerals };
}

async function contentOf(path: string): Promise<Map<string, SnapshotNode>> {
  const found = new Map<string, SnapshotNode>();
  await readSnapshotFile(path, {
    onNode: (node) => {
      const parent = node.path === "/" ? null : node.path.slice(0, node.path.lastIndexOf("/")) || "/";
      assert.ok(parent === null || found.has(parent), `${node.path} before its parent`);
      assert.not.ok(found.has(node.path), `${node.path} twice`);
      found.set(node.path, { ...node, data: node.data === null ? null : Buffer.from(node.data) });
    },
  });
  return found;
}

const text = (node: SnapshotNode) =>
  JSON.stringify(
    Object.entries({ ...node, data: node.data?.toString() ?? null }).sort(([one], [other]) =>
      one < other ? -1 : 1,
    ),
    (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value),
  );

const RULES: readonly (readonly PathRule[])[] = [
  [{ a: "/", b: "/", exclude: [] }],
  [{ a: "/x", b: "/x", exclude: [] }],
  [{ a: "/x", b: "/eu/deep/x", exclude: ["/x/y"] }],
  [
    { a: "/x", b: "/y", exclude: ["/x/x"] },
    { a: "/x/x", b: "/x", exclude: [] },
    { a: "/y", b: "/y/inner/z", exclude: [] },
  ],
];

bootstrap("is the source at one moment, for every history and every renaming", async () => {
  const seeds = fc.integer({ min: 0, max: 1_000_000 });
  const rules = fc.constantFrom(...RULES);
  const ephemerals = fc.constantFrom("shadow" as const, "skip" as const);
  await fc.assert(
    fc.asyncProperty(
      seeds,
      rules,
      ephemerals,
      fc.integer({ min: 0, max: 200 }),
      async (seed, paths, how, steps) => {
        const source = new FuzzySource(new Random(seed), ["x", "y", "z"]);
        const spec = specFor(paths, how);
        const signal = new AbortController().signal;
        const folder = await mkdtemp(join(directory, "case-"));
        const feed = new PlayedFeed(source, steps);
        const { file, kept } = await writeBootstrapFile({
          spec,
          directory: folder,
          feed,
          onProgress,
          signal,
        });
        assert.is(kept, false);
        assert.is(file.zxid, source.zxid);
        const { toB } = pathMap(paths);
        // What a session took with it before its turn came, older servers tell nobody: their own learners miss its pzxid too.
        const shown = (node: SnapshotNode) => text(source.tellsOwned ? node : { ...node, pzxid: 0n });
        const expected = new Map<string, string>();
        for (const node of source.nodes.values()) {
          const path = toB(node.path);
          if (path === null || (how === "skip" && node.owner !== 0n)) continue;
          expected.set(path, shown({ ...node, path, owner: 0n }));
        }
        const found = await contentOf(file.path);
        for (const [path, node] of expected) assert.is(shown(found.get(path) ?? nothing(path)), node);
        const roots = paths.map(({ b }) => b);
        const made = [...found.keys()].filter(
          (path) => !expected.has(path) && !path.startsWith("/zookeeper"),
        );
        for (const path of made) {
          const isAbove = roots.some((root) => path === "/" || root.startsWith(`${path}/`));
          assert.ok(isAbove, `${path} is neither the source's nor above what is`);
        }
      },
    ),
    { numRuns: 60, includeErrorInReport: true },
  );
});

function onProgress(): void {}

function nothing(path: string): SnapshotNode {
  return { ...({} as SnapshotNode), path, data: Buffer.from("is missing") };
}

bootstrap("a connection that breaks is tried again; too often, and nothing is left behind", async () => {
  const signal = new AbortController().signal;
  const spec = specFor(RULES[0] ?? []);
  const source = new FuzzySource(new Random(5), ["x", "y"]);
  const twice = new PlayedFeed(source, 20, [3, 5]);
  const made = await writeBootstrapFile({ spec, directory, feed: twice, onProgress, signal });
  assert.is(twice.starts.length, 3);
  assert.ok(made.file.nodes > 5);
  await rm(made.file.path);
  const before = readdirSync(directory);
  const always = new PlayedFeed(source, 20, [1, 1, 1]);
  await writeBootstrapFile({ spec, directory, feed: always, onProgress, signal }).then(
    () => assert.unreachable(),
    (error: unknown) => assert.instance(error, CollectLost),
  );
  assert.equal(readdirSync(directory), before);
});

bootstrap("a finished file that the source has not changed since is kept, also for another run", async () => {
  const signal = new AbortController().signal;
  const spec = specFor(RULES[0] ?? []);
  const source = new FuzzySource(new Random(6), ["x", "y"]);
  const options = { spec, directory, onProgress, signal };
  const first = await writeBootstrapFile({ ...options, feed: new PlayedFeed(source, 20) });
  const again = new PlayedFeed(source, 20);
  const second = await writeBootstrapFile({ ...options, feed: again });
  assert.is(second.kept, true);
  assert.equal(second.file, first.file);
  assert.equal(again.starts, [first.file.zxid]);
  // For other paths it is another file.
  const other = specFor(RULES[1] ?? []);
  const third = await writeBootstrapFile({ ...options, spec: other, feed: new PlayedFeed(source, 20) });
  assert.is(third.kept, false);
});

bootstrap("what is given up leaves no file", async () => {
  const giveUp = new AbortController();
  const spec = specFor(RULES[0] ?? []);
  const feed = new PlayedFeed(new FuzzySource(new Random(7), ["x"]), 5);
  const stopAt = () => giveUp.abort(new Error("enough"));
  await writeBootstrapFile({ spec, directory, feed, onProgress: stopAt, signal: giveUp.signal }).then(
    () => assert.unreachable(),
    (error: unknown) => assert.is((error as Error).message, "enough"),
  );
  assert.equal(readdirSync(directory), []);
});

bootstrap.run();
