/** Trees for tests of the snapshot file, made up or read. */
import fc from "fast-check";
import { ttlOwner } from "../../../src/zookeeper/learner/node-owner.js";
import type { SnapshotNode } from "../../../src/zookeeper/learner/transaction.js";
import { readSnapshotFile } from "../../../src/zookeeper/snapshot-file/reader.js";
import type { Acl } from "../../../src/zookeeper/types.js";

const OPEN: readonly Acl[] = [{ perms: 31, scheme: "world", id: "anyone" }];

/** A plain znode with nothing in it. */
export function plainNode(path: string, more: Partial<SnapshotNode> = {}): SnapshotNode {
  return {
    ...{ path, data: null, acl: OPEN, czxid: 1n, mzxid: 1n, pzxid: 1n, ctimeMs: 1_000, mtimeMs: 2_000 },
    ...{ version: 0, cversion: 0, aversion: 0, owner: 0n },
    ...more,
  };
}

/** Without it, some records come without a prototype, and assert tells them from others. */
const plain = { noNullPrototype: true } as const;
const int = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const time = fc.maxSafeInteger();
const acl: fc.Arbitrary<readonly Acl[]> = fc.oneof(
  fc.constant(OPEN),
  fc.array(
    fc.record(
      {
        perms: fc.integer({ min: 0, max: 31 }),
        scheme: fc.constantFrom("world", "digest", "ip", "sasl"),
        id: fc.string({ unit: "grapheme", maxLength: 12 }),
      },
      plain,
    ),
    { maxLength: 3 },
  ),
);
const owner = fc.oneof(
  fc.constant(0n),
  fc.constant(-(2n ** 63n)),
  fc.bigInt({ min: 1n, max: 2n ** 40n - 1n }).map(ttlOwner),
  fc.bigInt({ min: 1n, max: 2n ** 62n }),
);
const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((text) => !text.includes("/"));
const data = fc.option(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)));
const content = fc.record(
  {
    ...{ data, acl, czxid: long, mzxid: long, pzxid: long, ctimeMs: time, mtimeMs: time },
    ...{ version: int, cversion: int, aversion: int, owner },
  },
  plain,
);

/** Whole trees, the root first and parents before children, with the znodes every server has. */
export const anyTree: fc.Arbitrary<SnapshotNode[]> = fc
  .record({
    root: content,
    system: fc.tuple(content, content),
    others: fc.array(fc.record({ parent: fc.nat(), name, content }), { maxLength: 25 }),
  })
  .map(({ root, system, others }) => {
    const nodes = new Map<string, SnapshotNode>([["/", { path: "/", ...root }]]);
    for (const { parent, name, content } of others) {
      const paths = [...nodes.keys()];
      const above = paths[parent % paths.length] ?? "/";
      const path = above === "/" ? `/${name}` : `${above}/${name}`;
      if (!nodes.has(path)) nodes.set(path, { path, ...content });
    }
    nodes.set("/zookeeper", { path: "/zookeeper", ...system[0] });
    nodes.set("/zookeeper/quota", { path: "/zookeeper/quota", ...system[1] });
    return [...nodes.values()];
  });

/** All znodes of a file, in its order; their data copied. */
export async function nodesOf(path: string): Promise<SnapshotNode[]> {
  const nodes: SnapshotNode[] = [];
  await readSnapshotFile(path, {
    onNode: (node) => {
      nodes.push({ ...node, data: node.data === null ? null : Buffer.from(node.data) });
    },
  });
  return nodes;
}
