/** Made-up transactions lead from any look at a tree to any other, in an order a target can follow. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PresentNode } from "../../../src/sync/feed/node-state.js";
import { SyntheticTransactions, ZxidClock } from "../../../src/sync/feed/synthetic-transactions.js";
import type { Stat } from "../../../src/zookeeper/types.js";
import { StrictModel } from "../client-feed-world.js";

const synthetic = suite("synthetic transactions");

const PATHS = ["/", "/a", "/a/b", "/a/b/c", "/a/b/d", "/a/e", "/f"];

interface Life {
  readonly czxid: number;
  readonly version: number;
  readonly aversion: number;
}

function present({ czxid, version, aversion }: Life): PresentNode {
  const zxid = BigInt(czxid);
  const mzxid = zxid * 100n + BigInt(version);
  const zero = { ctime: 0n, mtime: 0n, cversion: 0, ephemeralOwner: 0n, dataLength: 0, numChildren: 0 };
  const stat: Stat = { ...zero, czxid: zxid, mzxid, pzxid: zxid, version, aversion };
  const acl = [{ perms: 31, scheme: "ip", id: `10.0.${czxid}.${aversion}` }];
  return { kind: "node", data: Buffer.from(`${czxid}.${version}`), acl, stat, children: null, parent: null };
}

const life = fc.record({
  czxid: fc.integer({ min: 1, max: 3 }),
  version: fc.integer({ min: 0, max: 5 }),
  aversion: fc.integer({ min: 0, max: 2 }),
});
const look = fc.record({ path: fc.constantFrom(...PATHS.slice(1)), life: fc.option(life) });

function made() {
  const model = new StrictModel();
  const subject = new SyntheticTransactions(
    new ZxidClock(),
    () => 0,
    (transaction) => model.onTransaction(transaction),
  );
  model.onSnapshotNode(subject.snapshotNode("/", present({ czxid: 1, version: 0, aversion: 0 })));
  return { model, subject };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

synthetic("each look makes the model what was seen, and never the impossible", () => {
  const property = fc.property(fc.array(look, { maxLength: 60 }), (looks) => {
    const { model, subject } = made();
    for (const { path, life } of looks) {
      if (life === null) subject.gone(path, null);
      else if (!subject.tree.has(parentOf(path)))
        continue; // whoever looks sees to that
      else {
        const lost = subject.present(path, present(life));
        assert.ok(lost.every((one) => one.startsWith(`${path}/`) && !model.nodes.has(one)));
      }
      const held = model.nodes.get(path);
      assert.is(held?.data?.toString(), life === null ? undefined : `${life.czxid}.${life.version}`);
      assert.is(held?.version, life?.version);
      assert.is(held?.aversion, life?.aversion);
      assert.equal(held?.acl, life === null ? undefined : present(life).acl);
      assert.equal([...subject.tree.paths()].sort(), [...model.nodes.keys()].sort());
    }
    assert.equal(model.faults, []);
  });
  fc.assert(property, { numRuns: 500 });
});

synthetic("all that lay below a znode with a new life is named", () => {
  const { model, subject } = made();
  const old = { czxid: 1, version: 0, aversion: 0 };
  for (const path of PATHS.slice(1)) subject.present(path, present(old));
  const lost = subject.present("/a", present({ ...old, czxid: 2 }));
  assert.equal([...lost].sort(), ["/a/b", "/a/b/c", "/a/b/d", "/a/e"]);
  assert.equal([...model.nodes.keys()].sort(), ["/", "/a", "/f"]);
  assert.equal(model.faults, []);
});

synthetic("a look that brings nothing new is not told", () => {
  const { model, subject } = made();
  subject.present("/a", present({ czxid: 1, version: 2, aversion: 1 }));
  const { reports } = model;
  subject.present("/a", present({ czxid: 1, version: 2, aversion: 1 }));
  subject.gone("/f", null);
  assert.is(model.reports, reports);
});

synthetic.run();
