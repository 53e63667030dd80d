/** One znode of the source against the target's while both sides count. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type MergeBase, type MergeRules, mergeNode } from "../../../src/sync/copy/merge-node.js";
import { aclKey, dataKey, type TargetEntry } from "../../../src/sync/copy/target-tree.js";
import type { SnapshotNode } from "../../../src/zookeeper/learner/transaction.js";
import { plainNode } from "../../zookeeper/snapshot-file/snapshot-tree.js";

const merge = suite("merged znodes");
const options = { containers: "keep", levelVersions: 100, shadowOf: null } as const;

function entry(node: SnapshotNode, more: Partial<TargetEntry> = {}): TargetEntry {
  const { version, aversion, data, acl, czxid, mzxid } = node;
  const content = { data: dataKey(data), acl: aclKey(acl), owner: 0n, hasChildren: false, mtimeMs: 0 };
  return { version, aversion, czxid, mzxid, ...content, ...more };
}

const of = (text: string, version = 0, more: Partial<SnapshotNode> = {}): SnapshotNode =>
  plainNode("/n", { data: Buffer.from(text), version, ...more });
const level = (...touched: string[]): MergeBase => ({
  kind: "level",
  touched: (path) => touched.includes(path),
});
const apart = (more: Partial<Extract<MergeBase, { kind: "apart" }>> = {}): MergeBase => ({
  kind: "apart",
  source: 100n,
  target: 100n,
  isOwnSource: () => false,
  isOwnTarget: () => false,
  isExact: true,
  ...more,
});

/** Operations in words, conflicts and what is to be looked at again. */
function outcome(source: SnapshotNode, target: TargetEntry | null, base: MergeBase) {
  const seen: string[] = [];
  const rules: MergeRules = {
    sourceSide: "a",
    strategy: "last-write-wins",
    base,
    isShadow: () => false,
    conflict: (_, won) => seen.push(`conflict, ${won} wins`),
    isFenced: () => false,
    unsettled: () => seen.push("again"),
  };
  const { ops } = mergeNode(source, "/n", target, options, rules);
  const words = ops.map((op) =>
    op.kind === "setData" ? `set ${op.data} ${op.version} ${op.expect}` : op.kind,
  );
  return [...words, ...seen];
}

merge(
  "while the other direction stands still, the source is right about what the target has not touched",
  () => {
    assert.equal(outcome(of("new", 3), entry(of("old", 2)), level()), ["set new 3 2"]);
    assert.equal(outcome(of("new", 3), null, level()), ["create", "set new 3 undefined"]);
    assert.equal(outcome(of("same", 3), entry(of("same", 3)), level()), []);
    assert.equal(outcome(of("same", 3), entry(of("same", 1)), level()), ["set same 3 1"]);
  },
);

merge("what the target's clients have touched since is left to the other direction", () => {
  assert.equal(outcome(of("new", 3), entry(of("newer", 4)), level("/n")), ["again"]);
  assert.equal(outcome(of("new", 3), null, level("/n")), ["again"], "they have deleted it");
});

merge("a znode that was made anew is made anew, unless it has children", () => {
  const anew = outcome(of("anew", 0), entry(of("old", 2)), level());
  assert.equal(anew, ["delete", "create"]);
  const parent = entry(of("old", 2), { hasChildren: true });
  assert.equal(outcome(of("anew", 0), parent, level()), ["set anew 0 2", "again"]);
});

merge("apart: what one side alone has changed since its checkpoint comes in", () => {
  const changed = of("new", 3, { mzxid: 150n });
  assert.equal(outcome(changed, entry(of("old", 2)), apart()), ["set new 3 2", "again"]);
  assert.equal(outcome(of("old", 2), entry(changed), apart()), ["again"]);
  assert.equal(outcome(changed, entry(of("other", 3, { mzxid: 160n })), apart()), [
    "delete",
    "create",
    "set new 3 undefined",
    "again",
    "conflict, a wins",
  ]);
});

merge("apart: what ferry itself wrote is no change", () => {
  const mirrored = of("mirrored", 3, { mzxid: 150n });
  const newer = entry(of("newer", 4, { mzxid: 170n }));
  assert.equal(outcome(mirrored, newer, apart({ isOwnSource: () => true })), ["again"]);
  assert.equal(outcome(mirrored, null, apart({ isOwnSource: () => true })), [], "the target has deleted it");
  assert.equal(outcome(mirrored, null, apart()), ["create", "set mirrored 3 undefined", "again"]);
});

merge.run();
