/** The flat index against plain objects: versions, counters and the servers' digest over random histories. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BUILT_IN_NODES } from "../../../src/sync/feed/built-in-nodes.js";
import { crc32, linear, ZeroBytes } from "../../../src/sync/tree/crc.js";
import { TreeIndex } from "../../../src/sync/tree/tree-index.js";
import { CONTAINER_OWNER, ttlOwner } from "../../../src/zookeeper/learner/node-owner.js";
import type {
  Change,
  SnapshotNode,
  Transaction,
  TransactionBody,
} from "../../../src/zookeeper/learner/transaction.js";
import { MapIndex } from "../map-index.js";

const index = suite("tree index");

const path = fc
  .array(fc.constantFrom("a", "b", "ü", "zookeeper"), { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join("/")}`);
const data = fc.option(
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
);
const acl = [{ perms: 31, scheme: "world", id: "anyone" }];
const session = fc.constantFrom(7n, -(2n ** 62n), 2n ** 60n);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .record({
      path,
      data,
      owner: fc.oneof(fc.constant(0n), session, fc.constantFrom(CONTAINER_OWNER, ttlOwner(5n))),
      parentCversion: fc.integer({ min: 0, max: 30 }),
    })
    .map((record) => ({ kind: "create" as const, acl, ...record })),
  path.map((at) => ({ kind: "delete" as const, path: at })),
  fc
    .record({ path, data, version: fc.integer({ min: 0, max: 2 ** 31 - 1 }) })
    .map((record) => ({ kind: "setData" as const, ...record })),
  fc
    .record({ path, version: fc.integer({ min: 0, max: 99 }) })
    .map((record) => ({ kind: "setAcl" as const, acl, ...record })),
);

const body: fc.Arbitrary<TransactionBody> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(change, { maxLength: 3 }).map((changes) => ({ kind: "changes" as const, changes })),
  },
  {
    weight: 1,
    arbitrary: fc
      .option(fc.array(path, { maxLength: 3 }), { nil: null })
      .map((paths) => ({ kind: "close-session" as const, paths })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "failed" as const, code: -101 }) },
);

const history = fc.array(fc.record({ body, session, timeMs: fc.integer({ min: 0, max: 2 ** 42 }) }), {
  maxLength: 60,
});

function transactionsOf(
  steps: readonly { body: TransactionBody; session: bigint; timeMs: number }[],
): Transaction[] {
  return steps.map((step, at) => ({
    ...step,
    zxid: (3n << 32n) + BigInt(at + 1),
    cxid: 0,
    type: 0,
    digest: null,
  }));
}

function expectSame(flat: TreeIndex, plain: MapIndex): void {
  assert.is(flat.size, plain.size);
  assert.is(flat.digest, plain.digest);
  for (const [at, { version, aversion, cversion }] of plain.nodes) {
    assert.equal(flat.lookup(at), { version, aversion, cversion }, at);
  }
}

index("is what plain objects would be, after every transaction", () => {
  void fc.assert(
    fc.property(history, (steps) => {
      const [flat, plain] = [new TreeIndex(), new MapIndex()];
      for (const node of BUILT_IN_NODES) for (const one of [flat, plain]) one.addSnapshotNode(node);
      for (const transaction of transactionsOf(steps)) {
        for (const one of [flat, plain]) one.apply(transaction);
        expectSame(flat, plain);
      }
    }),
    { numRuns: 300 },
  );
});

index("takes snapshots, and begins again", () => {
  void fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ path, data }), { selector: (node) => node.path }),
      history,
      (nodes, steps) => {
        const [flat, plain] = [new TreeIndex(), new MapIndex()];
        flat.apply(
          transactionsOf(steps)[0] ?? {
            zxid: 1n,
            cxid: 0,
            type: 0,
            digest: null,
            session: 0n,
            timeMs: 0,
            body: { kind: "failed", code: 0 },
          },
        );
        flat.reset();
        nodes.forEach((one, at) => {
          const zxid = (2n << 32n) + BigInt(at);
          const node: SnapshotNode = {
            ...one,
            acl,
            czxid: zxid,
            mzxid: zxid,
            pzxid: zxid,
            ctimeMs: 2 ** 41 + at,
            mtimeMs: 5,
            version: at,
            cversion: 2,
            aversion: 1,
            owner: at % 3 === 0 ? 7n : 0n,
          };
          flat.addSnapshotNode(node);
          plain.addSnapshotNode(node);
        });
        expectSame(flat, plain);
        for (const transaction of transactionsOf(steps))
          for (const one of [flat, plain]) one.apply(transaction);
        expectSame(flat, plain);
      },
    ),
  );
});

index("finds a hundred thousand znodes again, and forgets the deleted ones", () => {
  const flat = new TreeIndex();
  const node = (at: number): Transaction => ({
    zxid: BigInt(at + 1),
    cxid: 0,
    type: 1,
    digest: null,
    session: 0n,
    timeMs: 1,
    body: {
      kind: "changes",
      changes: [{ kind: "create", path: `/n/${at}`, data: null, acl, owner: 0n, parentCversion: at }],
    },
  });
  for (let at = 0; at < 100_000; at++) flat.apply(node(at));
  for (let at = 0; at < 100_000; at += 2) {
    flat.apply({ ...node(at), body: { kind: "changes", changes: [{ kind: "delete", path: `/n/${at}` }] } });
  }
  assert.is(flat.size, 50_000);
  for (let at = 0; at < 100_000; at++) assert.is(flat.lookup(`/n/${at}`) === null, at % 2 === 0);
  assert.ok(flat.bytes / 100_000 < 70, `${flat.bytes / 100_000} bytes a znode`);
});

index("follows a change of bytes without knowing the others", () => {
  void fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 50 }),
      fc.uint8Array({ minLength: 60, maxLength: 60 }),
      (front, back) => {
        const zeros = new ZeroBytes(60);
        const joined = crc32(Buffer.concat([front, back]));
        const other = Buffer.from(front.map((byte) => byte ^ 0x5a));
        const difference = zeros.apply((crc32(Buffer.from(front)) ^ crc32(other)) >>> 0);
        assert.is((joined ^ difference) >>> 0, crc32(Buffer.concat([other, back])));
        const changed = Buffer.from(back.map((byte, at) => (at < 8 ? byte ^ 0xff : byte)));
        const pattern = Buffer.alloc(60).fill(0xff, 0, 8);
        assert.is((joined ^ linear(pattern, 60)) >>> 0, crc32(Buffer.concat([front, changed])));
      },
    ),
  );
});

index.run();
