/** The walk over trees in memory: finds what a plain comparison finds, within its bounds, and stops when told. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pathMap } from "../../../src/sync/paths/path-map.js";
import { EXACT_FIELDS } from "../../../src/sync/verify/compare.js";
import { type VerifyOptions, verify } from "../../../src/sync/verify/verify.js";
import { Walk } from "../../../src/sync/verify/walk.js";
import { ZooKeeperError } from "../../../src/zookeeper/zookeeper-error.js";
import { type MemoryNode, MemoryReader, memoryNode } from "./memory-reader.js";

const walking = suite("walk");

const EVERYTHING = pathMap([{ a: "/", b: "/", exclude: [] }]);
const RULES = {
  fields: { ...EXACT_FIELDS, "next-sequence": "exact" },
  ephemeralsFrom: ["a"],
  ephemerals: "shadow",
} as const;

function options(a: MemoryReader, b: MemoryReader, more: Partial<VerifyOptions> = {}): VerifyOptions {
  return { map: EVERYTHING, a, b, rules: RULES, confirmation: { rereads: 2, pauseMs: 1 }, ...more };
}

const aNode = fc.record({
  data: fc.constantFrom(null, Buffer.alloc(0), Buffer.from("x"), Buffer.from("y")),
  version: fc.constantFrom(0, 1),
  aversion: fc.constantFrom(0, 1),
  ephemeralOwner: fc.constantFrom(0n, 0n, 7n),
});
const aName = fc.constantFrom("a", "b", "c", "ab");
const aTree = fc
  .array(fc.tuple(fc.array(aName, { minLength: 1, maxLength: 4 }), aNode), { maxLength: 30 })
  .map((entries) => {
    const nodes = new Map<string, MemoryNode>([["/", memoryNode()]]);
    for (const [names, wish] of entries) {
      for (let depth = 1; depth < names.length; depth++) {
        const parent = `/${names.slice(0, depth).join("/")}`;
        if (!nodes.has(parent)) nodes.set(parent, memoryNode());
      }
      nodes.set(`/${names.join("/")}`, memoryNode(wish));
    }
    return nodes;
  });

/** What differs, by the definition: all paths of both, field by field. */
function plainly(a: Map<string, MemoryNode>, b: Map<string, MemoryNode>): string[] {
  const found: string[] = [];
  for (const path of new Set([...a.keys(), ...b.keys()])) {
    const [one, other] = [a.get(path), b.get(path)];
    if (one === undefined) found.push(`${path} missing-on-a`);
    else if (other === undefined) found.push(`${path} missing-on-b`);
    else {
      if (one.data?.toString() !== other.data?.toString()) found.push(`${path} data`);
      if (one.version !== other.version) found.push(`${path} version`);
      if (one.aversion !== other.aversion) found.push(`${path} aversion`);
      if (one.born !== other.born) found.push(`${path} next-sequence`);
      if (one.ephemeralOwner === 0n && other.ephemeralOwner !== 0n) found.push(`${path} type`);
    }
  }
  return found.sort();
}

walking("property: finds what a comparison of all paths finds, and counts each znode once", async () => {
  await fc.assert(
    fc.asyncProperty(aTree, aTree, fc.constantFrom(1, 2, 300), async (nodesA, nodesB, inFlight) => {
      const report = await verify(
        options(new MemoryReader(nodesA), new MemoryReader(nodesB), {
          inFlight,
          confirmation: { rereads: 0, pauseMs: 0 },
        }),
      );
      const found = report.differences.map(({ path, field }) => `${path} ${field}`);
      assert.equal(found.sort(), plainly(nodesA, nodesB));
      const { nodes, equal, differing, moving, unreadable, skipped } = report.counts;
      assert.is(nodes, new Set([...nodesA.keys(), ...nodesB.keys()]).size);
      assert.is(nodes, equal + differing + moving + unreadable + skipped);
    }),
    { numRuns: 300 },
  );
});

function wide(fans: readonly number[]): Map<string, MemoryNode> {
  const nodes = new Map<string, MemoryNode>([["/", memoryNode()]]);
  let level = [""];
  for (const fan of fans) {
    level = level.flatMap((parent) => Array.from({ length: fan }, (_, at) => `${parent}/n${at}`));
    for (const path of level) nodes.set(path, memoryNode());
  }
  return nodes;
}

walking("never more under way than allowed, and every znode once", async () => {
  const nodes = wide([20, 20, 10]);
  const [a, b] = [new MemoryReader(nodes), new MemoryReader(nodes)];
  const report = await verify(options(a, b, { inFlight: 16 }));
  assert.is(report.counts.equal, nodes.size);
  assert.is(a.reads, nodes.size);
  assert.is(a.mostUnderWay, 16);
  assert.is(b.mostUnderWay, 16);
});

