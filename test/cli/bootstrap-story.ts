/**
 * The story of a target that begins with a file: it is made while clients write, and again when they have stopped; servers start on
 * each of the two; an engine carries over what has changed since, and rewrites nothing else.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Stat } from "../../src/zookeeper/types.js";
import { Workload } from "../harness/workload.js";
import type { TestEnsemble } from "../harness/zookeeper.js";
import type { IndependentNode } from "../harness/zookeeper-reader.js";
import { nodesOf } from "../zookeeper/snapshot-file/snapshot-tree.js";
import { type BootstrapWorld, bootstrapWorld, mapped, open, plant, treeOf } from "./bootstrap-world.js";

const SOURCE = ["/shop", "/orders"];
const TARGET = ["/shop", "/eu/deep/orders"];
type Tree = ReadonlyMap<string, IndependentNode>;

interface Made {
  readonly path: string;
  readonly zxid: bigint;
  readonly touched: number;
  readonly kept: boolean;
}

async function made(world: BootstrapWorld): Promise<Made> {
  const answer = await world.run("bootstrap", "sync.yaml", "--to", "seed", "--json");
  assert.is(answer.code, 0, answer.stderr + answer.stdout);
  const { result } = JSON.parse(answer.stdout) as {
    result: {
      file: { path: string; zxid: string; sha256: string; bytes: number };
      touched: number;
      kept: boolean;
    };
  };
  const { path, zxid, sha256, bytes } = result.file;
  const content = readFileSync(path);
  assert.is(content.length, bytes);
  assert.is(createHash("sha256").update(content).digest("hex"), sha256);
  const own = path.slice(world.folder.length + 1);
  assert.is(join(world.folder, own), path);
  return { path: own, zxid: BigInt(zxid), touched: result.touched, kept: result.kept };
}

const next = ({ cversion, numChildren }: Stat): number => (cversion + numChildren) / 2;

/** Every field of every znode that the source has not touched since; where somebody works, ACLs change without a trace. */
function expectExact(source: Tree, target: Tree, zxid: bigint): number {
  let exact = 0;
  for (const [path, { stat, data, acl }] of source) {
    const there = mapped(path);
    if (there === null || stat.mzxid > zxid || stat.pzxid > zxid) continue;
    const found = target.get(there);
    if (found === undefined) throw new Error(`${there} is missing`);
    // Children that take no part are not there, but are counted.
    const { ephemeralOwner: _a, numChildren: _b, cversion: _c, ...kept } = stat;
    const { ephemeralOwner, numChildren: _d, cversion: _e, ...theirs } = found.stat;
    assert.equal(theirs, kept, path);
    assert.is(next(found.stat), next(stat), path);
    assert.is(ephemeralOwner, 0n, path);
    assert.equal([found.data, found.acl], [data, acl], path);
    exact++;
  }
  return exact;
}

const zxids = (tree: Tree) =>
  new Map(
    [...tree].map(([path, { stat }]) => [
      path,
      `${stat.czxid} ${stat.mzxid} ${stat.version} ${stat.aversion}`,
    ]),
  );

async function expectVerified(world: BootstrapWorld, reader: "own" | "independent"): Promise<void> {
  const answer = await world.run("verify", "sync.yaml", "--reader", reader);
  assert.is(answer.code, 0, `${reader}: ${answer.stdout}${answer.stderr}`);
}

async function expectSameNumber(world: BootstrapWorld, target: TestEnsemble): Promise<void> {
  const other = await open(target);
  try {
    for (const path of ["/shop/queue", "/orders"]) {
      const mode = { mode: "persistent-sequential" } as const;
      const here = await world.client.create(`${path}/next-`, null, mode);
      const there = await other.create(`${mapped(path)}/next-`, null, mode);
      assert.is(there.path.slice(-10), here.path.slice(-10));
    }
  } finally {
    await other.close();
  }
}

/** A writer that never pauses, with ephemerals of its own. */
async function startWriting(world: BootstrapWorld, extended: boolean) {
  const client = await open(world.source);
  await client.create("/shop/w", null);
  const workload = new Workload({ client, root: "/shop/w", seed: 3, extended, ephemerals: true });
  await workload.prepare();
  let writing = true;
  const written = (async () => {
    while (writing) await workload.run(50, 8);
  })();
  const pause = async (): Promise<void> => {
    writing = false;
    await written;
  };
  return { pause, close: () => client.close() };
}

async function expectTypes(file: string, extended: boolean): Promise<void> {
  const nodes = await nodesOf(file);
  const typed = nodes.filter(({ owner }) => owner !== 0n).map(({ path }) => path);
  for (const path of ["/shop/container", "/shop/ttl"]) assert.is(typed.includes(path), extended, path);
  assert.ok(
    nodes.some(({ path }) => path === "/shop/member"),
    "ephemerals are persistent ones",
  );
  assert.not.ok(typed.includes("/shop/member"));
}

/** Level but for what was written since. */
async function carriesOver(world: BootstrapWorld, busy: Made, to: string, source: Tree): Promise<void> {
  const target = await world.seeded(busy.path, to);
  world.declare(target.connectString);
  const untouched = new Map([...source].filter(([path]) => !path.startsWith("/shop/w/")));
  assert.ok(expectExact(untouched, await treeOf(target, TARGET), busy.zxid) > 400);
  const answer = await world.run("bootstrap", "sync.yaml");
  assert.is(answer.code, 0, answer.stderr);
  assert.ok(expectExact(untouched, await treeOf(target, TARGET), busy.zxid) > 400);
  await expectVerified(world, "independent");
}

/** Level already: only the records of the shadows are written. */
async function changesNothing(
  world: BootstrapWorld,
  still: Made,
  to: string,
  source: Tree,
): Promise<TestEnsemble> {
  const target = await world.seeded(still.path, to);
  world.declare(target.connectString);
  const before = await treeOf(target, TARGET);
  assert.ok(expectExact(source, before, still.zxid) >= source.size - 3);
  const answer = await world.run("run", "sync.yaml", "--once");
  assert.is(answer.code, 0, answer.stderr);
  const ephemerals = [...source.values()].filter(({ stat }) => stat.ephemeralOwner !== 0n).length;
  assert.ok(ephemerals > 2, `${ephemerals} ephemerals`);
  assert.match(answer.stderr, new RegExp(`znodes compared, ${ephemerals} brought level, 0 deleted`));
  assert.equal(zxids(await treeOf(target, TARGET)), zxids(before));
  await expectVerified(world, "own");
  return target;
}

export async function bootstrapStory(from: string, to: string): Promise<void> {
  const world = await bootstrapWorld(from);
  const extended = !from.startsWith("3.4");
  let writer: Awaited<ReturnType<typeof startWriting>> | null = null;
  try {
    world.declare("127.0.0.1:1");
    await plant(world.client, extended);
    writer = await startWriting(world, extended);
    const busy = await made(world);
    await writer.pause();
    assert.ok(busy.touched > 0, "somebody wrote while the snapshot came");
    const still = await made(world);
    assert.is(still.kept, false);
    assert.is((await made(world)).kept, true);
    await expectTypes(join(world.folder, still.path), extended);
    const source = await treeOf(world.source, SOURCE);
    await carriesOver(world, busy, to, source);
    const target = await changesNothing(world, still, to, source);
    await expectSameNumber(world, target);
    // Its ephemerals end with the writer's session, and so do their shadows.
    await writer.close();
    const after = await world.run("run", "sync.yaml", "--once");
    assert.is(after.code, 0, after.stderr);
    await expectVerified(world, "independent");
  } finally {
    await writer?.pause();
    await writer?.close();
    await world.close();
  }
}