walking("a thousand differences do not wait in memory for a slow listener", async () => {
  const nodes = wide([5_000]);
  const a = new MemoryReader(nodes);
  const walk = new Walk({
    map: EVERYTHING,
    a,
    b: new MemoryReader(new Map([["/", memoryNode()]])),
    rules: RULES,
    confirmation: { rereads: 0, pauseMs: 0 },
    inFlight: 32,
  });
  let seen = 0;
  for await (const event of walk.events()) {
    if (event.kind === "difference") seen++;
    assert.ok(a.reads - seen < 2_200, `${a.reads} read, ${seen} taken`);
    if (seen % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.is(seen, 5_000);
});

walking("big znodes make fewer be read at once", async () => {
  const nodes = wide([400]);
  for (const node of nodes.values()) node.data = Buffer.alloc(1 << 20);
  const [a, b] = [new MemoryReader(nodes), new MemoryReader(nodes)];
  let after = 0;
  a.onRead = () => {
    if (a.reads > 300) after = Math.max(after, a.underWay);
  };
  await verify(options(a, b, { inFlight: 256 }));
  assert.ok(after <= 16, `${after} under way`);
});

walking("a difference that goes away is none; one that keeps changing is moving", async () => {
  const nodesA = new Map([
    ["/", memoryNode()],
    ["/late", memoryNode({ version: 1, mzxid: 5n })],
    ["/restless", memoryNode({ version: 9 })],
    ["/wrong", memoryNode({ version: 1 })],
  ]);
  const nodesB = new Map([...nodesA.keys()].map((path) => [path, memoryNode()]));
  const [a, b] = [new MemoryReader(nodesA), new MemoryReader(nodesB)];
  const counts = new Map<string, number>();
  b.onRead = (path) => {
    counts.set(path, (counts.get(path) ?? 0) + 1);
    if (path === "/late" && counts.get(path) === 3) nodesB.set(path, memoryNode({ version: 1, mzxid: 6n }));
    if (path === "/restless") nodesB.set(path, memoryNode({ mzxid: BigInt(counts.get(path) ?? 0) }));
  };
  const report = await verify(options(a, b, { confirmation: { rereads: 4, pauseMs: 1 } }));
  assert.equal(
    report.differences.map(({ path, field }) => `${path} ${field}`),
    ["/wrong version"],
  );
  assert.equal(report.moving, [{ path: "/restless", pathB: "/restless", fields: ["version"] }]);
  assert.equal(Object.fromEntries(counts), { "/": 1, "/late": 3, "/restless": 5, "/wrong": 3 });
});

walking("recorded offsets of versions are no difference", async () => {
  const a = new MemoryReader(new Map([["/", memoryNode({ version: 7, aversion: 2 })]]));
  const b = new MemoryReader(new Map([["/", memoryNode({ version: 4, aversion: 2 })]]));
  const offset = () => ({ version: -3, aversion: 0 });
  const report = await verify(options(a, b, { rules: { ...RULES, offset } }));
  assert.is(report.counts.equal, 1);
});

walking("what cannot be read hides what is below it, on both sides", async () => {
  const nodes = wide([2, 2]);
  const nodesA = new Map(nodes).set("/n0", memoryNode({ closed: true }));
  const report = await verify(options(new MemoryReader(nodesA), new MemoryReader(nodes)));
  assert.equal(report.unreadable, [{ path: "/n0", pathB: "/n0", side: "a", reason: "NO_AUTH" }]);
  assert.is(report.counts.nodes, 1 + 2 + 2);
  assert.is(report.counts.equal, 4);
});

walking("stops when told, and when a side is lost", async () => {
  const nodes = wide([50, 50]);
  const aborter = new AbortController();
  const a = new MemoryReader(nodes);
  a.onRead = () => {
    if (a.reads === 500) aborter.abort(new Error("enough"));
  };
  const stopped = await verify(options(a, new MemoryReader(nodes), { signal: aborter.signal })).catch(String);
  assert.is(stopped, "Error: enough");
  const reads = a.reads;
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(a.reads, reads, "nothing is read after the end");

  const before = await verify(options(a, a, { signal: AbortSignal.abort(new Error("early")) })).catch(String);
  assert.is(before, "Error: early");

  const lost = new MemoryReader(nodes);
  lost.onRead = () => {
    if (lost.reads > 100) throw new ZooKeeperError("UNREACHABLE", { operation: "getData" });
  };
  const failure = await verify(options(new MemoryReader(nodes), lost)).catch((error: unknown) => error);
  assert.is((failure as ZooKeeperError).code, "UNREACHABLE");
});

walking("tells its progress", async () => {
  const nodes = wide([30]);
  const a = new MemoryReader(nodes);
  a.onRead = () => new Promise((resolve) => setTimeout(resolve, 80));
  const told: number[] = [];
  await verify(
    options(a, new MemoryReader(nodes), { inFlight: 1, onProgress: (progress) => told.push(progress.nodes) }),
  );
  assert.ok(told.length >= 2 && told.every((nodesDone) => nodesDone > 0 && nodesDone <= 31));
});

walking.run();
